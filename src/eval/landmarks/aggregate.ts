/** Points that stand for groups of records, each the mean of several: what is kept of a table without keeping a row of it. */

import type { Philox } from "../../random.js";

export interface Points {
  /** [count, width] */
  readonly values: Float32Array;
  readonly count: number;
  readonly width: number;
}

/** Groups as points. */
export interface Groups extends Points {
  /** The group of each point that was grouped, -1 for one that was left over. */
  readonly groupOf: Int32Array;
}

/**
 * Groups of `size` points that lie near each other, as their means: microaggregation (Domingo-Ferrer & Mateo-Sanz 2002). Groups
 * grow around points in an order drawn by `random`; points that are left over at the end belong to none.
 */
export function aggregated({ values, count, width }: Points, size: number, random: Philox): Groups {
  const groupOf = new Int32Array(count).fill(-1);
  const order = random.permutation(count);
  const isFree = new Uint8Array(count).fill(1);
  const means: Float32Array[] = [];
  for (const seed of order) {
    if (!isFree[seed]) continue;
    isFree[seed] = 0;
    const group = nearest({ values, count, width }, seed, size - 1, isFree);
    if (group.length < size - 1) break;
    for (const member of [seed, ...group]) groupOf[member] = means.length;
    const mean = values.slice(seed * width, (seed + 1) * width);
    for (const other of group) {
      isFree[other] = 0;
      for (let j = 0; j < width; j++) mean[j] += values[other * width + j];
    }
    means.push(mean.map((value) => value / size));
  }
  const joined = new Float32Array(means.length * width);
  for (const [i, mean] of means.entries()) joined.set(mean, i * width);
  return { values: joined, count: means.length, width, groupOf };
}

/** The `limit` free points nearest to one, found by leaving each sum as soon as it is too large. */
function nearest({ values, count, width }: Points, from: number, limit: number, isFree: Uint8Array): number[] {
  const found: { point: number; distance: number }[] = [];
  let worst = Number.POSITIVE_INFINITY;
  const start = from * width;
  for (let point = 0; point < count; point++) {
    if (!isFree[point]) continue;
    let distance = 0;
    for (let j = 0; j < width && distance < worst; j++) {
      const gap = values[start + j] - values[point * width + j];
      distance += gap * gap;
    }
    if (distance >= worst) continue;
    found.push({ point, distance });
    found.sort((a, b) => a.distance - b.distance);
    if (found.length > limit) found.pop();
    if (found.length === limit) worst = found[limit - 1].distance;
  }
  return found.map(({ point }) => point);
}
