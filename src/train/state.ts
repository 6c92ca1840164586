/** Everything a training run is, between two steps: what a checkpoint holds and a recovery goes back to. */

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

export function readTensors(bank: Bank): Map<string, Weight> {
  const tensors = new Map<string, Weight>();
  for (const { name, shape } of bank.entries)
    for (const slot of keptOf(bank)) tensors.set(`${slot}/${name}`, { shape, values: bank.read(name, slot) });
  return tensors;
}

export function writeTensors(bank: Bank, tensors: ReadonlyMap<string, Weight>): void {
  for (const { name } of bank.entries) {
    for (const slot of keptOf(bank)) {
      const tensor = tensors.get(`${slot}/${name}`);
      if (tensor) bank.write(name, slot, tensor.values);
    }
  }
}

function keptOf({ slots }: Bank): readonly Slot[] {
  return KEPT.filter((slot) => slots.includes(slot));
}

/** The weights that a model would have now, by name: their moving average where the bank keeps one. */
export function weightsOf(bank: Bank): Map<string, Weight> {
  const slot = isAveraged(bank) ? "average" : "value";
  return new Map(bank.entries.map(({ name, shape }) => [name, { shape, values: bank.read(name, slot) }]));
}

/** Lets `use` find the weights of `weightsOf` in place of those that are being trained. */
export async function withWeights<Result>(bank: Bank, use: () => Promise<Result>): Promise<Result> {
  if (!isAveraged(bank)) return use();
  const trained = bank.entries.map(({ name }) => ({ name, values: bank.read(name, "value") }));
  for (const { name } of bank.entries) bank.write(name, "value", bank.read(name, "average"));
  try {
    return await use();
  } finally {
    for (const { name, values } of trained) bank.write(name, "value", values);
  }
}

function isAveraged({ slots }: Bank): boolean {
  return slots.includes("average");
}
