/** Single metrics against closed forms: log-mean-exp, moments, active units, principal components. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { activeUnits } from "../../src/eval/active-units.js";
import { logMeanExp } from "../../src/eval/importance.js";
import type { Measured } from "../../src/eval/metric.js";
import { moments } from "../../src/eval/moments.js";
import { pca } from "../../src/eval/pca.js";
import { Philox } from "../../src/random.js";

const finite = (size: number) => fc.double({ min: -size, max: size, noNaN: true });

describe("log-mean-exp", () => {
  test("is the value itself where all are equal, and survives the extremes", () => {
    expect(logMeanExp([-1e4, -1e4, -1e4])).toBe(-1e4);
    expect(logMeanExp([1e4])).toBe(1e4);
    expect(logMeanExp([0, Number.NEGATIVE_INFINITY])).toBeCloseTo(-Math.LN2, 14);
    expect(logMeanExp([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY])).toBe(Number.NEGATIVE_INFINITY);
    expect(logMeanExp([Number.NaN, 0])).toBeNaN();
    expect(logMeanExp([0, Number.NaN])).toBeNaN();
  });

  test("agrees with the plain formula, and moves with a shift", () => {
    fc.assert(
      fc.property(fc.array(finite(20), { minLength: 1, maxLength: 30 }), finite(1e4), (values, shift) => {
        const plain = Math.log(values.reduce((sum, value) => sum + Math.exp(value), 0) / values.length);
        expect(logMeanExp(values)).toBeCloseTo(plain, 10);
        expect(logMeanExp(values.map((value) => value + shift))).toBeCloseTo(plain + shift, 7);
      }),
    );
  });
});

test("moments in one pass agree with two passes, far from zero too", () => {
  fc.assert(
    fc.property(fc.array(finite(10), { minLength: 2, maxLength: 50 }), finite(1e6), (values, far) => {
      const run = moments();
      for (const value of values) run.add(value + far);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
      expect(run.mean).toBeCloseTo(mean + far, 7);
      expect(run.variance).toBeCloseTo(variance, 5);
    }),
  );
  const one = moments();
  one.add(3);
  expect(one).toMatchObject({ count: 1, mean: 3, variance: 0 });
});

test("a latent is active when its mean varies by more than 0.01, however the records come in batches", () => {
  const spreads = [0, 0.09, 0.11, 3]; // standard deviations; 0.1 is the border
  const latent = spreads.length;
  const count = 4000;
  const mu = new Philox(5)
    .normals(new Float32Array(count * latent))
    .map((value, i) => 100 + value * spreads[i % latent]);
  for (const size of [count, 37]) {
    const run = activeUnits.start({ latent, dimensions: 1, isDensity: true, discretised: false });
    for (let at = 0; at < count; at += size) {
      const part = mu.subarray(at * latent, Math.min(count, at + size) * latent);
      run.add({ mu: part, count: part.length / latent } as Measured);
    }
    expect(run.result()).toEqual({ activeUnits: 2 });
  }
});

describe("principal components", () => {
  test("find the axes and variances of a known covariance", () => {
    const count = 20_000;
    const noise = new Philox(2).normals(new Float32Array(count * 3));
    const values = new Float32Array(count * 3);
    const turn = Math.PI / 6;
    for (let i = 0; i < count; i++) {
      const [a, b, c] = [noise[i * 3] * 3, noise[i * 3 + 1] * 1.5, noise[i * 3 + 2] * 0.2];
      values.set([Math.cos(turn) * a - Math.sin(turn) * b + 7, Math.sin(turn) * a + Math.cos(turn) * b - 2, c], i * 3);
    }
    const { axes, variances, explained, mean } = pca(values, 3, 3);
    const known = [9, 2.25, 0.04];
    for (const [i, variance] of known.entries()) expect(variances[i] / variance).toBeCloseTo(1, 1);
    expect(explained.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(axes[0][0]).toBeCloseTo(Math.cos(turn), 1);
    expect(axes[0][1]).toBeCloseTo(Math.sin(turn), 1);
    expect(mean[0]).toBeCloseTo(7, 1);
  });

  test("are orthonormal, sorted, signed, and keep all variance", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 2, max: 30 }),
        fc.nat(1e6),
        (width, count, seed) => {
          const values = new Philox(seed).normals(new Float32Array(count * width));
          const { axes, variances, project } = pca(values, width, width);
          axes.forEach((axis, i) => {
            axes.forEach((other, j) => {
              expect(axis.reduce((sum, value, k) => sum + value * other[k], 0)).toBeCloseTo(i === j ? 1 : 0, 9);
            });
            const largest = Math.max(...axis.map(Math.abs));
            expect(axis.some((value) => value >= largest * 0.999)).toBe(true);
          });
          expect([...variances].sort((a, b) => b - a)).toEqual(variances);
          const points = project(values);
          variances.forEach((variance, a) => {
            const run = moments();
            for (let i = 0; i < count; i++) run.add(points[i * width + a]);
            expect(run.mean).toBeCloseTo(0, 5);
            expect(run.variance).toBeCloseTo(variance, 4);
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  test("one point, equal points and fewer axes than asked for", () => {
    expect(pca([1, 2], 2).explained).toEqual([0, 0]);
    expect([...pca([1, 2, 1, 2], 2).project([1, 2])]).toEqual([0, 0]);
    expect(pca([1, 2, 3], 1, 2).axes).toHaveLength(1);
    expect(() => pca([], 2)).toThrow(/no points/);
    expect(() => pca([1, Number.NaN], 2)).toThrow(/not finite/);
  });
});
