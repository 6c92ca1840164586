/** Tells models apart: a digest of the weights. */

import { murmur3 } from "../random.js";
import type { Weight } from "./runner.js";

/** 32 hexadecimal digits that change when any weight does; the order of the weights does not matter. */
export function modelFingerprint(weights: ReadonlyMap<string, Weight>): string {
  const lines = [...weights].map(([name, { shape, values }]) => {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    return `${name} ${shape.join("x")} ${hex(bytes)}`;
  });
  return hex(new TextEncoder().encode(lines.sort().join("\n")));
}

function hex(bytes: Uint8Array): string {
  return murmur3(bytes, 0)
    .map((word) => word.toString(16).padStart(8, "0"))
    .join("");
}
