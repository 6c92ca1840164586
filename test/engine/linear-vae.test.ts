/** A linear VAE is probabilistic PCA, whose likelihood is known in closed form (Tipping & Bishop 1999; Lucas et al. 2019). */

import { EigenvalueDecomposition, inverse, Matrix } from "ml-matrix";
import { afterAll, expect, test } from "vitest";
import * as z from "zod";
import { SIGMA_PACE } from "../../src/model/likelihoods/normal.js";
import { nets } from "../../src/model/list.js";
import { openRunner } from "../../src/model/open.js";
import type { Weight } from "../../src/model/runner.js";
import { linear } from "../../src/nn/linear.js";
import { rowsOf } from "../../src/nn/rows.js";
import { ortNode } from "../../src/node/ort-node.js";
import { Philox } from "../../src/random.js";
import { configOf, memoryDataset } from "../helpers/models.js";
import { trainAll } from "../helpers/training.js";

const engine = await ortNode({ threads: 1 });
afterAll(() => engine.dispose());

const SHAPE = [3, 2, 1];
const DIMENSIONS = 6;
const FACTORS = 2;
const RECORDS = 3000;
const SIGMA = 0.3;

nets.register({
  name: "linear-test",
  summary: "one affine map each way",
  options: z.strictObject({}),
  peakLearningRate: 2e-2,
  build: () => ({
    encoder: (_ctx, record) => ({ image: rowsOf(record.image) }),
    decoder: (ctx, latent) => ({ image: linear(ctx.at("image"), latent("z"), { units: DIMENSIONS }) }),
  }),
});

/** x = W z + m + SIGMA noise. */
function factorData(): Float32Array {
  const random = new Philox(3);
  const loadings = random.normals(new Float32Array(DIMENSIONS * FACTORS));
  const records = new Float32Array(RECORDS * DIMENSIONS);
  for (let row = 0; row < RECORDS; row++) {
    const factors = random.normals(new Float32Array(FACTORS));
    const noise = random.normals(new Float32Array(DIMENSIONS));
    for (let i = 0; i < DIMENSIONS; i++) {
      records[row * DIMENSIONS + i] =
        0.5 + SIGMA * noise[i] + loadings[i * FACTORS] * factors[0] + loadings[i * FACTORS + 1] * factors[1];
    }
  }
  return records;
}

/** log N(x; mean, covariance) per record. */
function logNormal(records: Float32Array, mean: ArrayLike<number>, covariance: Matrix): number[] {
  const precision = inverse(covariance);
  const values = new EigenvalueDecomposition(covariance).realEigenvalues;
  const logDeterminant = values.reduce((total, value) => total + Math.log(value), 0);
  return Array.from({ length: records.length / DIMENSIONS }, (_, row) => {
    const centred = Matrix.columnVector(
      Array.from({ length: DIMENSIONS }, (_, i) => records[row * DIMENSIONS + i] - mean[i]),
    );
    return (
      -0.5 *
      (DIMENSIONS * Math.log(2 * Math.PI) +
        logDeterminant +
        centred.transpose().mmul(precision).mmul(centred).get(0, 0))
    );
  });
}

function average(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

test("importance weighting gives probabilistic PCA's log p(x) within 0.05 nats", async () => {
  const records = factorData();
  const config = configOf(SHAPE, {
    latent: FACTORS,
    net: { name: "linear-test" },
    likelihoods: { image: { name: "normal", link: "identity" } },
    training: { seed: 1, epochs: 60, batchSize: 100, valid: 0 },
  });
  const { trained } = await trainAll(config, memoryDataset(records, SHAPE), { engine });
  const weight = (name: string): Weight => trained.weights.get(name)!;
  const loadings = new Matrix(
    Array.from({ length: FACTORS }, (_, k) =>
      Array.from(weight("decoder.image.weight").values.subarray(k * DIMENSIONS, (k + 1) * DIMENSIONS)),
    ),
  ).transpose();
  const noise = Math.exp(SIGMA_PACE * weight("likelihood.image.logvar").values[0]);
  const covariance = loadings.mmul(loadings.transpose()).add(Matrix.eye(DIMENSIONS).mul(noise));

  const count = 200;
  const particles = 2000;
  const some = records.subarray(0, count * DIMENSIONS);
  const runner = await openRunner(trained.config, trained.weights, engine);
  const eps = new Philox(9).normals(new Float32Array(particles * count * FACTORS));
  const { logWeights } = await runner.score({ image: some }, count, particles, eps);
  await runner.dispose();
  const estimated = Array.from({ length: count }, (_, record) => {
    const weights = Array.from({ length: particles }, (_, k) => logWeights[k * count + record]);
    const peak = Math.max(...weights);
    return peak + Math.log(average(weights.map((w) => Math.exp(w - peak))));
  });
  const exact = logNormal(some, weight("decoder.image.bias").values, covariance);
  expect(Math.abs(average(estimated) - average(exact))).toBeLessThan(0.05);

  // The model it learned is as good as the closed-form maximum likelihood (Tipping & Bishop 1999, eqs. 7 and 8).
  const matrix = new Matrix(RECORDS, DIMENSIONS);
  records.forEach((value, i) => void matrix.set(Math.floor(i / DIMENSIONS), i % DIMENSIONS, value));
  const mean = Array.from({ length: DIMENSIONS }, (_, i) => average(matrix.getColumn(i)));
  const centred = Matrix.sub(matrix, new Matrix(RECORDS, DIMENSIONS).fill(0).addRowVector(mean));
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(
    centred.transpose().mmul(centred).div(RECORDS),
    { assumeSymmetric: true },
  );
  const order = realEigenvalues.map((value, i) => ({ value, i })).sort((a, b) => b.value - a.value);
  const rest = average(order.slice(FACTORS).map(({ value }) => value));
  const best = Matrix.eye(DIMENSIONS).mul(rest);
  for (const { value, i } of order.slice(0, FACTORS)) {
    const direction = Matrix.columnVector(eigenvectorMatrix.getColumn(i));
    best.add(direction.mmul(direction.transpose()).mul(value - rest));
  }
  const atBest = average(logNormal(records, mean, best));
  const atLearned = average(logNormal(records, weight("decoder.image.bias").values, covariance));
  expect(atBest - atLearned).toBeGreaterThan(-1e-6);
  expect(atBest - atLearned).toBeLessThan(0.05);
});
