/** Where a mixture starts: clusters of codes by k-means from k-means++ seeds (Lloyd 1982; Arthur & Vassilvitskii 2007). */

import type { Philox } from "../../random.js";
import type { LatentCodes } from "../parts.js";
import type { Statistics } from "./mixture-em.js";

/** Clusters are only where to start: this many codes, drawn at random, and rounds do. */
const MAX_CODES = 8192;
const ROUNDS = 10;

/** Sums over the codes of each cluster. (Their log-density is not known yet: NaN.) */
export function clusters(codes: LatentCodes, components: number, random: Philox): Statistics {
  const { size } = codes;
  const sample = sampleOf(codes, random);
  const count = sample.length / size;
  const centres = seeds(sample, components, size, random);
  const nearest = new Uint32Array(count);
  const counts = new Float64Array(components);
  const sums = new Float64Array(components * size);
  for (let round = 0; ; round++) {
    let moved = 0;
    for (let row = 0; row < count; row++) {
      const best = nearestOf(sample, row, centres, components, size).cluster;
      if (best !== nearest[row]) moved++;
      nearest[row] = best;
    }
    counts.fill(0);
    sums.fill(0);
    for (let row = 0; row < count; row++) {
      counts[nearest[row]]++;
      for (let i = 0; i < size; i++) sums[nearest[row] * size + i] += sample[row * size + i];
    }
    if ((round > 0 && moved === 0) || round === ROUNDS) break;
    for (let k = 0; k < components; k++)
      if (counts[k] > 0) for (let i = 0; i < size; i++) centres[k * size + i] = sums[k * size + i] / counts[k];
  }
  const squares = new Float64Array(components * size * size);
  for (let row = 0; row < count; row++) {
    const start = nearest[row] * size;
    for (let i = 0; i < size; i++) {
      const value = sample[row * size + i];
      for (let j = 0; j <= i; j++) squares[(start + i) * size + j] += value * sample[row * size + j];
    }
  }
  return { logLikelihood: Number.NaN, counts, sums, squares };
}

function sampleOf({ values, count, size }: LatentCodes, random: Philox): Float32Array {
  if (count <= MAX_CODES) return values;
  const rows = random.permutation(count).subarray(0, MAX_CODES);
  const sample = new Float32Array(MAX_CODES * size);
  rows.forEach((row, at) => {
    sample.set(values.subarray(row * size, (row + 1) * size), at * size);
  });
  return sample;
}

/** The first centre is any code; each further one a code drawn in proportion to its squared distance from those there are. */
function seeds(sample: Float32Array, components: number, size: number, random: Philox): Float64Array {
  const count = sample.length / size;
  const centres = new Float64Array(components * size);
  const distances = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  let next = Math.floor(random.uniform() * count);
  for (let k = 0; ; k++) {
    centres.set(sample.subarray(next * size, (next + 1) * size), k * size);
    if (k === components - 1) return centres;
    let total = 0;
    for (let row = 0; row < count; row++) {
      distances[row] = Math.min(distances[row], squaredDistance(sample, row * size, centres, k * size, size));
      total += distances[row];
    }
    let left = random.uniform() * total;
    next = distances.findIndex((distance) => {
      left -= distance;
      return left < 0;
    });
    if (next < 0) next = Math.floor(random.uniform() * count); // all codes are centres already
  }
}

function nearestOf(
  sample: Float32Array,
  row: number,
  centres: Float64Array,
  components: number,
  size: number,
): { cluster: number; distance: number } {
  let cluster = 0;
  let distance = Number.POSITIVE_INFINITY;
  for (let k = 0; k < components; k++) {
    const d = squaredDistance(sample, row * size, centres, k * size, size);
    if (d < distance) [cluster, distance] = [k, d];
  }
  return { cluster, distance };
}

function squaredDistance(a: Float32Array, at: number, b: Float64Array, bt: number, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += (a[at + i] - b[bt + i]) ** 2;
  return sum;
}
