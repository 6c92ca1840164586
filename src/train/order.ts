/** In which order records are trained on: shuffled, and where they are texts with those of like lengths together. */

import type { Dataset } from "../data/dataset.js";
import { epochOrder } from "../data/shuffle.js";
import type { Field } from "../fields/list.js";

/** Batches that are sorted by length together: less padding with more, more chance in who meets whom with less. */
const WINDOW = 50;
const CHUNK = 10_000;

export interface EpochOrder {
  order(seed: number, epoch: number, batch: number): Uint32Array | Promise<Uint32Array>;
  /** Share of the places in batches of texts that hold no token, over the first epoch; null: no field is a text. */
  readonly padding: ((seed: number, batch: number) => Promise<number>) | null;
}

/**
 * A batch of texts is as long as its longest, so each window of shuffled records is sorted by length, cut into batches, and the
 * batches are shuffled. A last batch that is not full stays last.
 */
export function orderOf(fields: readonly Field[], data: Dataset, indices: Uint32Array): EpochOrder {
  const texts = fields.filter(({ ragged }) => ragged);
  const plain = (seed: number, epoch: number): Uint32Array => epochOrder(indices.length, seed, epoch);
  if (texts.length === 0) return { order: plain, padding: null };
  let known: Promise<Float64Array> | null = null;
  const measured = (): Promise<Float64Array> => (known ??= lengthsOf(texts, data, indices));
  const byLength = async (seed: number, epoch: number, batch: number): Promise<Uint32Array> => {
    const lengths = await measured();
    const order = plain(seed, epoch);
    const full = Math.floor(order.length / batch);
    for (let start = 0; start < full * batch; start += WINDOW * batch)
      order.subarray(start, Math.min(start + WINDOW * batch, full * batch)).sort((a, b) => lengths[a] - lengths[b]);
    const batches = epochOrder(full, seed, epoch);
    const out = new Uint32Array(order.length);
    for (const [place, from] of batches.entries())
      out.set(order.subarray(from * batch, (from + 1) * batch), place * batch);
    out.set(order.subarray(full * batch), full * batch);
    return out;
  };
  return {
    order: byLength,
    async padding(seed, batch) {
      const lengths = await measured();
      const order = await byLength(seed, 0, batch);
      let [places, tokens] = [0, 0];
      for (let at = 0; at < order.length; at += batch) {
        const own = Array.from(order.subarray(at, at + batch), (record) => lengths[record]);
        places += own.length * Math.max(...own);
        tokens += own.reduce((a, b) => a + b, 0);
      }
      return 1 - tokens / places;
    },
  };
}

/** Tokens of each record, over all its texts. */
async function lengthsOf(texts: readonly Field[], data: Dataset, indices: Uint32Array): Promise<Float64Array> {
  const lengths = new Float64Array(indices.length);
  for (let at = 0; at < indices.length; at += CHUNK) {
    const columns = await data.read(indices.subarray(at, at + CHUNK));
    for (const { name, kind, schema } of texts)
      for (const [row, length] of kind.ragged!.lengths(columns[name], schema).entries()) lengths[at + row] += length;
  }
  return lengths;
}
