/** Metrics of generated pictures against closed forms, and against what scipy, scikit-learn and prdc say of the same features. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compareFeatures } from "../../src/eval/pictures/compare.js";
import { frechet } from "../../src/eval/pictures/frechet.js";
import { kernel } from "../../src/eval/pictures/kernel.js";
import type { FeatureSet } from "../../src/eval/pictures/metric.js";
import { Philox } from "../../src/random.js";

function featureSet(values: ArrayLike<number>, width: number): FeatureSet {
  return { count: values.length / width, width, values: Float32Array.from(values) };
}

/** Rows of independent normals, each column with its own mean and deviation. */
function normals(count: number, means: readonly number[], deviations: readonly number[], seed: number): FeatureSet {
  const width = means.length;
  const values = new Philox(seed).normals(new Float32Array(count * width));
  return featureSet(
    values.map((v, i) => means[i % width] + deviations[i % width] * v),
    width,
  );
}

const compare = (real: FeatureSet, generated: FeatureSet) => compareFeatures(real, generated, "net");
const distance = (metric: typeof frechet, real: FeatureSet, generated: FeatureSet) =>
  metric.compute({ real, generated, overlap: () => expect.unreachable() });

test("all metrics agree with scipy, scikit-learn and prdc", () => {
  const golden = JSON.parse(readFileSync(new URL("../golden/picture-metrics.json", import.meta.url), "utf8"));
  const figures = compare(featureSet(golden.real, golden.width), featureSet(golden.generated, golden.width));
  expect(Object.keys(figures)).toEqual(
    ["frechet", "kernel", "precision", "recall", "density", "coverage"].map((name) => `${name}_net_n100`),
  );
  for (const [name, expected] of Object.entries<number>(golden.expected))
    expect(figures[`${name}_net_n100`] / expected, name).toBeCloseTo(1, 5);
});

test("a set compared with itself has no distance and overlaps wholly", () => {
  const set = normals(300, [0, 1, -2], [1, 0.1, 3], 1);
  const figures = compare(set, set);
  expect(figures.frechet_net_n300).toBeCloseTo(0, 8);
  expect(figures).toMatchObject({ precision_net_n300: 1, recall_net_n300: 1, coverage_net_n300: 1 });
  // Each row lies in its own ball and, on average, in those of 5 others.
  expect(figures.density_net_n300).toBeCloseTo(1.2, 10);
});

test("sets far apart do not overlap at all", () => {
  const figures = compare(normals(100, [0, 0], [1, 1], 1), normals(100, [50, 0], [1, 1], 2));
  expect(figures).toMatchObject({
    precision_net_n100: 0,
    recall_net_n100: 0,
    density_net_n100: 0,
    coverage_net_n100: 0,
  });
});

describe("Frechet distance", () => {
  test("of normal samples is near |m - m'|^2 + sum (s - s')^2, its closed form where columns are independent", () => {
    const exact = 3 ** 2 + 1 ** 2 + (2 - 1) ** 2 + (0.5 - 1.5) ** 2;
    const got = distance(frechet, normals(20_000, [0, 0], [1, 0.5], 1), normals(20_000, [3, -1], [2, 1.5], 2));
    expect(got / exact).toBeCloseTo(1, 1);
    expect(Math.abs(got / exact - 1)).toBeLessThan(0.02);
  });

  test("of a set and its shifted copy is the shift squared, to rounding", () => {
    const set = normals(200, [0, 5, 0], [1, 2, 3], 3);
    const shifted = featureSet(
      set.values.map((value) => value + 0.5),
      3,
    );
    expect(distance(frechet, set, shifted)).toBeCloseTo(3 * 0.25, 4);
  });

  test("of a set and a rotated copy is 2 tr C - 2 tr (C C')^(1/2), worked out by hand for a quarter turn", () => {
    const set = normals(500, [0, 0], [3, 1], 4);
    const values = set.values.map((_, i, all) => (i % 2 === 0 ? -all[i + 1] : all[i - 1]));
    const turned = featureSet(values, 2);
    // Nearly C = diag(9, 1) and C' = diag(1, 9): 20 - 2 (3 + 3) = 8, and the means are near 0.
    expect(Math.abs(distance(frechet, set, turned) - 8)).toBeLessThan(0.8);
  });

  test("is finite and symmetric where features never vary, or are fewer rows than columns", () => {
    const flat = normals(5, [1, 2, 3, 4, 5, 6, 7, 8], [1, 0, 0, 0, 0, 0, 0, 1], 5);
    const other = normals(5, [1, 2, 3, 4, 5, 6, 7, 9], [0, 0, 1, 0, 0, 0, 0, 1], 6);
    const [there, back] = [distance(frechet, flat, other), distance(frechet, other, flat)];
    expect(there).toBeGreaterThan(0);
    expect(back).toBeCloseTo(there, 6);
  });
});

describe("kernel distance", () => {
  test("is unbiased: its mean over many pairs of small sets of one kind is 0", () => {
    const values = Array.from({ length: 400 }, (_, i) =>
      distance(kernel, normals(10, [0, 0], [1, 1], 2 * i + 10), normals(10, [0, 0], [1, 1], 2 * i + 11)),
    );
    const mean = values.reduce((a, b) => a + b) / values.length;
    const error = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0)) / values.length;
    expect(Math.abs(mean)).toBeLessThan(4 * error);
    expect(Math.min(...values)).toBeLessThan(0);
  });

  test("of two points each is what the formula says", () => {
    const [real, generated] = [featureSet([0, 2], 1), featureSet([1, -1], 1)];
    // k(0, 2) = 1, k(1, -1) = 0; between: k(0, 1) = k(0, -1) = 1, k(2, 1) = 27, k(2, -1) = -1.
    expect(distance(kernel, real, generated)).toBeCloseTo(1 + 0 - 2 * (28 / 4), 10);
  });
});

test("an outlier among the real pictures raises precision but hardly density; dropping a mode lowers recall and coverage", () => {
  const real = normals(200, [0, 0], [1, 1], 7);
  real.values.set([30, 30]); // one row far away: its ball is wide
  const off = normals(200, [14, 14], [0.5, 0.5], 8);
  const figures = compare(real, off);
  expect(figures.precision_net_n200).toBe(1);
  expect(figures.density_net_n200).toBeLessThan(0.25);
  const twoModes = featureSet(
    [...normals(100, [0, 0], [1, 1], 1).values, ...normals(100, [20, 0], [1, 1], 2).values],
    2,
  );
  const oneMode = normals(200, [0, 0], [1, 1], 3);
  const half = compare(twoModes, oneMode);
  expect(half.recall_net_n200).toBeLessThan(0.55);
  expect(half.coverage_net_n200).toBeLessThan(0.55);
  expect(half.precision_net_n200).toBeGreaterThan(0.9);
});
