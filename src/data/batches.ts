/** Batches of a data set in a given order, each read while the one before is in use. */

import type { Columns, Dataset } from "./dataset.js";

export interface Batch {
  /** Number of this batch in the order, from 0. */
  readonly step: number;
  readonly indices: Uint32Array;
  readonly columns: Columns;
}
export interface BatchOptions {
  readonly batchSize: number;
  /** A last batch that is not full: left out (training programs have fixed shapes) or kept. Default "keep". */
  readonly remainder?: "drop" | "keep";
  /** First batch, to resume within an epoch. Default 0. */
  readonly from?: number;
}

/** How many batches `count` records make. */
export function batchCount(count: number, { batchSize, remainder = "keep" }: BatchOptions): number {
  return remainder === "drop" ? Math.floor(count / batchSize) : Math.ceil(count / batchSize);
}

/** The records of batch `step`. */
export function batchIndices(order: Uint32Array, batchSize: number, step: number): Uint32Array {
  return order.subarray(step * batchSize, (step + 1) * batchSize);
}

/** Yields the batches of `order` from batch `from`; reads one ahead where reading takes time. */
export async function* batches(
  dataset: Dataset,
  order: Uint32Array,
  options: BatchOptions,
): AsyncGenerator<Batch, void> {
  const end = batchCount(order.length, options);
  const start = (step: number) => {
    const indices = batchIndices(order, options.batchSize, step);
    const columns = dataset.read(indices);
    // A failure is reported where the batch is awaited, not as an unhandled rejection of the read ahead.
    if (columns instanceof Promise) columns.catch(() => {});
    return { indices, columns };
  };
  let next = (options.from ?? 0) < end ? start(options.from ?? 0) : null;
  for (let step = options.from ?? 0; next; step++) {
    const { indices, columns } = next;
    const ready = columns instanceof Promise ? await columns : columns;
    next = step + 1 < end ? start(step + 1) : null;
    yield { step, indices, columns: ready };
  }
}
