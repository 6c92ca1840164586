/** Learning-rate schedules against PyTorch's rates, and the KL term's warm-up. */

import { describe, expect, test } from "vitest";
import { anewAt, betaWarmup, schedule, warmSteps } from "../../src/train/schedules.js";
import golden from "../golden/onecycle.json" with { type: "json" };

describe("learning rates are PyTorch's", () => {
  test.each(golden.onecycle)("onecycle with $options", ({ options, rates }) => {
    const rate = schedule("onecycle", options);
    rates.forEach((expected, step) => {
      expect(rate(step, rates.length) / expected).toBeCloseTo(1, 8);
    });
  });

  test("onecycle without options rises for 30 % from a 25th, and ends at a 250,000th", () => {
    const [, , , { options, rates }] = golden.onecycle;
    const rate = schedule("onecycle", { learningRate: options.learningRate });
    expect(rates.map((_, step) => rate(step, 100))).toEqual(
      rates.map((_, step) => schedule("onecycle", options)(step, 100)),
    );
    expect(rate(0, 100)).toBeCloseTo(1.6e-4, 12);
    expect(rate(29, 100)).toBe(4e-3);
    expect(rate(99, 100)).toBeCloseTo(1.6e-8, 14);
  });

  test("cosine", () => {
    const rate = schedule("cosine", golden.cosine.options);
    golden.cosine.rates.forEach((expected, step) => {
      expect(rate(step, 40)).toBeCloseTo(expected, 10);
    });
  });
});

test("every schedule stays finite and positive for short runs, and keeps its last rate after the end", () => {
  for (const kind of ["constant", "cosine", "onecycle"]) {
    const rate = schedule(kind, { learningRate: 1 });
    for (let total = 1; total <= 12; total++) {
      for (let step = 0; step < total; step++) {
        expect(rate(step, total)).toBeGreaterThan(0);
        expect(rate(step, total)).toBeLessThanOrEqual(1);
      }
      expect(rate(total + 5, total)).toBe(rate(total + 9, total));
    }
  }
  expect(schedule("onecycle", { learningRate: 1, riseShare: 0.5 })(0, 2)).toBe(1); // a rise of no steps
});

test("beta rises in a straight line over the warm-up, then stays", () => {
  const beta = betaWarmup({ beta: 4, warmup: 2, stepsPerEpoch: 10 });
  expect([0, 5, 10, 20, 100].map((step) => beta(step, 100))).toEqual([0, 1, 2, 4, 4]);
  expect(betaWarmup({ beta: 1, warmup: 0, stepsPerEpoch: 10 })(0, 100)).toBe(1);
});

test("beta stays 0 while an autoencoder is trained, and rises afterwards", () => {
  const beta = betaWarmup({ beta: 2, warmup: 2, stepsPerEpoch: 10, pretrain: 3 });
  expect([0, 29, 30, 40, 50, 90].map((step) => beta(step, 100))).toEqual([0, 0, 0, 1, 2, 2]);
  expect(warmSteps({ beta: 2, warmup: 2, stepsPerEpoch: 10, pretrain: 3 }, 100)).toBe(50);
});

test("in cycles beta rises over the first half of each, and is risen for good in the last", () => {
  const options = { beta: 1, warmup: 0, stepsPerEpoch: 10, pretrain: 2, cycles: 4 };
  const beta = betaWarmup(options); // 80 steps in four cycles of 20
  expect([19, 20, 25, 30, 39, 40, 45, 95].map((step) => beta(step, 100))).toEqual([0, 0, 0.5, 1, 1, 0, 0.5, 1]);
  const warm = warmSteps(options, 100);
  expect([warm, beta(warm, 100), beta(99, 100)]).toEqual([90, 1, 1]);
});

test("after pretraining the learning rate begins anew, with the steps that are left", () => {
  const whole = schedule("cosine", { learningRate: 1 });
  const rate = anewAt(40, whole);
  expect([0, 20, 40, 70].map((step) => rate(step, 100))).toEqual([1, whole(20, 40), 1, whole(30, 60)]);
});

test("unknown schedules and options out of range are refused", () => {
  expect(() => schedule("cosin", { learningRate: 1 })).toThrow('unknown schedule "cosin"');
  expect(() => schedule("constructor", { learningRate: 1 })).toThrow("unknown schedule");
  expect(() => schedule("cosine", { learningRate: 0 })).toThrow(
    "invalid learningRate: got 0, expected a positive number",
  );
  expect(() => schedule("onecycle", { learningRate: 1, riseShare: 2 })).toThrow("invalid riseShare");
  expect(() => betaWarmup({ beta: 1, warmup: -1, stepsPerEpoch: 10 })).toThrow("invalid warmup");
});
