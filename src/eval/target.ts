/** What a model is judged on: its records as the model sees them, with the randomness that belongs to each of them. */

import type { Columns } from "../data/dataset.js";
import type { Field } from "../fields/list.js";
import { hashBytes, keyedUniforms } from "../random.js";

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

/** A batch as it is judged. */
export interface Target {
  /** For the runner. */
  readonly columns: Columns;
  /** The same as the model sees it, by field. */
  readonly values: Readonly<Record<string, Float32Array>>;
}

/**
 * The records to judge on. With `binarize` each value becomes 1 with itself as probability, else 0: once per record and
 * seed (Salakhutdinov & Murray 2008 fix the test set in this way), whatever stands beside it.
 */
export function targetOf(
  columns: Columns,
  fields: readonly Field[],
  hashes: readonly RecordHash[],
  { binarize, seed }: { readonly binarize: boolean; readonly seed: number },
): Target {
  const values = Object.fromEntries(fields.map(({ name, kind, schema }) => [name, kind.encode(columns[name], schema)]));
  if (!binarize) return { columns, values };
  const binary = Object.fromEntries(fields.map(({ name }) => [name, new Float32Array(values[name].length)]));
  const draws = new Float32Array(fields.reduce((total, { size }) => total + size, 0));
  hashes.forEach((hash, i) => {
    keyedUniforms(draws, seed, hash, BINARISING_DRAW);
    let at = 0;
    for (const { name, size } of fields) {
      for (let j = i * size; j < (i + 1) * size; j++) binary[name][j] = draws[at++] < values[name][j] ? 1 : 0;
    }
  });
  return { columns: binary, values: binary };
}
