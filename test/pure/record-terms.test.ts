/** The terms of single records: in order, the same whatever stands beside a record, and on average what evaluation says. */

import { expect, test } from "vitest";
import { evaluate } from "../../src/eval/evaluate.js";
import { recordTerms } from "../../src/eval/record-terms.js";
import type { Runner } from "../../src/model/runner.js";
import { configOf, memoryDataset } from "../helpers/models.js";

const LATENT = 2;
const SHAPE = [1, 1, 1];
const WAVES = 9;
const data = memoryDataset(
  Float32Array.from({ length: 30 }, (_, i) => (i % WAVES) / WAVES + i / 1000),
  SHAPE,
);
const all = Uint32Array.from({ length: 30 }, (_, i) => i);

/** -log p(x|z) is 100 x + eps, the KL x: what comes out can be told by hand. */
const runner: Runner = {
  config: configOf(SHAPE, { latent: LATENT }),
  latent: LATENT,
  encode: async (_, count) => ({ mu: new Float32Array(count * LATENT), logvar: new Float32Array(count * LATENT) }),
  decode: async (_, count) => ({ image: new Float32Array(count) }),
  draw: () => Promise.reject(new Error("not used")),
  drawRecords: () => Promise.reject(new Error("not used")),
  writer: () => Promise.reject(new Error("not used")),
  async score({ image }, count, particles, noise) {
    const reconstruction = Float32Array.from(
      { length: particles * count },
      (_, row) => 100 * image[row % count] + noise[row * LATENT],
    );
    return { reconstruction, kl: Float32Array.from(image), logWeights: reconstruction.map((value) => -value) };
  },
  noiseSize: LATENT,
  probe: () => Promise.reject(new Error("not used")),
  explain: () => Promise.reject(new Error("not used")),
  weights: async () => new Map(),
  dispose: async () => {},
};
const pixelOf = (i: number) => Math.fround((i % WAVES) / WAVES + i / 1000);

test("stand in the order asked for, and add up", async () => {
  const indices = Uint32Array.of(5, 2, 29);
  const { negativeElbo, reconstruction, kl } = await recordTerms(runner, data, indices, { draws: 4 });
  indices.forEach((index, i) => {
    expect(kl[i]).toBe(pixelOf(index));
    expect(Math.abs(reconstruction[i] - 100 * pixelOf(index))).toBeLessThan(3);
    expect(negativeElbo[i]).toBe(reconstruction[i] + kl[i]);
  });
});

test("do not depend on the batch, the order or the neighbours, but on the seed", async () => {
  const whole = await recordTerms(runner, data, all, { seed: 3, batchSize: 7 });
  const back = await recordTerms(runner, data, all.toReversed(), { seed: 3 });
  expect(back.negativeElbo.toReversed()).toEqual(whole.negativeElbo);
  const one = await recordTerms(runner, data, Uint32Array.of(11), { seed: 3 });
  expect(one.negativeElbo[0]).toBe(whole.negativeElbo[11]);
  expect((await recordTerms(runner, data, all, { seed: 4 })).negativeElbo).not.toEqual(whole.negativeElbo);
});

test("their mean is the -ELBO that evaluation gives with as many draws", async () => {
  const { negativeElbo } = await recordTerms(runner, data, all, { seed: 5, draws: 3 });
  const mean = negativeElbo.reduce((sum, value) => sum + value, 0) / negativeElbo.length;
  expect(mean).toBeCloseTo((await evaluate(runner, data, { samples: 3, seed: 5 })).negativeElbo, 5);
});
