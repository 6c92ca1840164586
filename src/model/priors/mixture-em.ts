/** Expectation maximisation for Gaussian mixtures with full covariances (Dempster, Laird & Rubin 1977). */

import { CholeskyDecomposition, EigenvalueDecomposition, Matrix } from "ml-matrix";
import { input } from "../../graph/ops.js";
import { type Program, program } from "../../graph/program.js";
import type { Philox } from "../../random.js";
import type { LatentCodes } from "../parts.js";
import { clusters } from "./k-means.js";

/** Component k over D dimensions: share [K], mean [K, D], covariance [K, D, D], row by row. */
export interface Mixture {
  readonly shares: Float64Array;
  readonly means: Float64Array;
  readonly covariances: readonly Matrix[];
}

/** What the components have of the codes: sums over codes, weighted by responsibility. */
export interface Statistics {
  /** Sum of log p(z) over the codes, nats. */
  readonly logLikelihood: number;
  /** [K] */
  readonly counts: Float64Array;
  /** Of z, [K, D]. */
  readonly sums: Float64Array;
  /** Of z z^T, [K, D, D]. */
  readonly squares: Float64Array;
}

/** Runs `expectationProgram` over all codes. */
export type Expect = (feeds: ExpectationFeeds) => Promise<Statistics>;
export type ExpectationFeeds = Readonly<Record<"transform" | "offset" | "height", Float32Array>>;

export interface EmOptions {
  readonly components: number;
  readonly random: Philox;
  /** Codes that the pooled covariance counts as in each component's own: keeps components of few codes in shape. */
  readonly shrinkage: number;
  /** Ends when an iteration gains less than this, nats per code. */
  readonly tolerance: number;
  readonly iterations: number;
}

export interface EmResult {
  readonly mixture: Mixture;
  /**
   * What is maximised, after each iteration, nats per code: the mean log-density, and with shrinkage the log of an
   * inverse-Wishart prior on each covariance up to a constant (Fraley & Raftery 2007). It never falls.
   */
  readonly history: readonly number[];
  /** Components that had lost all their codes and were started anew. */
  readonly reseeded: number;
}

/** Least variance in any direction, as a share of the codes' mean variance: a component of equal codes stays a density. */
const FLOOR = 1e-6;
/** A component of fewer codes is started anew, at a code drawn at random. */
const FEWEST_CODES = 1;
const LOG_2PI = Math.log(2 * Math.PI);

/** One pass over codes x [B, D]: how much of each code belongs to each component, summed as `Statistics` has it. */
export function expectationProgram(components: number, size: number): Program {
  const x = input("x", ["B", size]);
  // Block k of the columns is W_k^T, with W_k the inverse of the Cholesky factor: y = W_k (x - mu_k) is standard normal.
  const transform = input("transform", [size, components * size]);
  const offset = input("offset", [components * size]);
  const height = input("height", [components]);
  const standard = x.matmul(transform).sub(offset).reshape(["B", components, size]);
  const joint = height.sub(standard.square().sum(-1).mul(0.5)); // [B, K]
  const total = joint.logSumExp(-1, true);
  const responsibility = joint.sub(total).exp();
  const weighted = responsibility.expandDims(2).mul(x.expandDims(1)); // [B, K, D]
  return program("expectation", {
    logLikelihood: total.sum(),
    counts: responsibility.sum(0),
    sums: responsibility.matmul(x, { transposeA: true }),
    squares: weighted.reshape(["B", components * size]).matmul(x, { transposeA: true }),
  });
}

/** Fits a mixture to codes, which must be centred for the sums to keep their digits. */
export async function fitMixture(codes: LatentCodes, options: EmOptions, expect: Expect): Promise<EmResult> {
  const { size, count } = codes;
  const { components, random, shrinkage, tolerance, iterations } = options;
  const pooled = covarianceOf(codes);
  const floor = Math.max(Number.MIN_VALUE, (FLOOR * pooled.trace()) / size);
  const maximise = (statistics: Statistics): Mixture => maximisation(statistics, { size, pooled, shrinkage, floor });

  let mixture = maximise(clusters(codes, components, random));
  const history: number[] = [];
  let reseeded = 0;
  for (let iteration = 0; iteration < iterations; iteration++) {
    const shapes = mixture.covariances.map(factored);
    const statistics = await expect(feedsOf(mixture, shapes, size));
    const penalty = shapes.reduce((sum, { inverse, logDeterminant }) => {
      if (shrinkage === 0) return 0;
      return sum + (shrinkage / 2) * (logDeterminant + traceOfProduct(inverse, pooled));
    }, 0);
    history.push((statistics.logLikelihood - penalty) / count);
    const empty = statistics.counts.findIndex((codesOf) => codesOf < FEWEST_CODES);
    if (empty >= 0 && reseeded < components) {
      mixture = reseed(maximise(statistics), empty, codes, pooled, random);
      reseeded++;
      continue;
    }
    if (iteration > 0 && history[iteration] - history[iteration - 1] < tolerance && iteration > reseeded) break;
    mixture = maximise(statistics);
  }
  return { mixture, history, reseeded };
}

interface Maximisation {
  readonly size: number;
  readonly pooled: Matrix;
  readonly shrinkage: number;
  readonly floor: number;
}

/** The mixture that explains the codes best, given what belongs to whom. */
function maximisation(
  { counts, sums, squares }: Statistics,
  { size, pooled, shrinkage, floor }: Maximisation,
): Mixture {
  const total = counts.reduce((a, b) => a + b, 0);
  const means = new Float64Array(sums.length);
  const covariances = Array.from(counts, (count, k) => {
    const own = Math.max(count, Number.MIN_VALUE);
    for (let i = k * size; i < (k + 1) * size; i++) means[i] = sums[i] / own;
    const covariance = new Matrix(size, size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) {
        const square = squares[(k * size + i) * size + j] - count * means[k * size + i] * means[k * size + j];
        const value = (square + shrinkage * pooled.get(i, j)) / (own + shrinkage) + (i === j ? floor : 0);
        covariance.set(i, j, value);
        covariance.set(j, i, value);
      }
    }
    return covariance;
  });
  return { shares: counts.map((count) => count / total), means, covariances };
}

/** Moves component `k` to a code drawn at random, with the covariance of all codes and an even share. */
function reseed(
  mixture: Mixture,
  k: number,
  { values, count, size }: LatentCodes,
  pooled: Matrix,
  random: Philox,
): Mixture {
  const at = Math.floor(random.uniform() * count) * size;
  const means = mixture.means.slice();
  means.set(values.subarray(at, at + size), k * size);
  const even = 1 / mixture.shares.length;
  const rest = 1 - mixture.shares[k];
  return {
    means,
    shares: mixture.shares.map((share, i) => (i === k ? even : (share / rest) * (1 - even))),
    covariances: mixture.covariances.map((covariance, i) => (i === k ? pooled.clone() : covariance)),
  };
}

/** A covariance by the inverse of its Cholesky factor, lower triangular. */
interface Factored {
  readonly inverse: Matrix;
  readonly logDeterminant: number;
}

function factored(covariance: Matrix): Factored {
  const lower = choleskyOf(covariance);
  const size = lower.rows;
  const inverse = new Matrix(size, size);
  let logDeterminant = 0;
  for (let column = 0; column < size; column++) {
    for (let row = column; row < size; row++) {
      let sum = row === column ? 1 : 0;
      for (let i = column; i < row; i++) sum -= lower.get(row, i) * inverse.get(i, column);
      inverse.set(row, column, sum / lower.get(row, row));
    }
    logDeterminant += 2 * Math.log(lower.get(column, column));
  }
  return { inverse, logDeterminant };
}

/** Rounding can leave a covariance of few codes a hair short of positive: then its diagonal is raised until it is. */
function choleskyOf(covariance: Matrix): Matrix {
  for (let raise = FLOOR; ; raise *= 10) {
    const decomposition = new CholeskyDecomposition(covariance);
    if (decomposition.isPositiveDefinite()) return decomposition.lowerTriangularMatrix;
    const add = raise * Math.max(covariance.trace() / covariance.rows, Number.MIN_VALUE);
    for (let i = 0; i < covariance.rows; i++) covariance.set(i, i, covariance.get(i, i) + add);
  }
}

function feedsOf({ shares, means }: Mixture, shapes: readonly Factored[], size: number): ExpectationFeeds {
  const components = shares.length;
  const transform = new Float32Array(size * components * size);
  const offset = new Float32Array(components * size);
  const height = new Float32Array(components);
  shapes.forEach(({ inverse, logDeterminant }, k) => {
    height[k] = Math.log(Math.max(shares[k], Number.MIN_VALUE)) - 0.5 * (logDeterminant + size * LOG_2PI);
    for (let row = 0; row < size; row++) {
      let sum = 0;
      for (let i = 0; i <= row; i++) {
        transform[i * components * size + k * size + row] = inverse.get(row, i);
        sum += inverse.get(row, i) * means[k * size + i];
      }
      offset[k * size + row] = sum;
    }
  });
  return { transform, offset, height };
}

/** tr(Sigma^-1 S) with Sigma^-1 = W^T W. */
function traceOfProduct(inverse: Matrix, other: Matrix): number {
  const turned = inverse.mmul(other);
  let trace = 0;
  for (let i = 0; i < inverse.rows; i++) for (let j = 0; j <= i; j++) trace += turned.get(i, j) * inverse.get(i, j);
  return trace;
}

/** Of all codes together, divided by their number. */
function covarianceOf({ values, count, size }: LatentCodes): Matrix {
  const mean = new Float64Array(size);
  for (let i = 0; i < values.length; i++) mean[i % size] += values[i] / count;
  const covariance = Matrix.zeros(size, size);
  const sums = new Float64Array(size * size);
  const centred = new Float64Array(size);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < size; i++) centred[i] = values[row * size + i] - mean[i];
    for (let i = 0; i < size; i++) for (let j = 0; j <= i; j++) sums[i * size + j] += centred[i] * centred[j];
  }
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      covariance.set(i, j, sums[i * size + j] / count);
      covariance.set(j, i, sums[i * size + j] / count);
    }
  }
  return covariance;
}

/** A covariance by its principal axes, as columns row by row [D, D], and the logarithms of the deviations along them [D]. */
export function principalAxes(covariance: Matrix): { readonly axes: Float64Array; readonly logscale: Float64Array } {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, { assumeSymmetric: true });
  const least = FLOOR * Math.max(...realEigenvalues);
  return {
    axes: Float64Array.from(eigenvectorMatrix.to1DArray()),
    logscale: Float64Array.from(realEigenvalues, (value) => 0.5 * Math.log(Math.max(value, least))),
  };
}
