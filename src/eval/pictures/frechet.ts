/** Frechet distance between two sets of features, each taken for a normal distribution (Heusel et al. 2017). */

import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { covarianceOf } from "../pca.js";
import type { PictureMetric } from "./metric.js";

/**
 * |m - m'|^2 + tr(C + C' - 2 (C C')^(1/2)), Heusel et al. 2017, eq. 6, with covariances divided by count - 1. Biased
 * upwards for few pictures, so only figures of the same count compare.
 */
export const frechet: PictureMetric = {
  name: "frechet",
  better: "lower",
  compute({ real, generated }) {
    const [a, b] = [real, generated].map(({ values, width, count }) => covarianceOf(values, width, count));
    const shift = a.mean.reduce((sum, mean, i) => sum + (mean - b.mean[i]) ** 2, 0);
    return shift + trace(a.covariance) + trace(b.covariance) - 2 * traceOfRoot(a.covariance, b.covariance);
  },
};

/**
 * tr((A B)^(1/2)) of symmetric positive semidefinite A and B. A B is like A^(1/2) B A^(1/2), which is symmetric: the trace
 * is the sum of the roots of its eigenvalues. No iteration that could fail, no imaginary part to drop.
 */
function traceOfRoot(a: number[][], b: number[][]): number {
  const { realEigenvalues, eigenvectorMatrix: v } = symmetricEigen(new Matrix(a));
  const root = v.mmul(Matrix.diag(realEigenvalues.map(rootOf))).mmul(v.transpose());
  const product = root.mmul(new Matrix(b)).mmul(root);
  const symmetric = product.clone().add(product.transpose()).mul(0.5);
  return symmetricEigen(symmetric).realEigenvalues.reduce((sum, value) => sum + rootOf(value), 0);
}

function symmetricEigen(matrix: Matrix): EigenvalueDecomposition {
  return new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
}

/** Rounding may leave an eigenvalue of 0 a little below it. */
function rootOf(eigenvalue: number): number {
  return Math.sqrt(Math.max(0, eigenvalue));
}

function trace(matrix: number[][]): number {
  return matrix.reduce((sum, row, i) => sum + row[i], 0);
}
