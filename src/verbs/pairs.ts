/** Records beside what a model makes of them: pictures in pairs. */

import * as z from "zod";
import type { Dataset } from "../data/dataset.js";
import type { Pictures } from "../host.js";
import type { Runner } from "../model/runner.js";
import { count, seed } from "./options.js";
import { checkSize, decodePictures, encodeRecords, imageFieldOf, recordPictures, shownRecords } from "./pictures.js";

/** Pairs in a row of the sheet. */
const PAIRS_ACROSS = 8;

/** Which records are shown. */
export const reconstructOptions = z.strictObject({
  count: count(16, "records to show, a sample drawn by the seed"),
  seed,
});

/** Pictures and what the model makes of them, in the same order. */
export interface Pairs {
  readonly original: Pictures;
  /** Decoded from the posterior's mean. */
  readonly reconstruction: Pictures;
  readonly ids: readonly string[];
}

/** Reconstructions of `count` records of the data, chosen by `seed`. E_SHAPE when the data is of another size. */
export async function reconstructPictures(
  runner: Runner,
  dataset: Dataset,
  { count, seed, signal }: z.output<typeof reconstructOptions> & { readonly signal?: AbortSignal },
): Promise<Pairs> {
  checkSize(dataset, imageFieldOf(runner.config));
  const indices = shownRecords(dataset, count, seed);
  const { mu } = await encodeRecords(runner, dataset, indices, { signal });
  return {
    original: await recordPictures(runner, dataset, indices),
    reconstruction: await decodePictures(runner, mu, { given: await dataset.read(indices), signal }),
    ids: Array.from(indices, (index) => dataset.id(index)),
  };
}

/** Pictures in an order, and how many make a row. */
export interface Arranged {
  readonly pictures: Pictures;
  readonly columns: number;
}

/** For a sheet: a row of originals, below it the row of their reconstructions, and so on. */
export function pairSheet(pairs: Pairs): Arranged {
  const { count } = pairs.original;
  const columns = Math.min(count, PAIRS_ACROSS);
  const full = Math.ceil(count / columns) * columns;
  return arrange(pairs, columns, columns === count ? 2 * count : 2 * full, (i) => {
    const place = 2 * columns * Math.floor(i / columns) + (i % columns);
    return [place, place + columns];
  });
}

/** For a folder or an array: each original, then its reconstruction. */
export function pairSeries(pairs: Pairs): Arranged {
  return arrange(pairs, 2, 2 * pairs.original.count, (i) => [2 * i, 2 * i + 1]);
}

/** `places` of original and reconstruction i among `total`; places that nothing takes are white. */
function arrange(
  { original, reconstruction, ids }: Pairs,
  columns: number,
  total: number,
  places: (i: number) => readonly [number, number],
): Arranged {
  const { count, height, width, channels } = original;
  const size = height * width * channels;
  const pixels = new Uint8Array(total * size).fill(WHITE);
  const names = Array.from({ length: total }, (_, place) => `blank-${place}`);
  for (let i = 0; i < count; i++) {
    const [above, below] = places(i);
    pixels.set(original.pixels.subarray(i * size, (i + 1) * size), above * size);
    pixels.set(reconstruction.pixels.subarray(i * size, (i + 1) * size), below * size);
    names[above] = `${ids[i]}-original`;
    names[below] = `${ids[i]}-reconstruction`;
  }
  return { pictures: { count: total, height, width, channels, pixels, names }, columns };
}
const WHITE = 255;
