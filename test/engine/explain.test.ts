/** Where records are surprising, against each likelihood's own definition in float64; scores that know no neighbours. */

import { afterAll, describe, expect, test } from "vitest";
import { subset } from "../../src/data/subset.js";
import { discretizedLogistic } from "../../src/dist/discretized-logistic.js";
import { scoreRecords } from "../../src/eval/score.js";
import { evaluate } from "../../src/graph/evaluate.js";
import { constant } from "../../src/graph/ops.js";
import { compose } from "../../src/model/compose.js";
import type { PartConfig } from "../../src/model/config.js";
import { SIGMA_PACE } from "../../src/model/likelihoods/normal.js";
import { openRunner } from "../../src/model/open.js";
import { parametersOf } from "../../src/model/programs.js";
import type { Runner, Weight } from "../../src/model/runner.js";
import { ortNode } from "../../src/node/ort-node.js";
import { Philox } from "../../src/random.js";
import { configOf, memoryDataset } from "../helpers/models.js";

const engine = await ortNode({ threads: 1 });
afterAll(() => engine.dispose());

const SHAPE = [5, 3, 3];
const SIZE = 45;
const COUNT = 6;
const LEVELS = 256;

/** An untrained model: its weights are as they start, its answers far from the data. */
async function modelOf(likelihood: PartConfig, shape = SHAPE): Promise<Runner> {
  const size = shape.reduce((a, b) => a * b);
  const mean = { image: Array.from({ length: size }, (_, i) => 0.1 + (0.8 * i) / size) };
  const config = configOf(shape, { likelihoods: { image: likelihood }, facts: { count: 10, mean } });
  const random = new Philox(4);
  const weights = new Map<string, Weight>();
  for (const [name, { shape, initialize }] of parametersOf(compose(config)))
    weights.set(name, { shape, values: initialize(shape, random) });
  return openRunner(config, weights, engine);
}

/** Pictures with black, white and grey. */
const pixels = new Philox(6)
  .uniforms(new Float32Array(COUNT * SIZE))
  .map((u) => Math.round(255 * Math.min(1, Math.max(0, 1.6 * u - 0.3))));
const data = memoryDataset(Uint8Array.from(pixels), SHAPE);
const values = pixels.map((byte) => byte / 255);

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const crossEntropy = (x: number, p: number) => -(x * Math.log(p) + (1 - x) * Math.log(1 - p));

/** log of the probability of level x, by its definition. */
function logMass(x: number, mu: number, scale: number): number {
  const half = 0.5 / (LEVELS - 1);
  const upper = x >= 1 - half ? 1 : sigmoid((x + half - mu) / scale);
  const lower = x <= half ? 0 : sigmoid((x - half - mu) / scale);
  return Math.log(upper - lower);
}

/** Nats that x costs beyond the likeliest value, from the decoder's mean and the learned weights. */
const definitions: Record<
  string,
  (x: number, mean: number, weights: ReadonlyMap<string, Weight>, at: number) => number
> = {
  bernoulli: (x, p) => crossEntropy(x, p) - crossEntropy(p > 0.5 ? 1 : 0, p),
  normal: (x, mu, weights) => {
    const logvar = SIGMA_PACE * weights.get("likelihood.image.logvar")!.values[0];
    return (x - mu) ** 2 / (2 * Math.exp(logvar));
  },
};

describe.each(Object.keys(definitions))("surprise under %s", (name) => {
  test("is log p(likeliest) - log p(x) at each value, and the mean is the decoder's", async () => {
    const runner = await modelOf({ name });
    const columns = data.read(Uint32Array.from({ length: COUNT }, (_, i) => i)) as { image: Uint8Array };
    const { mu, logvar } = await runner.encode(columns, COUNT);
    const noise = new Philox(9).normals(new Float32Array(COUNT * runner.latent));
    const z = mu.map((value, i) => value + Math.exp(logvar[i] / 2) * noise[i]);
    const means = (await runner.decode(z, COUNT)).image;
    const explained = await runner.explain(columns, COUNT, 1, noise);
    const weights = await runner.weights();
    const { logWeights } = await runner.score(columns, COUNT, 1, noise);
    for (let i = 0; i < COUNT * SIZE; i++) {
      const expected = definitions[name](values[i], means[i], weights, i);
      expect(explained.surprise.image[i], `value ${i}`).toBeCloseTo(expected, 3);
      expect(explained.means.image[i]).toBeCloseTo(means[i], 5);
    }
    explained.logWeights.forEach((value, i) => {
      expect(value).toBeCloseTo(logWeights[i], 3);
    });
    await runner.dispose();
  });

  test("of several particles is their mean by importance", async () => {
    const runner = await modelOf({ name });
    const columns = data.read(Uint32Array.of(2));
    const particles = 3;
    const noise = new Philox(1).normals(new Float32Array(particles * runner.latent));
    const together = await runner.explain(await columns, 1, particles, noise);
    const weights = Array.from(together.logWeights, (value) => Math.exp(value - Math.max(...together.logWeights)));
    const total = weights.reduce((a, b) => a + b, 0);
    const expected = new Float64Array(SIZE);
    for (let k = 0; k < particles; k++) {
      const part = noise.slice(k * runner.latent, (k + 1) * runner.latent);
      const { surprise } = await runner.explain(await columns, 1, 1, part);
      surprise.image.forEach((value, i) => {
        expected[i] += (value * weights[k]) / total;
      });
    }
    together.surprise.image.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 3);
    });
    await runner.dispose();
  });
});

test("the mode of the discretised logistic is likelier than every level, also where an end takes the tail", () => {
  for (const mu of [-0.4, 0, 0.001, 0.02, 0.3, 0.97, 1.3]) {
    for (const logscale of [-6, -4, -2.5, -1]) {
      const dist = discretizedLogistic({ mu: constant([mu]), logscale: constant([logscale]) });
      if (dist.elements === "none") throw new Error("it factorises");
      const [best] = evaluate([dist.elements(dist.mode)], new Map());
      for (let k = 0; k < LEVELS; k++) {
        const mass = logMass(k / (LEVELS - 1), mu, Math.exp(logscale));
        expect(best.data[0], `mu ${mu}, logscale ${logscale}, level ${k}`).toBeGreaterThanOrEqual(mass - 1e-6);
      }
    }
  }
});

test("surprise under the discretised logistic is never below zero", async () => {
  const runner = await modelOf({ name: "discretized-logistic" });
  const columns = data.read(Uint32Array.from({ length: COUNT }, (_, i) => i));
  const noise = new Philox(9).normals(new Float32Array(2 * COUNT * runner.latent));
  const { surprise } = await runner.explain(await columns, COUNT, 2, noise);
  expect(Math.min(...surprise.image)).toBeGreaterThan(-1e-4);
  expect(Math.max(...surprise.image)).toBeGreaterThan(0.5);
  await runner.dispose();
});

// Rows of 45 values are no whole number of packets, rows of 48 are.
describe.each(
  ["bernoulli", "normal", "discretized-logistic"].flatMap((name) =>
    [SHAPE, [4, 4, 3]].map((shape) => ({ name, shape })),
  ),
)("scores under $name of $shape", ({ name, shape }) => {
  test("are the same bits alone and among others, in any order, with reasons and without", async () => {
    const runner = await modelOf({ name }, shape);
    const size = shape.reduce((a, b) => a * b);
    const data = memoryDataset(
      new Philox(3).uniforms(new Float32Array(COUNT * size)).map((u) => Math.round(255 * u) / 255),
      shape,
    );
    const scores = async (order: readonly number[], explain: boolean) => {
      const part = subset(data, Uint32Array.from(order));
      const options = { samples: 4, seed: 0, explain };
      const nats: number[] = [];
      const places = Uint32Array.from(order.keys());
      for await (const batch of scoreRecords(runner, part, places, options)) nats.push(...batch.nats);
      return nats;
    };
    const all = await scores([0, 1, 2, 3, 4, 5], true);
    expect(await scores([5, 3, 1, 0, 2, 4], true)).toEqual([5, 3, 1, 0, 2, 4].map((i) => all[i]));
    for (const i of [0, 4]) expect(await scores([i], true)).toEqual([all[i]]);
    const plain = await scores([0, 1, 2, 3, 4, 5], false);
    plain.forEach((nats, i) => {
      expect(nats).toBeCloseTo(all[i], 3);
    });
    await runner.dispose();
  });
});
