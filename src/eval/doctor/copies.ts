/** Records kept aside that were trained on too: what they measure is memory. */

import type { Columns, Dataset } from "../../data/dataset.js";
import type { Checkup } from "../../model/checkup.js";

/** Records read at a time. */
const CHUNK = 1000;

/** Compares the bytes of all records kept aside with those of all trained on, by a 64-bit hash. */
export async function countCopies(
  data: Dataset,
  { train, valid }: { readonly train: Uint32Array; readonly valid: Uint32Array },
  signal?: AbortSignal,
): Promise<NonNullable<Checkup["copies"]>> {
  const trained = new Set<number>();
  const each = async (indices: Uint32Array, visit: (hash: number, index: number) => void): Promise<void> => {
    for (let at = 0; at < indices.length; at += CHUNK) {
      signal?.throwIfAborted();
      const part = indices.subarray(at, at + CHUNK);
      const columns = await data.read(part);
      for (let i = 0; i < part.length; i++) visit(hashOf(columns, i, part.length), part[i]);
    }
  };
  await each(train, (hash) => trained.add(hash));
  let copies = 0;
  let example: string | null = null;
  await each(valid, (hash, index) => {
    if (!trained.has(hash)) return;
    copies++;
    example ??= data.id(index);
  });
  return { aside: valid.length, copies, example };
}

/**
 * Record `i` of `count`, over all fields: two hashes over 32-bit words in the manner of FNV-1a, as one whole number of 53
 * bits. Several times as fast as MurmurHash3; of a million records two that differ share one in 1 of 10,000 data sets.
 */
function hashOf(columns: Columns, i: number, count: number): number {
  let [a, b] = [0x811c9dc5, 0x9747b28c];
  for (const column of Object.values(columns)) {
    const bytes = column.byteLength / count;
    const start = column.byteOffset + i * bytes;
    const whole = start % 4 === 0 && bytes % 4 === 0;
    const words = whole
      ? new Uint32Array(column.buffer, start, bytes / 4)
      : new Uint8Array(column.buffer, start, bytes);
    for (let at = 0; at < words.length; at++) {
      a = Math.imul(a ^ words[at], 0x01000193);
      b = Math.imul(b ^ words[at], 0x85ebca6b);
      a ^= a >>> 15; // upper bits reach the lower ones
      b ^= b >>> 13;
    }
  }
  return (a & 0x1fffff) * 2 ** 32 + (b >>> 0);
}
