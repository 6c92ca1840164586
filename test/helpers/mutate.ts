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

/** What nobody expects in a JSON file. */
const HOSTILE: readonly unknown[] = [
  null,
  true,
  "",
  "__proto__",
  "x".repeat(10_000),
  -1,
  0.5,
  2 ** 31,
  1e15,
  1e308,
  [],
  {},
  [[]],
  { toString: 1 },
  new Array(1000).fill(1),
];
const DEPTH = 20_000;
/** Nested deeper than a recursive function can follow. */
const DEEP = "[".repeat(DEPTH) + "]".repeat(DEPTH);
const DEEP_MARK = "deep-mark";

/** JSON that is whole, with a few of its values changed, removed, or doubled under another name. */
export function mutateJson(bytes: Uint8Array, random: Philox): Uint8Array {
  const below = (limit: number) => Math.floor(random.uniform() * Math.max(1, limit));
  const root = { value: JSON.parse(new TextDecoder().decode(bytes)) as unknown };
  for (let times = 1 + below(3); times > 0; times--) {
    const places: [holder: Record<string, unknown>, key: string][] = [];
    const visit = (holder: Record<string, unknown>): void => {
      for (const key of Object.keys(holder)) {
        places.push([holder, key]);
        if (typeof holder[key] === "object" && holder[key] !== null) visit(holder[key] as Record<string, unknown>);
      }
    };
    visit(root);
    const [holder, key] = places[below(places.length)];
    const kind = below(8);
    if (kind === 0 && holder !== root) delete holder[key];
    else if (kind === 1) holder[`${key}x`] = holder[key];
    else if (kind === 2 && typeof holder[key] === "number") holder[key] *= [-1, 2, 1000, 1e9][below(4)];
    else if (kind === 3) {
      const [from, name] = places[below(places.length)];
      holder[key] = structuredClone(from[name]);
    } else holder[key] = below(20) === 0 ? DEEP_MARK : structuredClone(HOSTILE[below(HOSTILE.length)]);
  }
  const text = JSON.stringify(root.value) ?? "null";
  return new TextEncoder().encode(text.replaceAll(`"${DEEP_MARK}"`, DEEP));
}
