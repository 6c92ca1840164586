/** The families of distributions, and where to try them. */

import { bernoulli } from "../../src/dist/bernoulli.js";
import { discretizedLogistic } from "../../src/dist/discretized-logistic.js";
import type { Dist, Family } from "../../src/dist/dist.js";
import { normal, standardNormal } from "../../src/dist/normal.js";
import { constant } from "../../src/graph/ops.js";

export type Example = Readonly<Record<string, number>>;
export type AnyFamily = Family<string>;

export const families = [normal, standardNormal, bernoulli, discretizedLogistic] as readonly unknown[] as AnyFamily[];

/** Parameters further out than examples may be, where a careless formula overflows or takes log 0. */
export const EXTREMES: Readonly<Record<string, readonly Example[]>> = {
  normal: [
    { mu: 0, logvar: -20 },
    { mu: 0, logvar: 20 },
    { mu: 1e4, logvar: -10 },
  ],
  bernoulli: [{ logits: 1e4 }, { logits: -1e4 }],
  "discretized-logistic": [-9, -7, 0, 3].flatMap((logscale) =>
    [-1e4, -1, 0, 0.3, 1, 3].map((mu) => ({ mu, logscale })),
  ),
};

/** Values tried on the real line. */
export const POINTS: readonly number[] = [-3, 0, 0.5, 1, 40];

/** Those of `points` that can be a value of the family: any on the real line, else a few of its support. */
export function pointsOf({ spec: { support } }: AnyFamily, points: readonly number[] = POINTS): readonly number[] {
  if (support === "real") return points;
  const last = support.length - 1;
  return [...new Set([0, 1, last >> 1, last - 1, last])].map((k) => support[Math.max(0, k)]);
}

/** One-dimensional, with constant parameters. */
export function distOf(family: AnyFamily, example: Example): Dist {
  return family(Object.fromEntries(Object.entries(example).map(([name, number]) => [name, constant([number])])));
}

export function textOf(example: Example): string {
  return Object.entries(example)
    .map(([name, number]) => `${name} ${number}`)
    .join(", ");
}
