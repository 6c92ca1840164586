/** Finds the records of a data set that lie nearest to others in latent space. */

import type { Dataset } from "../data/dataset.js";
import { METRIC, nearest, scaledCodes } from "../eval/nearest.js";
import type { Runner } from "../model/runner.js";
import { knownCodes, posteriorVarianceOf } from "./known-codes.js";
import type { BatchOptions } from "./pictures.js";

export interface Neighbor {
  /** Number in the data that was searched. */
  readonly index: number;
  readonly id: string;
  readonly label: string | null;
  readonly distance: number;
}
export interface Neighbors {
  /** Per record that was asked for, the nearest first. */
  readonly found: readonly { readonly query: string; readonly neighbors: readonly Neighbor[] }[];
  /** How distances are measured. */
  readonly metric: string;
}

/**
 * The `top` records of `data` nearest to each of `queries` (null: of the others of `queries`). A query that is itself in the
 * data, with the same name and content, is left out. E_SHAPE for data of another size. Work in queries x records x latents.
 */
export async function findNeighbors(
  runner: Runner,
  queries: Dataset,
  data: Dataset | null,
  { top, signal, onProgress }: { readonly top: number } & BatchOptions,
): Promise<Neighbors> {
  const asked = await knownCodes(runner, queries, { signal, onProgress });
  const known = data
    ? await knownCodes(runner, data, { signal, onProgress: (done) => onProgress?.(queries.count + done) })
    : asked;
  const variance = posteriorVarianceOf(runner, known);
  const [points, wanted] = [known, asked].map(({ mu }) => scaledCodes(mu, variance));
  const found = [];
  for (let q = 0; q < asked.count; q++) {
    signal?.throwIfAborted();
    const isItself = (i: number) =>
      data ? known.hashes[i] === asked.hashes[q] && lastName(known.ids[i]) === lastName(asked.ids[q]) : i === q;
    const near = nearest(wanted.subarray(q * runner.latent, (q + 1) * runner.latent), points, top, isItself);
    found.push({
      query: asked.ids[q],
      neighbors: near.map(({ index, distance }) => ({
        index,
        id: known.ids[index],
        label: known.labels?.[index] || null,
        distance: rounded(distance),
      })),
    });
    if (q % YIELD_EVERY === 0) await new Promise((resolve) => setTimeout(resolve)); // so that a Ctrl-C is heard
  }
  return { found, metric: METRIC };
}
const YIELD_EVERY = 64;

/** An id from a folder is a path below it; the same file may be asked for from another place. */
function lastName(id: string): string {
  return id.split(/[/\\]/).at(-1) ?? id;
}

/** Codes are float32: digits beyond these are of the batch they were encoded in. */
function rounded(distance: number): number {
  return Number(distance.toFixed(4));
}
