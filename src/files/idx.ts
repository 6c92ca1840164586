/** The IDX format of MNIST and its kin: a big-endian array behind a header of its type and shape. */

import { VaekitError } from "../errors.js";
import { gunzip, isGzip } from "./gzip.js";

export type IdxValues = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;
/** An array in row-major order. uint8 values are a view of the file's bytes. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly values: IdxValues;
}

/** Element sizes in bytes and readers by type code. */
const TYPES: Readonly<Record<number, { size: number; read: (view: DataView, count: number) => IdxValues }>> = {
  8: { size: 1, read: (view, count) => new Uint8Array(view.buffer, view.byteOffset, count) },
  9: { size: 1, read: (view, count) => new Int8Array(view.buffer, view.byteOffset, count) },
  11: { size: 2, read: (view, count) => new Int16Array(count).map((_, i) => view.getInt16(i * 2)) },
  12: { size: 4, read: (view, count) => new Int32Array(count).map((_, i) => view.getInt32(i * 4)) },
  13: { size: 4, read: (view, count) => new Float32Array(count).map((_, i) => view.getFloat32(i * 4)) },
  14: { size: 8, read: (view, count) => new Float64Array(count).map((_, i) => view.getFloat64(i * 8)) },
};
const MAX_DIMENSIONS = 8;

/** Whether `bytes` (the first four are enough) begin like an IDX file. */
export function isIdx(bytes: Uint8Array): boolean {
  return (
    bytes.length >= 4 &&
    bytes[0] === 0 &&
    bytes[1] === 0 &&
    bytes[2] in TYPES &&
    bytes[3] >= 1 &&
    bytes[3] <= MAX_DIMENSIONS
  );
}

const BYTE = 8;

/** Where an array of bytes begins in a plain IDX file of which `head` is the start; null for any other file. */
export function idxByteLayout(head: Uint8Array): { readonly shape: readonly number[]; readonly start: number } | null {
  const start = 4 + 4 * head[3];
  if (!isIdx(head) || head[2] !== BYTE || head.length < start) return null;
  return { shape: shapeOf(head), start };
}

function shapeOf(bytes: Uint8Array): number[] {
  const header = new DataView(bytes.buffer, bytes.byteOffset);
  return Array.from({ length: bytes[3] }, (_, axis) => header.getUint32(4 + 4 * axis));
}

/** Parses the IDX file `name`, gzipped or plain. E_FILE when it is truncated, longer than its shape says, or no IDX. */
export function parseIdx(file: Uint8Array, name: string): IdxArray {
  const bytes = isGzip(file) ? gunzip(file, name) : file;
  if (!isIdx(bytes)) {
    const got = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ") || "no bytes";
    throw new VaekitError(
      "E_FILE",
      `${name}: not an IDX file (it begins with ${got}, expected 00 00, a type and a rank)`,
    );
  }
  const type = TYPES[bytes[2]];
  const start = 4 + 4 * bytes[3];
  if (bytes.length < start) throw wrongSize(name, bytes.length, start);
  const shape = shapeOf(bytes);
  const count = shape.reduce((product, size) => product * size, 1);
  const expected = start + count * type.size;
  if (bytes.length !== expected) throw wrongSize(name, bytes.length, expected);
  return { shape, values: type.read(new DataView(bytes.buffer, bytes.byteOffset + start), count) };
}

function wrongSize(name: string, got: number, expected: number): VaekitError {
  const what = got < expected ? "truncated IDX file" : "IDX file with bytes left over";
  return new VaekitError(
    "E_FILE",
    `${name}: ${what}: got ${got} bytes, expected ${expected}`,
    "The file is damaged; copy or download it again.",
  );
}
