/** Inflates one DEFLATE stream to a size known beforehand, never holding more than that size. */

import { Inflate, inflateSync } from "fflate";
import { VaekitError } from "../errors.js";
import { crc32 } from "./crc32.js";

/** DEFLATE cannot shrink data further than this (a match of 258 bytes in two bits), so a larger claim is a lie. */
export const MAX_DEFLATE_RATIO = 1032;
/** Up to this size, or this many times the input, the output is allocated at once (twice as fast); above, it grows with what comes out. */
const ONE_SHOT_BYTES = 1 << 20;
const ONE_SHOT_RATIO = 8;
/** Compressed bytes per step; a step gives at most 1032 times as many. */
const STEP_BYTES = 1 << 16;

/** Above this size, more than `BOMB_RATIO` bytes out of each byte is taken for a bomb. */
const BOMB_BYTES = 256 * 2 ** 20;
const BOMB_RATIO = 300;

/** What the container says about the stream. */
export interface Inflated {
  readonly size: number;
  readonly crc: number;
}

/**
 * The bytes that `compressed` (raw DEFLATE) unpacks to. E_FILE, naming `where`, unless there are exactly
 * `expected.size` of them with the checksum `expected.crc`, or when they are so many that it is a bomb.
 */
export function inflate(compressed: Uint8Array, expected: Inflated, where: string): Uint8Array {
  if (expected.size > compressed.length * MAX_DEFLATE_RATIO + ONE_SHOT_BYTES) {
    throw damaged(where, `${compressed.length} compressed bytes cannot hold the ${expected.size} bytes it declares`);
  }
  if (isBomb(expected.size, compressed.length)) {
    throw damaged(where, `it unpacks ${compressed.length} bytes to ${expected.size}: a bomb`);
  }
  let bytes: Uint8Array;
  try {
    // One byte more than expected, so that too much is seen: fflate drops what does not fit.
    bytes =
      expected.size <= Math.max(ONE_SHOT_BYTES, compressed.length * ONE_SHOT_RATIO)
        ? inflateSync(compressed, { out: new Uint8Array(expected.size + 1) })
        : inflateSteps(compressed, expected.size);
  } catch (cause) {
    throw damaged(where, `its compressed data is broken or cut short (${messageOf(cause)})`, cause);
  }
  if (bytes.length !== expected.size) {
    const got = bytes.length > expected.size ? "more" : `${bytes.length}`;
    throw damaged(where, `it unpacks to ${got} bytes, expected ${expected.size}`);
  }
  if (crc32(bytes) !== expected.crc) throw damaged(where, "its checksum (CRC-32) does not match");
  return bytes;
}

/** Whether so much out of so little can only be meant to do harm. */
export function isBomb(size: number, compressed: number): boolean {
  return size > BOMB_BYTES && size > compressed * BOMB_RATIO;
}

/** Steps through the stream; memory follows the output, not the declared size. Stops one byte past `size`. */
function inflateSteps(compressed: Uint8Array, size: number): Uint8Array {
  let out = new Uint8Array(Math.min(size, compressed.length * 4));
  let length = 0;
  const stream = new Inflate((chunk) => {
    const needed = length + chunk.length;
    if (needed > size) throw new Error("more data than declared");
    if (needed > out.length) {
      const grown = new Uint8Array(Math.min(size, Math.max(needed, out.length * 2)));
      grown.set(out.subarray(0, length));
      out = grown;
    }
    out.set(chunk, length);
    length = needed;
  });
  for (let at = 0; at < compressed.length; at += STEP_BYTES) {
    stream.push(compressed.subarray(at, at + STEP_BYTES), at + STEP_BYTES >= compressed.length);
  }
  return out.subarray(0, length);
}

function damaged(where: string, what: string, cause?: unknown): VaekitError {
  return new VaekitError("E_FILE", `${where}: ${what}`, "The file is damaged; copy or download it again.", { cause });
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
