/** Every family of distributions keeps its word: densities, draws, moments, divergences and gradients agree, in float64. */

import { describe, expect, test } from "vitest";
import type { Dist } from "../../src/dist/dist.js";
import { grad, pullback } from "../../src/graph/grad.js";
import type { NdArray } from "../../src/graph/op.js";
import { constant, input, type Tensor } from "../../src/graph/ops.js";
import { Philox } from "../../src/random.js";
import { evaluate, ndArray } from "../../src/runtime/reference.js";
import { type AnyFamily, distOf, EXTREMES, families, POINTS, pointsOf, textOf } from "../helpers/dists.js";
import { expectClose } from "../helpers/tensors.js";

const DRAWS = 100_000;
/** Points and half width, in standard deviations, of the trapezoid rule on the real line. */
const GRID = 8001;
const REACH = 12;
/** Monte Carlo means may miss by this many of their standard errors. */
const SIGMAS = 4.5;

const examples = families.flatMap((family) =>
  family.spec.examples.map((example) => ({ family, example, name: `${family.family} ${textOf(example)}` })),
);

/** Values [n] of a function of x [n, 1], such as a log-density. */
function at(xs: ArrayLike<number>, f: (x: Tensor) => Tensor): Float64Array {
  const x = input("x", [xs.length, 1]);
  return evaluate([f(x)], new Map([[x, ndArray(xs, [xs.length, 1])]]))[0].data;
}

const value = (x: Tensor): number => evaluate([x], new Map())[0].data[0];

function drawsOf({ spec }: AnyFamily, dist: Dist): Float64Array {
  const noise = new Float32Array(DRAWS);
  const random = new Philox(11);
  return at(spec.noise === "normal" ? random.normals(noise) : random.uniforms(noise), (eps) => dist.sample(eps).z);
}

/** Where the mass of a distribution lies and how much each place counts: a quadrature rule, or the support itself. */
function massesOf(family: AnyFamily, dist: Dist): { xs: number[]; weights: number[] } {
  const { support } = family.spec;
  if (support !== "real") return { xs: [...support], weights: support.map(() => 1) };
  const { mean, deviation } = momentsOf(drawsOf(family, dist));
  const step = (2 * REACH * deviation) / (GRID - 1);
  const xs = Array.from({ length: GRID }, (_, i) => mean - REACH * deviation + i * step);
  return { xs, weights: xs.map(() => step) };
}

/** Expectation of f under the density that `logProb` [n] gives at places of these weights. */
function expectation(logProb: Float64Array, weights: readonly number[], f: (i: number) => number): number {
  return weights.reduce((total, weight, i) => total + weight * Math.exp(logProb[i]) * f(i), 0);
}

function momentsOf(values: Float64Array): { mean: number; deviation: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const squares = values.reduce((total, v) => total + (v - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / values.length) };
}

/** Fails unless the mean of `values` is `expected`, up to chance. */
function expectMean(values: Float64Array, expected: number): void {
  const { mean, deviation } = momentsOf(values);
  const error = deviation / Math.sqrt(values.length);
  expect(Math.abs(mean - expected), `mean ${mean}, expected ${expected}`).toBeLessThan(SIGMAS * error + 1e-9);
}

describe.each(examples)("$name", ({ family, example }) => {
  const dist = distOf(family, example);
  const { xs, weights } = massesOf(family, dist);
  const logProb = at(xs, dist.logProb);
  const mean = expectation(logProb, weights, (i) => xs[i]);

  test("its mass is 1", () => {
    expect(expectation(logProb, weights, () => 1)).toBeCloseTo(1, 8);
  });

  test("draws have its mean and variance", () => {
    const draws = drawsOf(family, dist);
    const variance = expectation(logProb, weights, (i) => (xs[i] - mean) ** 2);
    expectMean(draws, mean);
    expectMean(
      draws.map((x) => (x - mean) ** 2),
      variance,
    );
  });

  test("draws cost its entropy on average, and logq is their log-density", () => {
    const draws = drawsOf(family, dist);
    const costs = at(draws, (x) => dist.logProb(x).neg());
    expectMean(
      costs,
      expectation(logProb, weights, (i) => -logProb[i]),
    );
    const eps = Float64Array.from([0.1, 0.4, 0.8]);
    const logq = at(eps, (noise) => dist.sample(noise).logq as Tensor);
    expectClose(
      logq,
      at(
        at(eps, (noise) => dist.sample(noise).z),
        dist.logProb,
      ),
      1e-12,
    );
  });

  test("mean is its mean, and nothing is likelier than the mode", () => {
    // Families cut into levels answer for the curve before the cut: the mean is half a level off at the most.
    expect(Math.abs(value(dist.mean) - mean)).toBeLessThan(0.002);
    const mode = value(dist.mode);
    const nearest = xs.reduce((best, x, i) => (Math.abs(x - mode) < Math.abs(xs[best] - mode) ? i : best), 0);
    const [likeliest] = family.spec.support === "real" ? at([mode], dist.logProb) : [logProb[nearest]];
    expect(likeliest).toBeGreaterThanOrEqual(Math.max(...logProb) - 1e-9);
  });

  test("elements add up to logProb", () => {
    if (dist.elements === "none") return;
    const wide = input("x", [1, 3]);
    const given = new Map([[wide, ndArray(pointsOf(family).slice(0, 3), [1, 3])]]);
    const [elements, total] = evaluate([dist.elements(wide), dist.logProb(wide)], given);
    expect(elements.shape).toEqual([1, 3]);
    expectClose(total.data, [elements.data.reduce((a, b) => a + b)], 1e-12);
  });

  const partners = families.filter(({ family: name }) => name in family.spec.kl);
  for (const partner of partners)
    test.each(partner.spec.examples.map((other) => ({ other, text: textOf(other) })))(
      `closed KL to ${partner.family} $text is the expectation of log q - log p`,
      ({ other }) => {
        const p = distOf(partner, other);
        const logP = at(xs, p.logProb);
        const numeric = expectation(logProb, weights, (i) => logProb[i] - logP[i]);
        expectClose([value(dist.kl(p)!)], [numeric], 1e-6);
      },
    );

  test("a partner without a closed form gives null", () => {
    expect(dist.kl({ ...dist, name: "unheard of" })).toBeNull();
  });
});

describe.each(families)("$family", (family) => {
  const names = Object.keys(family.spec.examples[0]);
  const symbols = Object.fromEntries(names.map((name) => [name, input(name, [1])]));
  const of = (example: Readonly<Record<string, number>>): Map<Tensor, NdArray> =>
    new Map(names.map((name) => [symbols[name], ndArray([example[name]])]));

  test("stop() lets no gradient through", () => {
    const stopped = family(symbols).stop();
    const x = constant([0.5]);
    const { z, logq } = stopped.sample(x);
    for (const y of [stopped.logProb(x), z, logq as Tensor])
      expect(pullback([y], [constant(1).broadcastTo(y.shape)], Object.values(symbols)).every((g) => g === null)).toBe(
        true,
      );
  });

  test.each(
    [...family.spec.examples, ...(EXTREMES[family.family] ?? [])].map((example) => ({
      example,
      text: textOf(example),
    })),
  )("value and gradient are finite at $text", ({ example }) => {
    for (const point of pointsOf(family, POINTS)) {
      const x = input("x", [1]);
      const y = family(symbols).logProb(x);
      const given = of(example).set(x, ndArray([point]));
      const results = evaluate([y, ...grad(y, [x, ...Object.values(symbols)])], given);
      for (const { data } of results) expect(Number.isFinite(data[0]), `x = ${point}`).toBe(true);
    }
  });
});
