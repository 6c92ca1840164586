/** What a model is judged on: its records as the model sees them, with the randomness that belongs to each of them. */

import type { Columns } from "../data/dataset.js";
import { VaekitError } from "../errors.js";
import type { Field } from "../fields/list.js";
import { hashBytes, keyedNormals, keyedUniforms } from "../random.js";

export type RecordHash = readonly [number, number];

/** The draw that binarises a record; particles count up from 0 and never get here. */
const BINARISING_DRAW = 2 ** 32 - 1;

/** A hash of each record's bytes over all fields: what its noise is keyed by. */
export function recordHashes(columns: Columns, fields: readonly Field[], count: number): RecordHash[] {
  const parts = fields.map(({ name }) => {
    const { buffer, byteOffset, byteLength } = columns[name];
    return new Uint8Array(buffer, byteOffset, byteLength);
  });
  const record = new Uint8Array(parts.reduce((total, part) => total + part.length / count, 0));
  return Array.from({ length: count }, (_, i) => {
    let at = 0;
    for (const part of parts) {
      const size = part.length / count;
      record.set(part.subarray(i * size, (i + 1) * size), at);
      at += size;
    }
    return hashBytes(record);
  });
}

/** Which draws of a record's noise. */
export interface Draws {
  readonly seed: number;
  /** Number of the first particle, and how many. */
  readonly first: number;
  readonly particles: number;
}

/** Standard normal noise [particles, count, latent], keyed by seed, record and particle: it knows no neighbours. */
export function noiseOf(
  hashes: readonly RecordHash[],
  latent: number,
  { seed, first, particles }: Draws,
): Float32Array {
  const count = hashes.length;
  const noise = new Float32Array(particles * count * latent);
  for (let k = 0; k < particles; k++) {
    for (let i = 0; i < count; i++) {
      const at = (k * count + i) * latent;
      keyedNormals(noise.subarray(at, at + latent), seed, hashes[i], first + k);
    }
  }
  return noise;
}

/** A batch as it is judged. */
export interface Target {
  /** For the runner. */
  readonly columns: Columns;
  /** The same as the model sees it, by field; made when asked for. */
  values(): Readonly<Record<string, Float32Array>>;
}

/**
 * The records to judge on. With `binarize` each value of a picture becomes 1 with itself as probability, else 0: once per record
 * and seed (Salakhutdinov & Murray 2008 fix the test set in this way), whatever stands beside it.
 */
export function targetOf(
  columns: Columns,
  fields: readonly Field[],
  hashes: readonly RecordHash[],
  { binarize, seed }: { readonly binarize: boolean; readonly seed: number },
): Target {
  const seen = () =>
    Object.fromEntries(fields.map(({ name, kind, schema }) => [name, kind.encode(columns[name], schema)]));
  if (!binarize) return { columns, values: seen };
  const values = seen();
  const pictures = fields.filter(({ kind }) => kind.augmenter);
  const binary = Object.fromEntries(pictures.map(({ name }) => [name, new Float32Array(values[name].length)]));
  const draws = new Float32Array(pictures.reduce((total, { size }) => total + size, 0));
  hashes.forEach((hash, i) => {
    keyedUniforms(draws, seed, hash, BINARISING_DRAW);
    let at = 0;
    for (const { name, size } of pictures) {
      for (let j = i * size; j < (i + 1) * size; j++) binary[name][j] = draws[at++] < values[name][j] ? 1 : 0;
    }
  });
  return { columns: { ...columns, ...binary }, values: () => ({ ...values, ...binary }) };
}

/** E_DATA where a field is missing from a batch or has another number of values than the model takes. */
export function expectFields(columns: Columns, fields: readonly Field[], count: number, data: string): void {
  for (const { name, stored, shape } of fields) {
    const column = columns[name];
    if (!column)
      throw new VaekitError("E_DATA", `${data}: no field "${name}"; it has ${Object.keys(columns).join(", ")}`);
    if (column.length !== count * stored) {
      const hint = "Open the data at the model's size and channels.";
      throw new VaekitError(
        "E_DATA",
        `${data}: field "${name}": got ${column.length / count} values per record, expected ${stored} [${shape.join(", ")}]`,
        hint,
      );
    }
  }
}
