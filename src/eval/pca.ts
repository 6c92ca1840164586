/** Principal components: the directions in which a cloud of points varies most (Hotelling 1933), for maps of latents. */

import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { VaekitError } from "../errors.js";

export interface Pca {
  readonly mean: Float64Array;
  /** Orthonormal directions, the one of largest variance first; of each, the largest entry is positive. */
  readonly axes: readonly Float64Array[];
  /** Variance along each axis, divided by count - 1. */
  readonly variances: readonly number[];
  /** Share of all variance per axis, 0 where nothing varies. */
  readonly explained: readonly number[];
  /** Coordinates of points [count, width] on the axes, [count, axes]. */
  project(values: ArrayLike<number>): Float32Array;
}

/** Entries this near to the largest count as equal to it, so that rounding does not choose a sign. */
const SAME = 1 - 1e-6;

/**
 * The first `components` axes of points `values` [count, width] by eigenvalues of their covariance: one pass over the
 * points and work in width^3. Not more axes than `width`. E_DATA without a point or with values that are not finite.
 */
export function pca(values: ArrayLike<number>, width: number, components = 2): Pca {
  const count = values.length / width;
  if (count < 1) throw new VaekitError("E_DATA", "principal components: got no points, expected at least one");
  const { mean, covariance } = covarianceOf(values, width, count);
  const trace = covariance.reduce((sum, row, i) => sum + row[i], 0);
  if (!Number.isFinite(trace)) throw new VaekitError("E_DATA", "principal components: some values are not finite");
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(new Matrix(covariance), {
    assumeSymmetric: true,
  });
  const order = realEigenvalues
    .map((_, i) => i)
    .sort((a, b) => realEigenvalues[b] - realEigenvalues[a])
    .slice(0, components);
  const axes = order.map((column) =>
    oriented(Float64Array.from({ length: width }, (_, row) => eigenvectorMatrix.get(row, column))),
  );
  const variances = order.map((i) => Math.max(0, realEigenvalues[i]));
  return {
    mean,
    axes,
    variances,
    explained: variances.map((variance) => (trace > 0 ? variance / trace : 0)),
    project(points) {
      const rows = points.length / width;
      const out = new Float32Array(rows * axes.length);
      for (let i = 0; i < rows; i++) {
        axes.forEach((axis, a) => {
          let sum = 0;
          for (let j = 0; j < width; j++) sum += (points[i * width + j] - mean[j]) * axis[j];
          out[i * axes.length + a] = sum;
        });
      }
      return out;
    },
  };
}

/** Mean and covariance in two passes: deviations first, so that a large mean costs no digits. */
export function covarianceOf(
  values: ArrayLike<number>,
  width: number,
  count: number,
): { mean: Float64Array; covariance: number[][] } {
  const mean = new Float64Array(width);
  for (let i = 0; i < count * width; i++) mean[i % width] += values[i] / count;
  const sums = new Float64Array(width * width);
  const deviation = new Float64Array(width);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < width; j++) deviation[j] = values[i * width + j] - mean[j];
    for (let j = 0; j < width; j++) for (let k = 0; k <= j; k++) sums[j * width + k] += deviation[j] * deviation[k];
  }
  const divisor = Math.max(1, count - 1);
  const covariance = Array.from({ length: width }, (_, j) =>
    Array.from({ length: width }, (_, k) => sums[Math.max(j, k) * width + Math.min(j, k)] / divisor),
  );
  return { mean, covariance };
}

/** The axis or its opposite: an eigenvector has no sign of its own. */
function oriented(axis: Float64Array): Float64Array {
  const largest = axis.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const sign = axis.find((value) => Math.abs(value) >= largest * SAME) ?? 1;
  return sign < 0 ? axis.map((value) => -value) : axis;
}
