/** Evaluation against a model whose likelihood is known in closed form, and the promise that records do not mix. */

import { describe, expect, test } from "vitest";
import type { Dataset } from "../../src/data/dataset.js";
import { subset } from "../../src/data/subset.js";
import { evaluate } from "../../src/eval/evaluate.js";
import type { Runner } from "../../src/model/runner.js";
import { keyedUniforms, Philox } from "../../src/random.js";
import { onePixelDataset as dataset, LINEAR, linearRunner, normalLogDensity, qMean } from "../helpers/linear-model.js";

const LOG_2PI = Math.log(2 * Math.PI);
const { w: W, b: B, s2: S2, qVariance: Q_VARIANCE } = LINEAR;

const exactNll = (data: Dataset) => {
  const { image } = data.read(Array.from({ length: data.count }, (_, i) => i)) as { image: Float32Array };
  return image.reduce((sum, x) => sum - normalLogDensity(x, B, W * W + S2), 0) / data.count;
};

describe("a linear model with known likelihood", () => {
  test("nll comes near -log p(x) as the particles grow, and lies below -ELBO", async () => {
    const data = dataset(400);
    const exact = exactNll(data);
    const gaps: number[] = [];
    for (const samples of [1, 16, 1000]) {
      const { nll, negativeElbo } = await evaluate(linearRunner(), data, { samples });
      gaps.push(nll! - exact);
      if (samples > 1) expect(nll).toBeLessThan(negativeElbo);
    }
    expect(gaps[0]).toBeGreaterThan(gaps[1]);
    expect(gaps[1]).toBeGreaterThan(0);
    expect(Math.abs(gaps[2])).toBeLessThan(0.005);
  });

  test("-ELBO is E_q[-log p(x|z)] + KL, as the closed form says", async () => {
    const data = dataset(200);
    const { negativeElbo, reconstruction, kl } = await evaluate(linearRunner(), data, { samples: 400 });
    const { image } = data.read(Array.from({ length: 200 }, (_, i) => i)) as { image: Float32Array };
    const expected =
      image.reduce((sum, x) => sum - normalLogDensity(x, W * qMean(x) + B, S2) + (0.5 * W * W * Q_VARIANCE) / S2, 0) /
      200;
    expect(reconstruction).toBeCloseTo(expected, 1);
    expect(negativeElbo).toBeCloseTo(reconstruction + kl, 10);
  });

  test("the standard error is that of the mean over records", async () => {
    const { nll, nllStandardError } = await evaluate(linearRunner(), dataset(3000), { samples: 64 });
    expect(nllStandardError).toBeGreaterThan(0.005);
    expect(
      Math.abs(nll! - (0.5 * (LOG_2PI + Math.log(W * W + S2)) + (0.09 + 0.05 ** 2) / 2 / (W * W + S2))),
    ).toBeLessThan(4 * nllStandardError!);
    expect((await evaluate(linearRunner(), dataset(1))).nllStandardError).toBeNull();
  });
});

describe("what depends on what", () => {
  test("figures are the same for every batch size and order; another seed gives others", async () => {
    const data = dataset(50);
    const reference = await evaluate(linearRunner(), data, { samples: 7 });
    const order = new Philox(9).permutation(50);
    for (const [set, batchSize] of [
      [data, 1],
      [data, 3],
      [data, 512],
      [subset(data, order), 16],
    ] as const) {
      const { protocol: _, image, ...figures } = await evaluate(linearRunner(), set, { samples: 7, batchSize });
      for (const [name, value] of Object.entries(figures))
        expect(value, name).toBeCloseTo(reference[name] as number, 12);
      expect((image as { meanSquaredError: number }).meanSquaredError).toBeCloseTo(
        (reference.image as { meanSquaredError: number }).meanSquaredError,
        12,
      );
    }
    expect((await evaluate(linearRunner(), data, { samples: 7, seed: 1 })).nll).not.toBe(reference.nll);
  });

  test("a record answers the same alone and among others", async () => {
    const data = dataset(20);
    const alone = await Promise.all(
      Array.from({ length: 20 }, (_, i) => evaluate(linearRunner(), subset(data, Uint32Array.of(i)), { samples: 5 })),
    );
    const together = await evaluate(linearRunner(), data, { samples: 5 });
    expect(alone.reduce((sum, { nll }) => sum + nll! / 20, 0)).toBeCloseTo(together.nll!, 10);
  });

  test("many particles are done in turns", async () => {
    const runner = linearRunner();
    await evaluate(runner, dataset(300), { samples: 1000, batchSize: 100 });
    expect(Math.max(...runner.seen.rows)).toBeLessThanOrEqual(512);
    expect(runner.seen.batches).toEqual([100, 100, 100]);
  });
});

test("a model trained on binarised pictures is judged on pictures binarised once, by record and seed", async () => {
  const bytes = new Uint8Array(40).map((_, i) => (i * 53) % 256);
  const data = dataset(10, bytes);
  const runner = linearRunner({ size: 4, binarize: true });
  const encoded: Record<string, number[]>[] = [];
  const spying: Runner = {
    ...runner,
    encode: (columns, count) => {
      encoded.push({ [count]: [...columns.image] });
      return runner.encode(columns, count);
    },
  };
  const { protocol } = await evaluate(spying, data, { samples: 2, batchSize: 10 });
  await evaluate(spying, data, { samples: 2, batchSize: 1 });
  expect(protocol.target).toBe("binarised once per record");
  const whole = encoded[0][10];
  expect(new Set(whole)).toEqual(new Set([0, 1]));
  expect(encoded.slice(1).flatMap((batch) => batch[1])).toEqual(whole);
  expect(whole[0]).toBe(0); // a black pixel stays black
});

test("keyed uniforms lie in [0, 1) evenly and are cut from the same words whatever the length", () => {
  const draws = keyedUniforms(new Float32Array(5000), 4, [1, 2], 0);
  expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...draws)).toBeLessThan(1);
  expect(draws.reduce((sum, value) => sum + value / 5000, 0)).toBeCloseTo(0.5, 1);
  expect(keyedUniforms(new Float32Array(1500), 4, [1, 2], 0)).toEqual(draws.slice(0, 1500));
  expect(keyedUniforms(new Float32Array(5), 4, [1, 2], 1)).not.toEqual(draws.slice(0, 5));
});

test("the answer has the fixed keys, in order, then an object per field kind", async () => {
  const evaluation = await evaluate(linearRunner(), dataset(5), { samples: 3, limit: 4, seed: 2 });
  expect(Object.keys(evaluation)).toEqual(
    "records negativeElbo reconstruction kl nll nllStandardError samples activeUnits bitsPerDim protocol image".split(
      " ",
    ),
  );
  expect(evaluation).toMatchObject({ records: 4, samples: 3, activeUnits: 1, bitsPerDim: null });
  expect(evaluation.protocol).toEqual({
    data: "toy#test",
    fingerprint: "f",
    records: "4 of 5, drawn by the seed",
    samples: 3,
    seed: 2,
    target: "as stored",
    prior: "standard-normal",
    likelihoods: { image: "normal" },
    unit: "nats per record",
  });
});

test("bits per dimension come from nll, for likelihoods of whole levels only", async () => {
  const data = dataset(12, new Philox(1).uniforms(new Float32Array(12 * 6)));
  const { nll, bitsPerDim } = await evaluate(linearRunner({ size: 6, likelihood: "discretized-logistic" }), data);
  expect(bitsPerDim).toBeCloseTo(nll! / (6 * Math.LN2), 12);
  expect((await evaluate(linearRunner({ size: 6, likelihood: "bernoulli" }), data)).bitsPerDim).toBeNull();
});

test("options out of range, data that does not fit and a stop are errors", async () => {
  for (const options of [{ samples: 0 }, { limit: -1 }, { batchSize: 1.5 }]) {
    await expect(evaluate(linearRunner(), dataset(5), options)).rejects.toMatchObject({ code: "E_OPTION" });
  }
  await expect(evaluate(linearRunner(), dataset(0, new Float32Array()))).rejects.toMatchObject({ code: "E_DATA" });
  await expect(evaluate(linearRunner({ size: 3 }), dataset(5))).rejects.toMatchObject({
    code: "E_DATA",
    message: 'toy#test: field "image": got 1 values per record, expected 3 [1, 3, 1]',
  });
  const stopped = new AbortController();
  const onProgress = () => stopped.abort();
  await expect(
    evaluate(linearRunner(), dataset(5), { batchSize: 2, signal: stopped.signal, onProgress }),
  ).rejects.toMatchObject({
    code: "E_INTERRUPTED",
    message: "toy#test: stopped after 2 of 5 records",
  });
});
