/** Directions in latent space: the AUC by counting pairs, the regression by its own optimality, and what is found. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { areaUnderRoc } from "../../src/eval/auc.js";
import { findDirection, type LabelledCodes, logisticRegression } from "../../src/eval/direction.js";
import { Philox } from "../../src/random.js";

describe("the area under the ROC curve", () => {
  const brute = (positives: readonly number[], negatives: readonly number[]) => {
    let sum = 0;
    for (const p of positives) for (const n of negatives) sum += p > n ? 1 : p === n ? 0.5 : 0;
    return sum / (positives.length * negatives.length);
  };
  test("is the share of pairs in order, ties counting half", () => {
    const few = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(few, few, (positives, negatives) => {
        expect(areaUnderRoc(positives, negatives)).toBeCloseTo(brute(positives, negatives), 12);
      }),
    );
  });
  test("is 1, 0 and one half where that is plain, and NaN without one of the kinds", () => {
    expect(areaUnderRoc([3, 4], [1, 2])).toBe(1);
    expect(areaUnderRoc([1], [2, 3])).toBe(0);
    expect(areaUnderRoc([7, 7], [7])).toBe(0.5);
    expect(areaUnderRoc([], [1])).toBeNaN();
  });
});

/** Normal codes with a shift along `shift` for the positive ones; the last latent hardly varies. */
function codes(count: number, shift: readonly number[], seed = 3): LabelledCodes {
  const width = shift.length;
  const random = new Philox(seed);
  const rows = (moved: number) =>
    random
      .normals(new Float32Array(count * width))
      .map((eps, i) => eps * (i % width === width - 1 ? 0.02 : 1) + moved * shift[i % width]);
  return { width, positive: rows(0.5), negative: rows(-0.5) };
}

describe("logistic regression", () => {
  const penalty = 0.05;
  const data = codes(60, [1, -0.5, 0, 0]);
  /** The loss by its definition, the bias left to a search. */
  const lossAt = (w: Float64Array) => {
    const scores = (rows: Float32Array) =>
      Array.from({ length: rows.length / 4 }, (_, i) => w.reduce((sum, value, j) => sum + value * rows[4 * i + j], 0));
    const [up, down] = [scores(data.positive), scores(data.negative)];
    const at = (b: number) =>
      up.reduce((sum, s) => sum + Math.log1p(Math.exp(-s - b)), 0) / (2 * up.length) +
      down.reduce((sum, s) => sum + Math.log1p(Math.exp(s + b)), 0) / (2 * down.length);
    let [low, high] = [-10, 10];
    for (let i = 0; i < 200; i++) {
      const [a, b] = [low + (high - low) / 3, high - (high - low) / 3];
      if (at(a) < at(b)) high = b;
      else low = a;
    }
    return at(low) + (penalty / 2) * w.reduce((sum, value) => sum + value * value, 0);
  };

  test("finds the least loss: every step away from it costs", () => {
    const w = logisticRegression(data, penalty);
    const least = lossAt(w);
    for (let j = 0; j < 4; j++) {
      for (const step of [1e-3, -1e-3, 0.3, -0.3]) {
        const moved = w.map((value, k) => (k === j ? value + step : value));
        expect(lossAt(moved)).toBeGreaterThan(least);
      }
    }
  });
  test("ends where the kinds are told apart without error", () => {
    const apart = codes(40, [20, 0, 0, 0]);
    const w = logisticRegression(apart, 1e-4);
    expect(w.every(Number.isFinite)).toBe(true);
    expect(w[0]).toBeGreaterThan(5 * Math.abs(w[1]));
  });
});

describe("a direction", () => {
  test("is a unit vector along what the kinds differ in, with its AUC on records that took no part", () => {
    const shift = [1.5, -2, 0, 0.5, 0];
    const found = findDirection(codes(1000, shift), 1, 5);
    const length = Math.hypot(...shift);
    const cosine = found.direction.reduce((sum, value, j) => sum + (value * shift[j]) / length, 0);
    expect(Math.hypot(...found.direction)).toBeCloseTo(1, 12);
    expect(cosine).toBeGreaterThan(0.99);
    // Projections of the kinds are normal, `length` apart: AUC = Phi(length / sqrt 2).
    expect(found.auc).toBeGreaterThan(0.945);
    expect(found.auc).toBeLessThan(0.983);
    expect(found.counts).toEqual({
      train: { positive: 500, negative: 500 },
      heldOut: { positive: 500, negative: 500 },
    });
    expect(Object.keys(found.candidates)).toHaveLength(2);
    expect(found.candidates[found.method]).toBe(found.auc);
  });
  test("of labels that say nothing tells nothing, which the held-out half shows", () => {
    const aucs = [1, 2, 3, 4].map((seed) => findDirection(codes(150, [0, 0, 0, 0, 0, 0], seed), seed, 5).auc);
    const mean = aucs.reduce((sum, auc) => sum + auc / 4, 0);
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.06);
  });
  test("is the same for the same seed, and needs few records", () => {
    const few = codes(8, [3, 0, 0]);
    expect(findDirection(few, 2, 5)).toEqual(findDirection(few, 2, 5));
    expect(findDirection(few, 2, 5).counts.heldOut).toEqual({ positive: 4, negative: 4 });
  });
});
