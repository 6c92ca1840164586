/** NumPy's npy format: one array of numbers or strings. */

import { VaekitError } from "../errors.js";
import { halfToNumber } from "./half.js";
import { type NpyHeader, npyHeaderText, parseNpyHeader } from "./npy-header.js";

export type NpyNumbers =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;
export type NpyValues = NpyNumbers | readonly string[];

/** An array in row-major (C) order. */
export interface NpyArray {
  /** NumPy's name of the type in the file without byte order: "u1", "f2", "b1", "U5". */
  readonly type: string;
  readonly shape: readonly number[];
  /** f2 is widened to Float32Array; b1 is 0 or 1 in a Uint8Array; U and S are strings. May be a view of the file's bytes. */
  readonly values: NpyValues;
}

/** How one type lies in a file. `read` gets element i of a view in the given byte order. */
interface NumberType {
  readonly size: number;
  readonly make: new (length: number) => NpyNumbers;
  readonly view: null | (new (buffer: ArrayBufferLike, offset: number, length: number) => NpyNumbers);
  readonly read: (view: DataView, offset: number, little: boolean) => number | bigint;
}
const NUMBER_TYPES: Readonly<Record<string, NumberType>> = {
  u1: { size: 1, make: Uint8Array, view: Uint8Array, read: (view, at) => view.getUint8(at) },
  b1: { size: 1, make: Uint8Array, view: null, read: (view, at) => (view.getUint8(at) ? 1 : 0) },
  i1: { size: 1, make: Int8Array, view: Int8Array, read: (view, at) => view.getInt8(at) },
  u2: { size: 2, make: Uint16Array, view: Uint16Array, read: (view, at, little) => view.getUint16(at, little) },
  i2: { size: 2, make: Int16Array, view: Int16Array, read: (view, at, little) => view.getInt16(at, little) },
  u4: { size: 4, make: Uint32Array, view: Uint32Array, read: (view, at, little) => view.getUint32(at, little) },
  i4: { size: 4, make: Int32Array, view: Int32Array, read: (view, at, little) => view.getInt32(at, little) },
  u8: {
    size: 8,
    make: BigUint64Array,
    view: BigUint64Array,
    read: (view, at, little) => view.getBigUint64(at, little),
  },
  i8: { size: 8, make: BigInt64Array, view: BigInt64Array, read: (view, at, little) => view.getBigInt64(at, little) },
  f2: { size: 2, make: Float32Array, view: null, read: (view, at, little) => halfToNumber(view.getUint16(at, little)) },
  f4: { size: 4, make: Float32Array, view: Float32Array, read: (view, at, little) => view.getFloat32(at, little) },
  f8: { size: 8, make: Float64Array, view: Float64Array, read: (view, at, little) => view.getFloat64(at, little) },
};

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // "\x93NUMPY"
/** NumPy writes 118 bytes for a plain array; a header beyond this is no header. */
const MAX_HEADER_BYTES = 1 << 16;
const ALIGNMENT = 64;
const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Whether `bytes` (the first six are enough) begin like an npy file. */
export function isNpy(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte);
}

/**
 * Parses the npy file `name`, versions 1 to 3, either byte order, C or Fortran order. E_FILE when it is truncated, has
 * bytes left over, or holds what is no plain array of numbers or strings; pickled objects are refused.
 */
export function parseNpy(bytes: Uint8Array, name: string): NpyArray {
  if (!isNpy(bytes)) throw new VaekitError("E_FILE", `${name}: not an npy file (it does not begin with \\x93NUMPY)`);
  const { header, start } = readHeader(bytes, name);
  const count = header.shape.reduce((product, size) => product * size, 1);
  const data = bytes.subarray(start);
  const text = /^([US])([1-9]\d*)$/.exec(header.type);
  const number = NUMBER_TYPES[header.type];
  if (!text && !number) {
    throw new VaekitError(
      "E_FILE",
      `${name}: arrays of type "${header.type}" are not read`,
      `Save it as one of ${Object.keys(NUMBER_TYPES).join(" ")}, for example x.astype(np.float32).`,
    );
  }
  const size = text ? Number(text[2]) * (text[1] === "U" ? 4 : 1) : number.size;
  if (data.length !== count * size) {
    const what = data.length < count * size ? "truncated npy file" : "npy file with bytes left over";
    throw new VaekitError("E_FILE", `${name}: ${what}: got ${bytes.length} bytes, expected ${start + count * size}`);
  }
  const values = text
    ? readStrings(data, count, size, text[1], header.order, name)
    : readNumbers(data, count, number, header.order);
  return { type: header.type, shape: header.shape, values: header.fortran ? toRowMajor(values, header.shape) : values };
}

/**
 * Where an array of bytes in row-major order begins in the npy file `name`, of which `head` is the start; null for any
 * other file. E_FILE for a header that cannot be read.
 */
export function npyByteLayout(head: Uint8Array, name: string): { shape: readonly number[]; start: number } | null {
  if (!isNpy(head)) return null;
  const { header, start } = readHeader(head, name);
  return header.type === "u1" && !header.fortran ? { shape: header.shape, start } : null;
}

function readHeader(bytes: Uint8Array, name: string): { header: NpyHeader; start: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const version = bytes[6];
  const prefix = version === 1 ? 10 : 12;
  if (version !== undefined && (version < 1 || version > 3)) {
    throw new VaekitError("E_FILE", `${name}: npy version ${version} is not known, expected 1, 2 or 3`);
  }
  const length = bytes.length < prefix ? 0 : version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MAX_HEADER_BYTES) {
    throw new VaekitError("E_FILE", `${name}: npy header of ${length} bytes, expected at most ${MAX_HEADER_BYTES}`);
  }
  const start = prefix + length;
  if (bytes.length < start) {
    throw new VaekitError(
      "E_FILE",
      `${name}: truncated npy file: got ${bytes.length} bytes, expected at least ${start}`,
    );
  }
  const text = new TextDecoder(version === 3 ? "utf-8" : "latin1").decode(bytes.subarray(prefix, start));
  return { header: parseNpyHeader(text, name), start };
}

function readNumbers(data: Uint8Array, count: number, type: NumberType, order: string): NpyNumbers {
  const native = order === "|" || type.size === 1 || (order === "<") === LITTLE_ENDIAN;
  if (type.view && native && data.byteOffset % type.size === 0)
    return new type.view(data.buffer, data.byteOffset, count);
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const values = new type.make(count);
  for (let i = 0; i < count; i++) values[i] = type.read(view, i * type.size, order !== ">");
  return values;
}

/** U: UTF-32 code points, S: bytes; both padded with zeros. */
function readStrings(
  data: Uint8Array,
  count: number,
  size: number,
  kind: string,
  order: string,
  name: string,
): string[] {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const unit = kind === "U" ? 4 : 1;
  return Array.from({ length: count }, (_, i) => {
    let text = "";
    let end = size;
    while (end > 0 && isZero(data, i * size + end - unit, unit)) end -= unit;
    for (let at = i * size; at < i * size + end; at += unit) {
      const point = unit === 4 ? view.getUint32(at, order !== ">") : data[at];
      if (point > 0x10ffff)
        throw new VaekitError("E_FILE", `${name}: string ${i} holds ${point}, which is no character`);
      text += String.fromCodePoint(point);
    }
    return text;
  });
}

function isZero(data: Uint8Array, at: number, length: number): boolean {
  for (let i = at; i < at + length; i++) if (data[i] !== 0) return false;
  return true;
}

/** Column-major to row-major: element (i, j, k) lies at i + I (j + J k) before and at (i J + j) K + k after. */
function toRowMajor(values: NpyValues, shape: readonly number[]): NpyValues {
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, size) => product * size, 1));
  const index = shape.map(() => 0);
  const out = values.slice() as NpyValues & { [i: number]: unknown };
  for (let to = 0, from = 0; to < values.length; to++) {
    out[to] = values[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return out;
}

/** The bytes of an npy file (version 1) that NumPy opens with `np.load(path)`. E_SHAPE when shape and values do not fit. */
export function writeNpy(shape: readonly number[], values: NpyValues): Uint8Array {
  const count = shape.reduce((product, size) => product * size, 1);
  if (count !== values.length) {
    throw new VaekitError("E_SHAPE", `npy: shape [${shape}] holds ${count} values, got ${values.length}`);
  }
  const data = isStrings(values) ? utf32(values) : bytesOf(values);
  const descr = isStrings(values) ? `<U${data.length / 4 / Math.max(1, count) || 1}` : descrOf(values);
  const text = npyHeaderText(descr, shape);
  const start = Math.ceil((10 + text.length + 1) / ALIGNMENT) * ALIGNMENT;
  const out = new Uint8Array(start + data.length);
  out.set([...MAGIC, 1, 0]);
  new DataView(out.buffer).setUint16(8, start - 10, true);
  out.set(new TextEncoder().encode(`${text.padEnd(start - 10 - 1)}\n`), 10);
  out.set(data, start);
  return out;
}

function isStrings(values: NpyValues): values is readonly string[] {
  return Array.isArray(values);
}

function bytesOf(values: NpyNumbers): Uint8Array {
  if (!LITTLE_ENDIAN) throw new VaekitError("E_DEVICE", "npy files are written on little-endian machines only");
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function descrOf(values: NpyNumbers): string {
  const kind = /^(Big)?(Uint|Int|Float)/.exec(values.constructor.name)?.[2] ?? "";
  const letter = { Uint: "u", Int: "i", Float: "f" }[kind];
  return `${values.BYTES_PER_ELEMENT === 1 ? "|" : "<"}${letter}${values.BYTES_PER_ELEMENT}`;
}

/** Strings as UTF-32, all padded to the longest. */
function utf32(values: readonly string[]): Uint8Array {
  const points = values.map((text) => Array.from(text, (character) => character.codePointAt(0) ?? 0));
  const width = points.reduce((longest, { length }) => Math.max(longest, length), 1);
  const out = new Uint32Array(values.length * width);
  points.forEach((text, i) => {
    out.set(text, i * width);
  });
  return bytesOf(out);
}
