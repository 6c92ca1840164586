/** The Gaussian mixture as a distribution, and how it is fitted: against closed forms and scikit-learn, in float64. */

import { determinant, inverse, Matrix } from "ml-matrix";
import { describe, expect, test } from "vitest";
import type { Dist } from "../../src/dist/dist.js";
import { gaussianMixture } from "../../src/dist/mixture.js";
import { pullback } from "../../src/graph/grad.js";
import { constant, input, type Tensor } from "../../src/graph/ops.js";
import type { LatentCodes } from "../../src/model/parts.js";
import {
  type Expect,
  expectationProgram,
  fitMixture,
  type Mixture,
  principalAxes,
} from "../../src/model/priors/mixture-em.js";
import { Philox } from "../../src/random.js";
import { evaluate, ndArray } from "../../src/runtime/reference.js";
import golden from "../golden/mixture.json" with { type: "json" };
import { expectClose } from "../helpers/tensors.js";

const DRAWS = 12_000;
/** Monte Carlo means may miss by this many of their standard errors. */
const SIGMAS = 4.5;

const mixtureOf = (shares: number[], means: number[][], covariances: number[][][]): Mixture => ({
  shares: Float64Array.from(shares),
  means: Float64Array.from(means.flat()),
  covariances: covariances.map((rows) => new Matrix(rows)),
});
/** Two components that overlap, one narrow and tilted. */
const tilted = mixtureOf(
  [0.3, 0.7],
  [
    [1, -2],
    [-1.5, 0.5],
  ],
  [
    [
      [1, 0.6],
      [0.6, 0.5],
    ],
    [
      [0.04, -0.01],
      [-0.01, 2],
    ],
  ],
);
const skl = mixtureOf(golden.shares, golden.means, golden.covariances);

/** The distribution of a mixture, as the prior builds it. */
function distOf({ shares, means, covariances }: Mixture): Dist {
  const [count, size] = [shares.length, covariances[0].rows];
  const principal = covariances.map(principalAxes);
  return gaussianMixture({
    logits: constant(shares.map(Math.log), [count]),
    mu: constant(means, [count, size]),
    axes: constant(
      principal.flatMap(({ axes }) => [...axes]),
      [count, size, size],
    ),
    logscale: constant(
      principal.flatMap(({ logscale }) => [...logscale]),
      [count, size],
    ),
  });
}

/** log p(x) from inverse and determinant of the covariances. */
function closedForm({ shares, means, covariances }: Mixture, x: readonly number[]): number {
  const size = x.length;
  const total = covariances.reduce((sum, covariance, k) => {
    const centred = Matrix.columnVector(x.map((value, i) => value - means[k * size + i]));
    const square = centred.transpose().mmul(inverse(covariance)).mmul(centred).get(0, 0);
    return sum + (shares[k] * Math.exp(-square / 2)) / Math.sqrt((2 * Math.PI) ** size * determinant(covariance));
  }, 0);
  return Math.log(total);
}

const at = (values: readonly (readonly number[])[], f: (x: Tensor) => Tensor): Float64Array => {
  const shape = [values.length, values[0].length];
  const x = input("x", shape);
  return evaluate([f(x)], new Map([[x, ndArray(values.flat(), shape)]]))[0].data;
};

function noiseOf(rows: number, width: number): number[][] {
  const noise = new Philox(11).normals(new Float32Array(rows * width));
  return Array.from({ length: rows }, (_, i) => [...noise.subarray(i * width, (i + 1) * width)]);
}

function expectMean(values: readonly number[], expected: number): void {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  expect(Math.abs(mean - expected), `mean ${mean}, expected ${expected}`).toBeLessThan(
    SIGMAS * Math.sqrt(variance / values.length) + 1e-9,
  );
}

describe("a mixture of Gaussians", () => {
  test("has the density of the closed form", () => {
    const points = [
      [0, 0],
      [1, -2],
      [-1.5, 3],
      [6, 6],
    ];
    expectClose(
      at(points, distOf(tilted).logProb),
      points.map((x) => closedForm(tilted, x)),
      1e-10,
    );
    // Leading axes are kept, and one component is a normal.
    const x = input("x", [2, 2, 2]);
    const wide = evaluate([distOf(tilted).logProb(x)], new Map([[x, ndArray(points.flat(), [2, 2, 2])]]))[0];
    expect(wide.shape).toEqual([2, 2]);
    expectClose(wide.data, at(points, distOf(tilted).logProb), 1e-12);
    const one = mixtureOf(
      [1],
      [[0, 0]],
      [
        [
          [1, 0],
          [0, 1],
        ],
      ],
    );
    expectClose(at([[3, 4]], distOf(one).logProb), [-12.5 - Math.log(2 * Math.PI)], 1e-10);
  });

  test("has scikit-learn's density", () => {
    expectClose(at(golden.probes, distOf(skl).logProb), golden.logProb, 1e-9);
  });

  test("draws have its mean, its covariance and its entropy", () => {
    const dist = distOf(tilted);
    expect(dist.noiseSize).toBe(3);
    const flat = at(noiseOf(DRAWS, 3), (eps) => dist.sample(eps).z);
    const draws = Array.from({ length: DRAWS }, (_, i) => [flat[2 * i], flat[2 * i + 1]]);
    const mean = [0.3 * 1 + 0.7 * -1.5, 0.3 * -2 + 0.7 * 0.5];
    expectClose(evaluate([dist.mean], new Map())[0].data, mean, 1e-12);
    for (const i of [0, 1]) {
      expectMean(
        draws.map((z) => z[i]),
        mean[i],
      );
      for (const j of [0, 1]) {
        const second = [0, 1].reduce((sum, k) => {
          const [a, b] = [tilted.means[2 * k + i] - mean[i], tilted.means[2 * k + j] - mean[j]];
          return sum + tilted.shares[k] * (tilted.covariances[k].get(i, j) + a * b);
        }, 0);
        expectMean(
          draws.map((z) => (z[i] - mean[i]) * (z[j] - mean[j])),
          second,
        );
      }
    }
    // -E[log p] over draws is the integral of -p log p over a grid.
    const step = 0.16;
    const grid = Array.from({ length: 100 * 100 }, (_, i) => [(i % 100) * step - 8, Math.floor(i / 100) * step - 8]);
    const entropy = at(grid, dist.logProb).reduce((sum, logp) => sum - Math.exp(logp) * logp * step * step, 0);
    expectMean(
      [...at(draws, dist.logProb)].map((logp) => -logp),
      entropy,
    );
  });

  test("a temperature spreads components and leaves their shares", () => {
    const far = mixtureOf([0.25, 0.75], [[-10], [10]], [[[1]], [[4]]]);
    const temperature = constant(0.5);
    const z = at(noiseOf(DRAWS, 2), (eps) => distOf(far).sample(eps, temperature).z);
    const right = [...z].filter((value) => value > 0);
    expectMean(
      [...z].map((value) => (value > 0 ? 1 : 0)),
      0.75,
    );
    expectMean(right, 10);
    expectMean(
      right.map((value) => (value - 10) ** 2),
      1,
    );
    const frozen = at(noiseOf(500, 2), (eps) => distOf(far).sample(eps, constant(0)).z);
    expect([...new Set(frozen)].sort()).toEqual([-10, 10]);
  });

  test("noise at the ends of the scale still chooses one component", () => {
    const three = mixtureOf([0.2, 0.3, 0.5], [[1], [2], [3]], [[[1e-8]], [[1e-8]], [[1e-8]]]);
    const ends = [-40, -0.8417, -0.84, 0.1, 40].map((eps) => [0, eps]);
    expectClose(
      at(ends, (eps) => distOf(three).sample(eps).z),
      [1, 1, 2, 3, 3],
      1e-9,
    );
  });

  test("stop() lets no gradient through, and a divergence in closed form there is none", () => {
    const mu = input("mu", [2, 1]);
    const parts = {
      logits: constant([0, 0]),
      mu,
      axes: constant([1, 1], [2, 1, 1]),
      logscale: constant([0, 0], [2, 1]),
    };
    const x = constant([0.5], [1, 1]);
    const stopped = gaussianMixture(parts).stop();
    expect(pullback([stopped.logProb(x)], [constant([1])], [mu])).toEqual([null]);
    expect(pullback([gaussianMixture(parts).logProb(x)], [constant([1])], [mu])[0]).not.toBeNull();
    expect(stopped.kl(stopped)).toBeNull();
  });
});

/** Runs a pass in float64. */
function expectIn64({ values, count, size }: LatentCodes, components: number): Expect {
  const { inputs, outputs } = expectationProgram(components, size);
  return async (feeds) => {
    const given = new Map(
      [...inputs].map(([name, { tensor }]) => {
        const shape = tensor.shape.map((dim) => (dim === "B" ? count : (dim as number)));
        return [tensor, ndArray(name === "x" ? values : feeds[name as keyof typeof feeds], shape)];
      }),
    );
    const [logLikelihood, counts, sums, squares] = evaluate(
      [outputs.logLikelihood, outputs.counts, outputs.sums, outputs.squares],
      given,
    ).map(({ data }) => data);
    return { logLikelihood: logLikelihood[0], counts, sums, squares };
  };
}

function fitted(
  codes: LatentCodes,
  components: number,
  changes: { shrinkage?: number; seed?: number; tolerance?: number } = {},
) {
  const { seed = 1, shrinkage = 0, tolerance = 1e-9 } = changes;
  const options = { components, shrinkage, tolerance, iterations: 500, random: new Philox(seed) };
  return fitMixture(codes, options, expectIn64(codes, components));
}

const points: LatentCodes = { values: Float32Array.from(golden.points.flat()), count: golden.points.length, size: 3 };

describe("expectation maximisation", () => {
  test("finds scikit-learn's mixture", async () => {
    const { mixture, history, reseeded } = await fitted(points, 3);
    const order = [...mixture.shares.keys()].sort((a, b) => mixture.shares[b] - mixture.shares[a]);
    expectClose(
      order.map((k) => mixture.shares[k]),
      golden.shares,
      1e-4,
    );
    order.forEach((k, i) => {
      expectClose(mixture.means.subarray(k * 3, k * 3 + 3), golden.means[i], 1e-3);
      expectClose(mixture.covariances[k].to1DArray(), golden.covariances[i].flat(), 1e-3);
    });
    expect(history.at(-1)).toBeCloseTo(golden.meanLogLikelihood, 4);
    expect(reseeded).toBe(0);
  });

  test.each([0, 3, 30])("what it maximises never falls, with shrinkage %d", async (shrinkage) => {
    const { history, reseeded } = await fitted(points, 4, { shrinkage, seed: 3, tolerance: 1e-7 });
    expect(reseeded).toBe(0);
    expect(history.length).toBeGreaterThan(5);
    for (let i = 1; i < history.length; i++) expect(history[i]).toBeGreaterThan(history[i - 1] - 1e-6);
    expect(history.at(-1)! - history[0]).toBeGreaterThan(0.01);
  });

  test("a component that loses all its codes is started anew", async () => {
    const { mixture, reseeded } = await fitted(points, 6, { shrinkage: 3, seed: 3, tolerance: 1e-7 });
    expect(reseeded).toBe(1);
    expect(Math.min(...mixture.shares)).toBeGreaterThan(1 / points.count);
  });

  test("codes that are all the same, or fewer than the components, still give a density", async () => {
    const same: LatentCodes = { values: new Float32Array(40).fill(2), count: 20, size: 2 };
    const few: LatentCodes = { values: Float32Array.from([0, 0, 1, 1, 5, 5]), count: 3, size: 2 };
    for (const [codes, components] of [
      [same, 3],
      [few, 3],
    ] as const) {
      const { mixture } = await fitted(codes, components, { shrinkage: 2 });
      expect(mixture.shares.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
      for (const k of mixture.shares.keys())
        for (const value of mixture.covariances[k].to1DArray()) expect(Number.isFinite(value)).toBe(true);
      const logp = at([[2, 2]], distOf(mixture).logProb)[0];
      expect(Number.isFinite(logp)).toBe(true);
    }
  });

  test("the same seed gives the same mixture", async () => {
    const [a, b] = [
      await fitted(points, 4, { seed: 5, shrinkage: 3 }),
      await fitted(points, 4, { seed: 5, shrinkage: 3 }),
    ];
    expect(a.mixture.means).toEqual(b.mixture.means);
    expect(a.history).toEqual(b.history);
  });
});
