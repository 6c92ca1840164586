/** Directions in latent space along which an attribute changes, found from codes with and without it. */

import { LuDecomposition, Matrix } from "ml-matrix";
import { Philox } from "../random.js";
import { areaUnderRoc } from "./auc.js";

/** Codes of the two kinds, [count, width] each. */
export interface LabelledCodes {
  readonly width: number;
  readonly positive: Float32Array;
  readonly negative: Float32Array;
}

/** A way to find a direction; what it gives has any length. */
interface Method {
  readonly name: string;
  fit(codes: LabelledCodes): Float64Array;
}

/** Strengths of the penalty that are tried, per record: from hardly any to one that all but gives the mean difference. */
const PENALTIES = [1e-4, 1e-3, 1e-2, 1e-1];

const methods: readonly Method[] = [
  { name: "mean difference", fit: meanDifference },
  ...PENALTIES.map((penalty) => ({
    name: `logistic regression, penalty ${penalty}`,
    fit: (codes: LabelledCodes) => logisticRegression(codes, penalty),
  })),
];

export interface FoundDirection {
  /** Unit vector [width]; up is towards the positive records. */
  readonly direction: Float64Array;
  readonly method: string;
  /** Area under the ROC curve of projections of records that took no part in finding it. */
  readonly auc: number;
  /** The same of both families of methods, at their best setting. */
  readonly candidates: Readonly<Record<string, number>>;
  readonly counts: { readonly train: Counts; readonly heldOut: Counts };
}
export interface Counts {
  readonly positive: number;
  readonly negative: number;
}

/** Records of each kind that are needed: two of each part. */
export const SMALLEST_KIND = 8;
/** Share of the train half on which the method is chosen. */
const CHOOSING_SHARE = 0.25;

/**
 * Splits the records of each kind into halves by `seed`. On the train half every method is fitted to three quarters and the
 * one of the highest AUC on the last quarter is fitted again to all of it; the held-out half is touched once, for the AUC.
 */
export function findDirection(codes: LabelledCodes, seed: number, stream: number): FoundDirection {
  const random = new Philox(seed, stream);
  const { width } = codes;
  const [positive, negative] = [codes.positive, codes.negative].map((rows) => shuffledRows(rows, width, random));
  const halves = split({ width, positive, negative }, 0.5);
  const [choosing, fitting] = split(halves[0], CHOOSING_SHARE);
  const tried = methods.map((method) => ({ method, auc: aucOf(method.fit(fitting), choosing) }));
  const bestOf = (some: typeof tried) => some.reduce((best, next) => (next.auc > best.auc ? next : best));
  const families = [tried.slice(0, 1), tried.slice(1)].map(bestOf);
  const fitted = families.map(({ method }) => ({ method, direction: unit(method.fit(halves[0])) }));
  const chosen = fitted[families.indexOf(bestOf(families))];
  const counts = (part: LabelledCodes): Counts => ({
    positive: part.positive.length / width,
    negative: part.negative.length / width,
  });
  return {
    direction: chosen.direction,
    method: chosen.method.name,
    auc: aucOf(chosen.direction, halves[1]),
    candidates: Object.fromEntries(fitted.map(({ method, direction }) => [method.name, aucOf(direction, halves[1])])),
    counts: { train: counts(halves[0]), heldOut: counts(halves[1]) },
  };
}

function shuffledRows(rows: Float32Array, width: number, random: Philox): Float32Array {
  const out = new Float32Array(rows.length);
  for (const [to, from] of random.permutation(rows.length / width).entries())
    out.set(rows.subarray(from * width, (from + 1) * width), to * width);
  return out;
}

/** The first `share` of each kind, at least one record, and the rest. */
function split({ width, positive, negative }: LabelledCodes, share: number): [LabelledCodes, LabelledCodes] {
  const cut = (rows: Float32Array) => Math.max(1, Math.floor((rows.length / width) * share)) * width;
  return [
    { width, positive: positive.subarray(0, cut(positive)), negative: negative.subarray(0, cut(negative)) },
    { width, positive: positive.subarray(cut(positive)), negative: negative.subarray(cut(negative)) },
  ];
}

/** Projections of codes [count, width] on a vector. */
export function projections(rows: Float32Array, direction: ArrayLike<number>): Float64Array {
  const width = direction.length;
  return Float64Array.from({ length: rows.length / width }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < width; j++) sum += rows[i * width + j] * direction[j];
    return sum;
  });
}

function aucOf(direction: Float64Array, { positive, negative }: LabelledCodes): number {
  return areaUnderRoc(projections(positive, direction), projections(negative, direction));
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.hypot(...vector);
  return length > 0 ? vector.map((value) => value / length) : vector;
}

// --- methods ---------------------------------------------------------------------------------------------------------------

/** Mean of the positives minus that of the negatives (Larsen et al. 2016, section 4.2). */
function meanDifference({ width, positive, negative }: LabelledCodes): Float64Array {
  const [a, b] = [positive, negative].map((rows) => meanOf(rows, width));
  return a.map((value, j) => value - b[j]);
}

export function meanOf(rows: Float32Array, width: number): Float64Array {
  const mean = new Float64Array(width);
  for (let i = 0; i < rows.length; i++) mean[i % width] += rows[i] / (rows.length / width);
  return mean;
}

const MAX_STEPS = 50;
const SMALLEST_STEP = 1e-8;
const MAX_HALVINGS = 30;

/**
 * The weights w of argmin mean_i c_i log(1 + exp(-y_i (w.x_i + b))) + penalty / 2 |w|^2, both kinds weighing the same,
 * by Newton's method, its step halved until the loss falls (Hastie, Tibshirani & Friedman 2009, section 4.4.1). Codes are
 * not brought to one scale: the penalty keeps a latent that hardly varies from turning the direction towards its noise.
 */
export function logisticRegression({ width, positive, negative }: LabelledCodes, penalty: number): Float64Array {
  const kinds = [
    { rows: positive, target: 1, weight: width / positive.length / 2 },
    { rows: negative, target: 0, weight: width / negative.length / 2 },
  ];
  const lossOf = (w: Float64Array): number => {
    let loss = 0;
    for (let j = 0; j < width; j++) loss += (penalty / 2) * w[j] ** 2;
    for (const { rows, target, weight } of kinds) {
      for (let i = 0; i < rows.length; i += width)
        loss += weight * softplus((target ? -1 : 1) * score(rows, i, w, width));
    }
    return loss;
  };
  let w = new Float64Array(width + 1); // the last one is b
  let loss = lossOf(w);
  for (let step = 0; step < MAX_STEPS; step++) {
    const gradient = Float64Array.from(w, (value, j) => (j < width ? penalty * value : 0));
    const hessian = Array.from({ length: width + 1 }, (_, j) => {
      const row = new Float64Array(width + 1);
      row[j] = j < width ? penalty : SMALLEST_STEP; // b has no penalty, and none to divide by where all is certain
      return row;
    });
    for (const { rows, target, weight } of kinds) {
      for (let i = 0; i < rows.length; i += width) {
        const share = 1 / (1 + Math.exp(-score(rows, i, w, width)));
        const curve = weight * share * (1 - share);
        for (let j = 0; j <= width; j++) {
          const x = j < width ? rows[i + j] : 1;
          gradient[j] += weight * (share - target) * x;
          for (let k = 0; k <= j; k++) hessian[j][k] += curve * x * (k < width ? rows[i + k] : 1);
        }
      }
    }
    for (let j = 0; j <= width; j++) for (let k = 0; k < j; k++) hessian[k][j] = hessian[j][k];
    const move = new LuDecomposition(new Matrix(hessian.map((row) => Array.from(row)))).solve(
      Matrix.columnVector(Array.from(gradient)),
    );
    let scale = 1;
    let next = w;
    let nextLoss = Number.POSITIVE_INFINITY;
    for (let half = 0; half < MAX_HALVINGS && !(nextLoss <= loss); half++, scale /= 2) {
      next = w.map((value, j) => value - scale * move.get(j, 0));
      nextLoss = lossOf(next);
    }
    if (!(nextLoss <= loss)) break;
    const change = loss - nextLoss;
    [w, loss] = [next, nextLoss];
    if (change < SMALLEST_STEP * SMALLEST_STEP) break;
  }
  return w.slice(0, width);
}

function score(rows: Float32Array, at: number, w: Float64Array, width: number): number {
  let sum = w[width];
  for (let j = 0; j < width; j++) sum += w[j] * rows[at + j];
  return sum;
}

/** log(1 + e^x) without overflow. */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
