/** Numbers side by side, each normal (or Student-t) with a deviation of its own, or missing. */

import { constant, type Tensor } from "../graph/ops.js";
import type { Dist } from "./dist.js";
import { columnsAt, padded } from "./segments.js";

const LOG_2PI = Math.log(2 * Math.PI);
const LARGEST_LOG_DEVIATION = 5;
/** The logistic function of this times x is within .01 of the normal distribution's. */
const PROBIT = 1.702;

/** How numbers lie around their mean. */
export interface NumberShape {
  /** Deviations below this share of a column's own are noise: a net that may go lower learns rows by heart. */
  readonly floor: number;
  /** Of a Student-t, whose tails are heavier the fewer there are; infinite is normal. */
  readonly degrees: number;
}
const NORMAL: NumberShape = { floor: 0.1, degrees: Number.POSITIVE_INFINITY };

/** log density at a squared distance in units of sigma. */
function logDensity(squared: Tensor, degrees: number): Tensor {
  if (degrees === Number.POSITIVE_INFINITY) return squared.add(LOG_2PI).mul(-0.5);
  const constantPart = logGamma((degrees + 1) / 2) - logGamma(degrees / 2) - 0.5 * Math.log(degrees * Math.PI);
  return squared
    .div(degrees)
    .add(1)
    .log()
    .mul(-(degrees + 1) / 2)
    .add(constantPart);
}

/** Of whole and half numbers above 0, by Gamma(x + 1) = x Gamma(x). */
function logGamma(x: number): number {
  return x <= 1 ? (x === 1 ? 0 : Math.log(Math.PI) / 2) : Math.log(x - 1) + logGamma(x - 1);
}

/** Where a number's values are among those of a record. */
export interface NumberColumn {
  /** (x - mean) / deviation. */
  readonly at: number;
  /** Below 0: hidden; `missing`: nothing there; `made`: what a value that the model makes has. */
  readonly code: number;
  readonly missing: number;
  readonly made: number;
  /** The column's own deviation: densities are those of the numbers themselves. */
  readonly deviation: number;
}

export function normalColumnUnits(columns: number): number {
  return 3 * padded(columns);
}

/**
 * log p(x|z) = sum over columns of log N(x; mu, sigma) + log p(there), or log p(missing). `out` [N, 3 padded(columns)]: mu, log
 * sigma, the logit of missing. Elements are the columns, [N, padded(columns)], the last ones 0.
 */
export function normalColumns(
  out: Tensor,
  columns: readonly NumberColumn[],
  values: number,
  shape: NumberShape = NORMAL,
): Dist {
  const { floor, degrees } = shape;
  const width = padded(columns.length);
  const per = (value: (column: NumberColumn) => number, filler = 0) =>
    Array.from({ length: width }, (_, i) => (i < columns.length ? value(columns[i]) : filler));
  const [mu, free, absent] = out.split(1, 3);
  const sigma = free
    .minimum(LARGEST_LOG_DEVIATION)
    .exp()
    .square()
    .add(floor ** 2)
    .sqrt();
  const isColumn = constant(per(() => 1));

  const elements = (x: Tensor): Tensor => {
    const code = columnsAt(
      x,
      per(({ code }) => code),
    );
    const seen = code.add(0.5).step().mul(isColumn);
    const isMissing = code.equal(constant(per(({ missing }) => missing))).cast("float32");
    const gap = columnsAt(
      x,
      per(({ at }) => at),
    )
      .sub(mu)
      .div(sigma);
    const density = logDensity(gap.square(), degrees)
      .sub(sigma.log())
      .sub(constant(per(({ deviation }) => Math.log(deviation), 0)));
    const presence = absent.sigmoidCrossEntropy(isMissing).neg();
    return density.mul(isMissing.neg().add(1)).add(presence).mul(seen);
  };
  const place = (of: (column: NumberColumn) => number): Tensor => {
    const matrix = new Float32Array(width * values);
    for (const [i, column] of columns.entries()) matrix[i * values + of(column)] = 1;
    return constant(matrix, [width, values]);
  };
  const valuesOf = (standard: Tensor, isMissing: Tensor): Tensor => {
    const [missing, made] = [constant(per(({ missing }) => missing)), constant(per(({ made }) => made))];
    const code = isMissing.mul(missing.sub(made)).add(made);
    return standard.matmul(place(({ at }) => at)).add(code.mul(isColumn).matmul(place(({ code }) => code)));
  };
  const middle = (): Tensor => valuesOf(mu, absent.step());
  return {
    name: "normal-columns",
    parameters: { mu, sigma, absent },
    shape: [out.shape[0], values],
    noise: "normal",
    noiseSize: 2 * width,
    density: "everywhere",
    space: "discrete", // of codes: whether something is there
    sample(eps) {
      // Of a Student-t the middle, as a normal: its tails are there to forgive, not to be drawn from.
      const [own, chance] = eps.split(1, 2);
      const isMissing = absent.sigmoid().sub(chance.mul(PROBIT).sigmoid()).step();
      return { z: valuesOf(mu.add(sigma.mul(own)), isMissing), logq: "none" };
    },
    logProb: (x) => elements(x).sum(-1),
    elements,
    get mean() {
      return middle();
    },
    get mode() {
      return middle();
    },
    kl: () => null,
    stop: () => normalColumns(out.stop(), columns, values, shape),
  };
}
