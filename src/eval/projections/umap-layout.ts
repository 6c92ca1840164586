/** The two halves of UMAP (McInnes, Healy & Melville 2018): how near neighbours count, and the layout that keeps them near. */

import type { Philox } from "../../random.js";
import type { Nearest } from "./nearest.js";

/** Edges of a neighbour graph: `head` is drawn to `tail`, the more often the larger its weight (0..1]. */
export interface Edges {
  readonly heads: Int32Array;
  readonly tails: Int32Array;
  readonly weights: Float32Array;
}

/** Bisections of the bandwidth; 64 halve it below any float. */
const BISECTIONS = 64;
const TOLERANCE = 1e-5;
/** A bandwidth is at least this share of the mean distance, so that copies do not make it 0. */
const LEAST_BANDWIDTH = 1e-3;

/**
 * Weights of neighbours [queries, k] by exp(-(d - rho) / sigma): rho is the distance to the nearest that is not a copy, and
 * sigma such that the weights sum to log2(k) (algorithm 3).
 */
export function neighbourWeights({ k, distances }: Nearest): Float32Array {
  const weights = new Float32Array(distances.length);
  const target = Math.log2(k);
  const overall = distances.reduce((sum, d) => sum + d, 0) / distances.length;
  for (let row = 0; row < distances.length; row += k) {
    const own = distances.subarray(row, row + k);
    const rho = own.find((d) => d > 0) ?? 0;
    const total = (sigma: number) => own.reduce((sum, d) => sum + Math.exp(-Math.max(0, d - rho) / sigma), 0);
    let [low, high, sigma] = [0, Number.POSITIVE_INFINITY, 1];
    for (let n = 0; n < BISECTIONS; n++) {
      const excess = total(sigma) - target;
      if (Math.abs(excess) < TOLERANCE) break;
      if (excess > 0) high = sigma;
      else low = sigma;
      sigma = Number.isFinite(high) ? (low + high) / 2 : 2 * sigma;
    }
    const mean = rho > 0 ? own.reduce((sum, d) => sum + d, 0) / k : overall;
    sigma = Math.max(sigma, LEAST_BANDWIDTH * mean, Number.MIN_VALUE);
    for (let j = 0; j < k; j++) weights[row + j] = Math.exp(-Math.max(0, own[j] - rho) / sigma);
  }
  return weights;
}

/** One graph of both directions: the weight of an edge is a + b - ab, the probability that either of the two is there. */
export function fuzzyUnion({ k, indices }: Nearest, weights: Float32Array): Edges {
  const count = indices.length / k;
  const both = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < k; j++) {
      const other = indices[i * k + j];
      if (other === i) continue;
      const key = Math.min(i, other) * count + Math.max(i, other);
      const known = both.get(key) ?? 0;
      const weight = weights[i * k + j];
      both.set(key, known + weight - known * weight);
    }
  }
  const heads = new Int32Array(both.size);
  const tails = new Int32Array(both.size);
  let edge = 0;
  for (const key of both.keys()) {
    heads[edge] = Math.floor(key / count);
    tails[edge++] = key % count;
  }
  return { heads, tails, weights: Float32Array.from(both.values()) };
}

/** Of the curve 1 / (1 + a d^2b) that fits points no nearer than 0.1 in clusters of size 1 (`min_dist` 0.1, `spread` 1). */
const A = 1.5769434603113077;
const B = 0.8950608779109733;
/** Points that are pushed away per one that is drawn nearer. */
const NEGATIVES = 5;
/** No step is longer than this. */
const CLIP = 4;
const NEAR_ZERO = 0.001;

export interface Layout {
  /** [heads, 2], moved in place. */
  readonly points: Float32Array;
  /** [tails, 2] that the edges lead to: the same array, or one that stays as it is. */
  readonly anchors: Float32Array;
  readonly edges: Edges;
  readonly epochs: number;
  readonly learningRate: number;
  readonly random: Philox;
}

/**
 * Epoch `epoch` of the layout's stochastic gradient descent (algorithm 5): each edge draws its ends together as often as its
 * weight says, and then pushes its head away from five anchors drawn at random.
 */
export function layoutEpoch(
  { points, anchors, edges, epochs, learningRate, random }: Layout,
  epoch: number,
  heaviest: number,
): void {
  const rate = learningRate * (1 - epoch / epochs);
  const { heads, tails, weights } = edges;
  const isShared = points === anchors;
  const count = anchors.length / 2;
  for (let e = 0; e < weights.length; e++) {
    // As often as its weight says: at those epochs where the sum of its shares passes a whole number.
    const share = weights[e] / heaviest;
    if (Math.floor((epoch + 1) * share) === Math.floor(epoch * share)) continue;
    const head = 2 * heads[e];
    const tail = 2 * tails[e];
    let dx = points[head] - anchors[tail];
    let dy = points[head + 1] - anchors[tail + 1];
    let square = dx * dx + dy * dy;
    if (square > 0) {
      const power = square ** B;
      const pull = (-2 * A * B * power) / (square * (1 + A * power));
      dx = rate * clip(pull * dx);
      dy = rate * clip(pull * dy);
      points[head] += dx;
      points[head + 1] += dy;
      if (isShared) {
        points[tail] -= dx;
        points[tail + 1] -= dy;
      }
    }
    for (let n = 0; n < NEGATIVES; n++) {
      const other = 2 * Math.floor(random.uniform() * count);
      if (isShared && other === head) continue;
      dx = points[head] - anchors[other];
      dy = points[head + 1] - anchors[other + 1];
      square = dx * dx + dy * dy;
      const push = square > 0 ? (2 * B) / ((NEAR_ZERO + square) * (1 + A * square ** B)) : 0;
      points[head] += rate * (push > 0 ? clip(push * dx) : CLIP);
      points[head + 1] += rate * (push > 0 ? clip(push * dy) : CLIP);
    }
  }
}

const clip = (step: number) => Math.min(CLIP, Math.max(-CLIP, step));
