/** What the picture verbs share: a model's image field, records to latents, latents to pictures. */

import type { Columns, Dataset } from "../data/dataset.js";
import { sampleIndices } from "../data/split.js";
import { VaekitError } from "../errors.js";
import { image } from "../fields/image.js";
import { fieldsOf } from "../fields/list.js";
import { takenRows } from "../fields/table/stored.js";
import type { Pictures } from "../host.js";
import type { ModelConfig } from "../model/config.js";
import type { Encoded, Runner } from "../model/runner.js";
import { Philox } from "../random.js";
import { givenColumns } from "./rows/given.js";
import { GIVEN_STREAM, SHOWN_STREAM } from "./streams.js";

/** Records that go through the model at a time. */
export const BATCH = 256;

export interface ImageField {
  readonly name: string;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** The field of a model that is pictures. E_MODEL where there is none. */
export function imageFieldOf({ schema }: Pick<ModelConfig, "schema">): ImageField {
  const found = fieldsOf(schema).find(({ kind }) => kind.name === image.name);
  if (!found) throw new VaekitError("E_MODEL", "this model has no field of pictures");
  const [height, width, channels] = found.shape;
  return { name: found.name, height, width, channels };
}

/** E_SHAPE, naming both sizes, when a data set's pictures are not of the model's size. */
export function checkSize({ name, schema }: Dataset, field: ImageField): void {
  const got = schema.fields[field.name];
  const { height, width, channels } = field;
  if (got?.height === height && got.width === width && got.channels === channels) return;
  const size = got ? `${got.height}x${got.width}x${got.channels}` : `no field "${field.name}"`;
  throw new VaekitError(
    "E_SHAPE",
    `${name}: got pictures of ${size}, the model takes ${height}x${width}x${channels}`,
    `Open the data with { size: [${height}, ${width}], channels: ${channels} }.`,
  );
}

/** Called after each batch with the number of records that are done. */
export type OnProgress = (done: number) => void;
export interface BatchOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/** Posterior means and log-variances of the records `indices` of a data set, [count, latent] each. */
export async function encodeRecords(
  runner: Runner,
  dataset: Dataset,
  indices: Uint32Array,
  { signal, onProgress }: BatchOptions = {},
): Promise<Encoded> {
  const mu = new Float32Array(indices.length * runner.latent);
  const logvar = new Float32Array(mu.length);
  for (let start = 0; start < indices.length; start += BATCH) {
    signal?.throwIfAborted();
    const part = indices.subarray(start, start + BATCH);
    const columns: Columns = await dataset.read(part);
    const encoded = await runner.encode(columns, part.length);
    mu.set(encoded.mu, start * runner.latent);
    logvar.set(encoded.logvar, start * runner.latent);
    onProgress?.(start + part.length);
  }
  return { mu, logvar };
}

/**
 * The decoder's means for latents z [count, latent], as pictures. A conditional model makes them for the fields `given`, else for
 * such as occur in the data. E_SHAPE when z is of another size.
 */
export async function decodePictures(
  runner: Runner,
  z: Float32Array,
  {
    signal,
    onProgress,
    names,
    given,
  }: BatchOptions & { readonly names?: readonly string[]; readonly given?: Columns } = {},
): Promise<Pictures> {
  const { latent, config } = runner;
  const { name, height, width, channels } = imageFieldOf(config);
  const count = z.length / latent;
  if (!Number.isInteger(count))
    throw new VaekitError("E_SHAPE", `latents: got ${z.length} values, expected a multiple of ${latent}`);
  const size = height * width * channels;
  const pixels = new Uint8Array(count * size);
  const beside = fieldsOf(config.schema).filter((field) => config.given?.includes(field.name));
  const known = given ?? givenColumns(config, new Map(), count, new Philox(0, GIVEN_STREAM));
  for (let start = 0; start < count; start += BATCH) {
    signal?.throwIfAborted();
    const end = Math.min(count, start + BATCH);
    const rows = Uint32Array.from({ length: end - start }, (_, i) => start + i);
    const own = Object.fromEntries(beside.map((field) => [field.name, takenRows(field, known[field.name], rows)]));
    const decoded = await runner.decode(z.subarray(start * latent, end * latent), end - start, own);
    image.decode(decoded[name], config.schema.fields[name] as never, pixels.subarray(start * size, end * size));
    onProgress?.(end);
  }
  return { count, height, width, channels, pixels, names };
}

/** Records of a data set as pictures. */
export async function recordPictures(runner: Runner, dataset: Dataset, indices: ArrayLike<number>): Promise<Pictures> {
  const { name, height, width, channels } = imageFieldOf(runner.config);
  const column = (await dataset.read(indices))[name];
  const pixels =
    column instanceof Uint8Array
      ? column
      : (image.decode(column as Float32Array, runner.config.schema.fields[name] as never) as Uint8Array);
  return { count: indices.length, height, width, channels, pixels };
}

/** Which `count` records of a data set to show: a sample drawn by `seed`, in the data's order. */
export function shownRecords(dataset: Dataset, count: number, seed: number): Uint32Array {
  return sampleIndices(dataset.count, count, seed, SHOWN_STREAM);
}

/** All records of a data set. */
export function allRecords({ count }: Dataset): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => i);
}

/** @example sizeText({ height: 28, width: 28, channels: 1 }) // "28x28 grey" */
export function sizeText({ height, width, channels }: Omit<ImageField, "name">): string {
  return `${height}x${width} ${channels === 1 ? "grey" : "colour"}`;
}
