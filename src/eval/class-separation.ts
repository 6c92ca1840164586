/** How well nats tell one class of records from the others: whether what is strange to a model is what a label calls so. */

import type { Labels } from "../data/dataset.js";
import { areaUnderRoc } from "./auc.js";
import { averagePrecision } from "./average-precision.js";

export interface ClassSeparation {
  /** The class that is looked for, and the one that it is told from. */
  readonly positive: string;
  readonly negative: string;
  /** Why that one is looked for. */
  readonly why: string;
  readonly positives: number;
  readonly negatives: number;
  /** Chance that a positive record is stranger than a negative one; 0.5 is chance. */
  readonly auroc: number;
  /** Chance gives the share of positives. */
  readonly averagePrecision: number;
}

/** Names of the class that all others are told from. */
const NORMAL = /^(normal|benign)\W?$/i;

/**
 * Of records `order` with their nats. Two classes: the rarer is looked for, of two that are as common the one of higher mean
 * nats; where one is called "normal", whatever else there is. Null for other labels, or where not both occur.
 */
export function classSeparation(
  { names, indices }: Labels,
  order: Uint32Array,
  nats: Float64Array,
): ClassSeparation | null {
  const byClass = new Map<number, number[]>();
  order.forEach((record, i) => {
    const of = byClass.get(indices[record]) ?? [];
    of.push(nats[i]);
    byClass.set(indices[record], of);
  });
  const classes = [...byClass].filter(([index]) => names[index]).map(([index, of]) => ({ name: names[index], of }));
  const normal = classes.find(({ name }) => NORMAL.test(name));
  const rest = classes.filter((other) => other !== normal);
  if (normal && rest.length > 0) {
    const positive = rest.length === 1 ? rest[0].name : `not ${normal.name}`;
    const why = `all but "${normal.name}"`;
    return separation({ name: positive, of: rest.flatMap(({ of }) => of) }, normal, why);
  }
  if (classes.length !== 2) return null;
  const mean = ({ of }: Class) => of.reduce((sum, value) => sum + value / of.length, 0);
  const [first, second] = classes.sort((a, b) => a.of.length - b.of.length || mean(b) - mean(a));
  return separation(
    first,
    second,
    first.of.length < second.of.length ? "the rarer one" : "the one of higher mean nats",
  );
}

interface Class {
  readonly name: string;
  readonly of: readonly number[];
}

function separation(positive: Class, negative: Class, why: string): ClassSeparation {
  return {
    positive: positive.name,
    negative: negative.name,
    why,
    positives: positive.of.length,
    negatives: negative.of.length,
    auroc: round(areaUnderRoc(positive.of, negative.of)),
    averagePrecision: round(averagePrecision(positive.of, negative.of)),
  };
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
