/** Texts of a small grammar, so that a model learns in seconds what is usual. */

import { Philox } from "../../src/random.js";

const ANIMALS = ["fox", "dog", "cat", "owl", "hen"];
const VERBS = ["sees", "likes", "hears"];
const ENDS = ["", " today", " in the old garden", " when it rains"];

/** @example "the fox sees the owl in the old garden" */
export function sentences(count: number, seed: number): string[] {
  const random = new Philox(seed);
  const one = <T>(of: readonly T[]): T => of[Math.floor(random.uniform() * of.length)];
  return Array.from({ length: count }, () => `the ${one(ANIMALS)} ${one(VERBS)} the ${one(ANIMALS)}${one(ENDS)}`);
}
