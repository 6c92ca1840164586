/** Everything a training run is, between two steps: what a checkpoint holds and a recovery goes back to. */

import * as z from "zod";
import { VaekitError } from "../errors.js";
import type { Weight } from "../model/runner.js";
import type { PhiloxState } from "../random.js";
import type { Bank, Slot } from "../runtime/engine.js";
import type { Terms } from "./events.js";

/** Sums of a running epoch's terms, weighted by records. */
export interface Tally {
  readonly records: number;
  readonly sums: Readonly<Record<string, number>>;
}

/** Plain JSON. */
export interface Progress {
  /** Steps done. */
  readonly step: number;
  /** Epoch under way, from 0, and batches of it that are done. */
  readonly epoch: number;
  readonly batch: number;
  readonly random: PhiloxState;
  readonly tally: Tally;
  /** Multiplies the learning rate; halved by each recovery. */
  readonly rateFactor: number;
  readonly recoveries: number;
  readonly best: { readonly score: number; readonly epoch: number; readonly terms: Terms } | null;
  /** Epochs since the best one. */
  readonly stale: number;
  /** Seconds of training so far. */
  readonly seconds: number;
}

/** Slots that a run needs to go on, of those a bank has; gradients and their sums are made anew. */
const KEPT: readonly Slot[] = ["value", "m", "v", "average"];

export interface TrainState {
  readonly progress: Progress;
  /** `value/NAME`, `m/NAME`, `v/NAME`, `average/NAME` where weights are averaged, `best/NAME` once there is a best epoch; `state/NAME` for states. */
  readonly tensors: ReadonlyMap<string, Weight>;
}

export async function readTensors(bank: Bank): Promise<Map<string, Weight>> {
  const tensors = new Map<string, Weight>();
  for (const { name, shape } of bank.entries)
    for (const slot of keptOf(bank)) tensors.set(`${slot}/${name}`, { shape, values: await bank.read(name, slot) });
  return tensors;
}

/** E_FILE when one is missing, E_SHAPE when one has another number of values. */
export async function writeTensors(bank: Bank, tensors: TrainState["tensors"]): Promise<void> {
  for (const { name } of bank.entries)
    for (const slot of keptOf(bank)) await bank.write(name, slot, tensorOf(tensors, `${slot}/${name}`));
}

/** Values of a tensor that a state must have. E_FILE when it has not. */
export function tensorOf(tensors: TrainState["tensors"], name: string): Float32Array {
  const tensor = tensors.get(name);
  if (tensor) return tensor.values;
  throw new VaekitError("E_FILE", `the checkpoint has no tensor "${name}"`, "Start again without --resume.");
}

/** Any number, infinities and NaN too. */
const number = z.custom<number>((value) => typeof value === "number", "expected a number");
const count = z.int().min(0);
const progress: z.ZodType<Progress> = z.object({
  step: count,
  epoch: count,
  batch: count,
  random: z.object({ seed: count, stream: count, position: count }),
  tally: z.object({ records: count, sums: z.record(z.string(), number) }),
  rateFactor: z.number().positive(),
  recoveries: count,
  best: z
    .object({
      score: number,
      epoch: count,
      terms: z.object({ loss: number, reconstruction: number, kl: number }).catchall(number),
    })
    .nullable(),
  stale: count,
  seconds: number,
});

/** What a checkpoint of the run at `where` holds, checked. E_FILE names what makes no sense. */
export function parseState(
  { progress: given, tensors }: { readonly progress: unknown; readonly tensors: TrainState["tensors"] },
  where: string,
): TrainState {
  const parsed = progress.safeParse(given);
  if (parsed.success) return { progress: parsed.data, tensors };
  const [issue] = parsed.error.issues;
  const what = ["progress", ...issue.path].join(".");
  throw new VaekitError(
    "E_FILE",
    `${where}: invalid ${what} in its checkpoint: ${issue.message}`,
    "Start again without --resume.",
  );
}

function keptOf({ slots }: Bank): readonly Slot[] {
  return KEPT.filter((slot) => slots.includes(slot));
}

/** The weights that a model would have now, by name: their moving average where the bank keeps one. */
export function weightsOf(bank: Bank): Promise<Map<string, Weight>> {
  return readSlot(bank, isAveraged(bank) ? "average" : "value");
}

/** Lets `use` find the weights of `weightsOf` in place of those that are being trained. */
export async function withWeights<Result>(bank: Bank, use: () => Promise<Result>): Promise<Result> {
  if (!isAveraged(bank)) return use();
  const trained = await readSlot(bank, "value");
  for (const { name } of bank.entries) await bank.write(name, "value", await bank.read(name, "average"));
  try {
    return await use();
  } finally {
    for (const [name, { values }] of trained) await bank.write(name, "value", values);
  }
}

async function readSlot(bank: Bank, slot: Slot): Promise<Map<string, Weight>> {
  const weights = new Map<string, Weight>();
  for (const { name, shape } of bank.entries) weights.set(name, { shape, values: await bank.read(name, slot) });
  return weights;
}

function isAveraged({ slots }: Bank): boolean {
  return slots.includes("average");
}
