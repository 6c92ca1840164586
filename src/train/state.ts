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

/** Slots that a run needs to go on; gradients are made anew. */
const KEPT = ["value", "m", "v"] as const satisfies readonly Slot[];

export interface TrainState {
  readonly progress: Progress;
  /** `value/NAME`, `m/NAME`, `v/NAME`, and `best/NAME` once there is a best epoch; `state/NAME` for states. */
  readonly tensors: ReadonlyMap<string, Weight>;
}

export function readTensors(bank: Bank): Map<string, Weight> {
  const tensors = new Map<string, Weight>();
  for (const { name, shape } of bank.entries)
    for (const slot of KEPT) tensors.set(`${slot}/${name}`, { shape, values: bank.read(name, slot) });
  return tensors;
}

export function writeTensors(bank: Bank, tensors: ReadonlyMap<string, Weight>): void {
  for (const { name } of bank.entries) {
    for (const slot of KEPT) {
      const tensor = tensors.get(`${slot}/${name}`);
      if (tensor) bank.write(name, slot, tensor.values);
    }
  }
}

/** Current weights by name. */
export function weightsOf(bank: Bank): Map<string, Weight> {
  return new Map(bank.entries.map(({ name, shape }) => [name, { shape, values: bank.read(name, "value") }]));
}
