/** Bytes that are read piece by piece: a file too large to hold, or an array at hand. */

import { VaekitError } from "../errors.js";
import type { Files } from "../host.js";

export interface Ranges {
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** The file at `path`, read by pieces. E_PATH when there is none. */
export async function fileRanges(path: string, files: Files): Promise<Ranges> {
  const info = await files.stat(path);
  if (info?.kind !== "file") throw new VaekitError("E_PATH", `${path}: no such file`);
  return { size: info.size, read: (offset, length) => files.read(path, offset, length) };
}

/** An array, read by pieces (views, not copies). */
export function byteRanges(bytes: Uint8Array): Ranges {
  return { size: bytes.length, read: async (offset, length) => bytes.subarray(offset, offset + length) };
}
