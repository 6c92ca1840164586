/** The safetensors format of Hugging Face: named tensors behind a JSON header, no code. */

import { VaekitError } from "../errors.js";

export type SafetensorValues = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;
export type SafetensorDtype = "F32" | "F64" | "I32" | "I64" | "U8";

/** One tensor in row-major order. */
export interface Safetensor {
  readonly shape: readonly number[];
  readonly values: SafetensorValues;
}
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, Safetensor & { readonly dtype: SafetensorDtype }>;
  readonly metadata: Readonly<Record<string, string>>;
}

const DTYPES = {
  F64: { size: 8, make: Float64Array },
  I64: { size: 8, make: BigInt64Array },
  F32: { size: 4, make: Float32Array },
  I32: { size: 4, make: Int32Array },
  U8: { size: 1, make: Uint8Array },
} as const;
/** The format's own limit on the header. */
const MAX_HEADER_BYTES = 100_000_000;
const PREFIX_BYTES = 8;
const METADATA = "__metadata__";

/**
 * The bytes of a safetensors file. Wider types come first, so that every tensor is aligned; within a type the order
 * given is kept. E_SHAPE when a tensor's shape and values do not fit.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, Safetensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const ordered = [...tensors]
    .map(([name, tensor]) => ({ name, ...tensor, dtype: dtypeOf(tensor.values) }))
    .sort((a, b) => DTYPES[b.dtype].size - DTYPES[a.dtype].size);
  const entries: [string, unknown][] = Object.keys(metadata).length > 0 ? [[METADATA, metadata]] : [];
  let end = 0;
  for (const { name, dtype, shape, values } of ordered) {
    const count = shape.reduce((product, size) => product * size, 1);
    if (count !== values.length) {
      throw new VaekitError(
        "E_SHAPE",
        `tensor "${name}": shape [${shape}] holds ${count} values, got ${values.length}`,
      );
    }
    if (name === METADATA) throw new VaekitError("E_SHAPE", `a tensor cannot be called "${METADATA}"`);
    entries.push([name, { dtype, shape, data_offsets: [end, end + values.byteLength] }]);
    end += values.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const start = PREFIX_BYTES + Math.ceil(json.length / 8) * 8;
  const out = new Uint8Array(start + end).fill(0x20, PREFIX_BYTES, start); // padded with spaces, as the format says
  new DataView(out.buffer).setBigUint64(0, BigInt(start - PREFIX_BYTES), true);
  out.set(json, PREFIX_BYTES);
  let at = start;
  for (const { values } of ordered) {
    out.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return out;
}

function dtypeOf(values: SafetensorValues): SafetensorDtype {
  for (const [dtype, { make }] of Object.entries(DTYPES)) if (values instanceof make) return dtype as SafetensorDtype;
  throw new VaekitError("E_SHAPE", "a tensor's values must be Float32, Float64, Int32, BigInt64 or Uint8 arrays");
}

/**
 * Parses the safetensors file `name`. Values are views of `bytes` where their alignment allows. E_FILE when the file is
 * truncated, its header is invalid, or its tensors overlap, leave gaps, or do not fit their shapes.
 */
export function parseSafetensors(bytes: Uint8Array, name: string): Safetensors {
  const { header, start } = readHeader(bytes, name);
  const metadata = readMetadata(header[METADATA], name);
  const tensors = new Map<string, Safetensor & { dtype: SafetensorDtype }>();
  const spans: { key: string; from: number; to: number }[] = [];
  for (const [key, entry] of Object.entries(header)) {
    if (key === METADATA) continue;
    const { dtype, shape, from, to } = readEntry(entry, key, name);
    if (to > bytes.length - start) {
      throw invalid(name, `truncated: tensor "${key}" ends at byte ${start + to}, the file has ${bytes.length}`);
    }
    spans.push({ key, from, to });
    tensors.set(key, { dtype, shape, values: valuesAt(bytes, start + from, to - from, dtype) });
  }
  spans.sort((a, b) => a.from - b.from || a.to - b.to);
  let end = 0;
  for (const { key, from, to } of spans) {
    if (from !== end)
      throw invalid(name, `tensor "${key}" begins at ${from}, expected ${end} (tensors overlap or leave a gap)`);
    end = to;
  }
  if (start + end !== bytes.length) {
    throw invalid(name, `got ${bytes.length} bytes, expected ${start + end} (bytes left over after the last tensor)`);
  }
  return { tensors, metadata };
}

function readHeader(bytes: Uint8Array, name: string): { header: Record<string, unknown>; start: number } {
  if (bytes.length < PREFIX_BYTES) throw invalid(name, `truncated: got ${bytes.length} bytes, expected at least 8`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES)
    throw invalid(name, `its header has ${length} bytes, expected at most ${MAX_HEADER_BYTES}`);
  const start = PREFIX_BYTES + Number(length);
  if (start > bytes.length)
    throw invalid(name, `truncated: its header ends at byte ${start}, the file has ${bytes.length}`);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(PREFIX_BYTES, start)));
  } catch (cause) {
    throw invalid(name, "its header is no JSON", cause);
  }
  if (!isRecord(header)) throw invalid(name, "its header is no JSON object");
  return { header, start };
}

function readMetadata(value: unknown, name: string): Record<string, string> {
  if (value === undefined) return {};
  if (!isRecord(value)) throw invalid(name, `${METADATA} is no object`);
  const entries = Object.entries(value);
  for (const [key, text] of entries) {
    if (typeof text !== "string") throw invalid(name, `${METADATA} "${key}" is no string`);
  }
  return Object.fromEntries(entries) as Record<string, string>;
}

function readEntry(entry: unknown, key: string, name: string) {
  if (!isRecord(entry)) throw invalid(name, `tensor "${key}" is no object`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== "string" || !Object.hasOwn(DTYPES, dtype)) {
    const hint = `Convert it to one of ${Object.keys(DTYPES).join(", ")}.`;
    throw new VaekitError(
      "E_FILE",
      `${name}: tensor "${key}" has type ${JSON.stringify(dtype)}, which is not read`,
      hint,
    );
  }
  if (!isSizes(shape)) throw invalid(name, `tensor "${key}" has an invalid shape`);
  if (!isSizes(offsets) || offsets.length !== 2) throw invalid(name, `tensor "${key}" has invalid data_offsets`);
  const [from, to] = offsets;
  const expected = shape.reduce((product, size) => product * size, DTYPES[dtype as SafetensorDtype].size);
  if (to - from !== expected) {
    throw invalid(name, `tensor "${key}" of ${dtype} [${shape}] has ${to - from} bytes, expected ${expected}`);
  }
  return { dtype: dtype as SafetensorDtype, shape, from, to };
}

function valuesAt(bytes: Uint8Array, at: number, length: number, dtype: SafetensorDtype): SafetensorValues {
  const { size, make } = DTYPES[dtype];
  const offset = bytes.byteOffset + at;
  if (offset % size === 0) return new make(bytes.buffer as ArrayBuffer, offset, length / size);
  return new make(bytes.slice(at, at + length).buffer as ArrayBuffer);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function invalid(name: string, what: string, cause?: unknown): VaekitError {
  return new VaekitError("E_FILE", `${name}: ${what}`, "The file is damaged or no safetensors file.", { cause });
}
