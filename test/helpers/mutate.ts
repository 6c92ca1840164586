/** Damaged copies of a file, drawn by a seed: bytes changed, cut out, put in, cut off. */

import type { Philox } from "../../src/random.js";

export function mutate(bytes: Uint8Array, random: Philox): Uint8Array {
  let out: Uint8Array = bytes.slice();
  const below = (limit: number) => Math.floor(random.uniform() * Math.max(1, limit));
  for (let times = 1 + below(3); times > 0; times--) {
    // Half of the damage is done to the first bytes, where headers are.
    const at = below(random.uniform() < 0.5 ? Math.min(out.length, 160) : out.length);
    const kind = below(6);
    if (kind === 0) out = out.slice(0, at);
    else if (kind === 1) out = joined(out.subarray(0, at), out.subarray(at + 1 + below(16)));
    else if (kind === 2)
      out = joined(out.subarray(0, at), random.integers(new Uint32Array(1 + below(8)), 256), out.subarray(at));
    else if (kind === 3) out[at] = [0, 1, 0x7f, 0x80, 0xff][below(5)];
    else if (kind === 4) out[at] ^= 1 << below(8);
    else out.fill([0, 0xff][below(2)], at, at + 1 + below(8));
  }
  return out;
}

function joined(...parts: ArrayLike<number>[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => Array.from(part)));
}
