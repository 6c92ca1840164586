/** Pictures of where records are surprising: each beside what the model makes of it, and its heat map. */

import type { Dataset } from "../data/dataset.js";
import { fileNames } from "../data/sinks/file-names.js";
import { enlarge } from "../data/sinks/sheet.js";
import { writePictures } from "../data/sinks/write.js";
import { heatStrip } from "../eval/report/heat.js";
import { type ScoreOptions, type Seen, scoreRecords } from "../eval/score.js";
import { fieldsOf } from "../fields/list.js";
import type { Host, Pictures } from "../host.js";
import type { Runner } from "../model/runner.js";
import { imageFieldOf, type OnProgress } from "./pictures.js";

/** Strips are enlarged by a whole factor until they are about this high: they are for looking at. */
const SIDE = 160;
const PICTURE_EXTENSION = /\.(png|jpe?g|webp|gif|avif|tiff?|bmp)$/i;

/**
 * Writes a strip per record of `order` to the folder `folder`, in files named by id: a few at a time, so that memory does
 * not grow with their number. The records are scored again, with the same answer. Errors as `scoreRecords`.
 */
export async function writeHeatMaps(
  folder: string,
  { runner, dataset, order, host }: { runner: Runner; dataset: Dataset; order: Uint32Array; host: Host },
  { onProgress, ...options }: Omit<ScoreOptions, "explain"> & { readonly onProgress?: OnProgress },
): Promise<void> {
  const ids = Array.from(order, (index) => dataset.id(index).replace(PICTURE_EXTENSION, ""));
  const names = fileNames(ids.length, ids);
  let done = 0;
  for await (const { indices, seen } of scoreRecords(runner, dataset, order, { ...options, explain: true })) {
    const pictures = heatMaps(seen!, indices.length, runner);
    // A path that ends in a separator is a folder, whatever it is called.
    await writePictures(`${folder}/`, { ...pictures, names: names.slice(done, done + indices.length) }, {}, host);
    done += indices.length;
    onProgress?.(done);
  }
}

/** The strips of a batch, as many pictures. E_MODEL for a model without pictures. */
export function heatMaps({ surprise, means, values }: Seen, count: number, { config }: Runner): Pictures {
  const field = imageFieldOf(config);
  const image = fieldsOf(config.schema).find(({ name }) => name === field.name)!;
  const size = field.height * field.width * field.channels;
  const strips = Array.from({ length: count }, (_, i) => {
    const of = (column: Float32Array) => column.subarray(i * size, (i + 1) * size);
    const record = { values: values(image, i), mean: of(means[field.name]), surprise: of(surprise[field.name]) };
    return enlarge(heatStrip(record, field), Math.max(1, Math.round(SIDE / field.height)));
  });
  const [{ height, width, channels }] = strips;
  const pixels = new Uint8Array(count * height * width * channels);
  for (const [i, strip] of strips.entries()) pixels.set(strip.pixels, i * strip.pixels.length);
  return { count, height, width, channels, pixels };
}
