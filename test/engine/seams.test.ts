/** The seams of the eight interfaces carry more than the first parts: a ladder, several particles, a prior fitted afterwards. */

import { afterAll, expect, test } from "vitest";
import * as z from "zod";
import { type Dist, missing } from "../../src/dist/dist.js";
import { normal } from "../../src/dist/normal.js";
import type { Tensor } from "../../src/graph/ops.js";
import { compose } from "../../src/model/compose.js";
import { nets, objectives, priors } from "../../src/model/list.js";
import { openRunner } from "../../src/model/open.js";
import type { Prior } from "../../src/model/parts.js";
import { groupsOf } from "../../src/model/programs.js";
import { zeros } from "../../src/nn/init.js";
import { linear } from "../../src/nn/linear.js";
import { rowsOf } from "../../src/nn/rows.js";
import { ortNode } from "../../src/node/ort-node.js";
import { Philox } from "../../src/random.js";
import { configOf, memoryDataset } from "../helpers/models.js";
import { epochsOf, trainAll } from "../helpers/training.js";

const engine = await ortNode({ threads: 1 });
afterAll(() => engine.dispose());

const SHAPE = [4, 4, 1];
const PIXELS = 16;

/** Bars: one of four rows or columns lit, so that a two-level code has something to say. */
function bars(count: number): Uint8Array {
  const random = new Philox(5);
  const pixels = new Uint8Array(count * PIXELS);
  for (let record = 0; record < count; record++) {
    const line = Math.floor(random.uniform() * 8);
    for (let i = 0; i < 4; i++) pixels[record * PIXELS + (line < 4 ? line * 4 + i : i * 4 + line - 4)] = 255;
  }
  return pixels;
}

nets.register({
  name: "ladder-test",
  summary: "asks for latents twice: the second with the first's hidden layer as context",
  options: z.strictObject({}),
  peakLearningRate: 5e-3,
  build: () => ({
    encoder: (ctx, record) => ({ image: linear(ctx.at("hidden"), rowsOf(record.image), { units: 32 }).relu() }),
    decoder(ctx, latent) {
      const top = linear(ctx.at("top"), latent("top", { size: 2 }), { units: 16 }).relu();
      const below = latent("below", { size: 3, context: top });
      const h = top.add(linear(ctx.at("below"), below, { units: 16 })).relu();
      return { image: linear(ctx.at("image"), h, { units: PIXELS }) };
    },
  }),
});

/** -log mean_k of the importance weights (Burda et al. 2016, eq. 8). */
objectives.register({
  name: "iwae-test",
  summary: "importance-weighted bound with 5 particles",
  options: z.strictObject({ particles: z.int().default(5) }),
  couplesRecords: false,
  losses(ctx, options, model, record) {
    const { particles } = options as { particles: number };
    const { groups, likelihoods } = model.trace(ctx, record, { particles });
    expect(likelihoods.image.logProb.shape).toEqual([particles, record.image.shape[0]]);
    const logWeights = groups.reduce(
      (total: Tensor, { logp, logq }) => total.add(logp).sub(logq),
      likelihoods.image.logProb,
    );
    const loss = logWeights.logSumExp(0).sub(Math.log(particles)).mean().neg();
    return {
      vae: {
        loss,
        terms: { reconstruction: likelihoods.image.logProb.mean().neg(), kl: groups[0].kl!.sum(-1).mean() },
      },
    };
  },
});

test("a two-level ladder trains, scores and generates through latent(name)", async () => {
  const config = configOf(SHAPE, { net: { name: "ladder-test" }, training: { seed: 2, epochs: 45, batchSize: 50 } });
  expect(groupsOf(compose(config))).toEqual([
    { name: "top", size: 2 },
    { name: "below", size: 3 },
  ]);
  const data = memoryDataset(bars(1000), SHAPE);
  const { events, trained } = await trainAll(config, data, { engine });
  const epochs = epochsOf(events);
  expect(epochs.at(-1)!.train.loss).toBeLessThan(epochs[0].train.loss / 2);

  const runner = await openRunner(trained.config, trained.weights, engine);
  expect(runner.latent).toBe(5);
  const columns = await data.read([0, 1, 2]);
  const random = new Philox(1);
  const { logWeights, kl } = await runner.score(columns, 3, 4, random.normals(new Float32Array(4 * 3 * 5)));
  expect(logWeights).toHaveLength(12);
  expect(Math.min(...kl)).toBeGreaterThan(0);
  const latents = await runner.draw(random.normals(new Float32Array(2 * 5)), 2, 1);
  const { image } = await runner.decode(latents, 2);
  expect(image).toHaveLength(2 * PIXELS);
  expect(Math.max(...image) - Math.min(...image)).toBeGreaterThan(0.1);
  await runner.dispose();
});

test("an importance-weighted objective trains on five particles and bounds tighter than the ELBO", async () => {
  const training = { seed: 2, epochs: 30, batchSize: 50 };
  const data = memoryDataset(bars(1000), SHAPE);
  const { trained } = await trainAll(configOf(SHAPE, { latent: 3, objective: { name: "iwae-test" }, training }), data, {
    engine,
  });
  const runner = await openRunner(trained.config, trained.weights, engine);
  const columns = await data.read(Array.from({ length: 200 }, (_, i) => i));
  const { logWeights, reconstruction, kl } = await runner.score(
    columns,
    200,
    5,
    new Philox(1).normals(new Float32Array(5 * 200 * 3)),
  );
  const bound = Array.from({ length: 200 }, (_, i) =>
    Math.log(Array.from({ length: 5 }, (_, k) => Math.exp(logWeights[k * 200 + i])).reduce((a, b) => a + b) / 5),
  );
  const elbo = Array.from({ length: 200 }, (_, i) => -reconstruction[i] - kl[i]);
  const mean = (values: number[]): number => values.reduce((a, b) => a + b) / values.length;
  expect(mean(bound)).toBeGreaterThan(mean(elbo));
  expect(mean(bound)).toBeGreaterThan(-16 * Math.LN2);
  await runner.dispose();
});

/** sum_k pi_k N(mu_k, e^logvar_k), with as many components as asked for. */
const mixturePrior: Prior<{ components: number }> = {
  name: "mixture-test",
  summary: "Gaussian mixture fitted to the codes",
  options: z.strictObject({ components: z.int().default(4) }),
  fit: "after",
  build(ctx, { components }, { size }) {
    const mu = ctx.param("mu", [components, size], (shape, random) =>
      random.normals(new Float32Array(shape[0] * shape[1])),
    );
    const logvar = ctx.param("logvar", [components, size], zeros);
    const weights = ctx.param("logits", [components], zeros).logSoftmax();
    const mixture: Dist = {
      name: "mixture-test",
      parameters: {},
      shape: [size],
      noise: "normal",
      noiseSize: size,
      density: "everywhere",
      space: "euclidean",
      sample: () => {
        throw missing("mixture-test", "sampler");
      },
      logProb: (x) => normal({ mu, logvar }).logProb(x.expandDims(-2)).add(weights).logSumExp(-1),
      elements: "none",
      mean: mu,
      mode: mu,
      kl: () => null,
      stop: () => mixture,
    };
    return mixture;
  },
};
priors.register(mixturePrior as Prior);

test("a Gaussian mixture fitted to the codes after training is a better prior than N(0, I)", async () => {
  const training = { seed: 4, epochs: 40, batchSize: 50, valid: 0 };
  const data = memoryDataset(bars(1500), SHAPE);
  const config = configOf(SHAPE, { latent: 2, training });
  const { trained: plain } = await trainAll(config, data, { engine });
  const { trained: fitted, events } = await trainAll(
    { ...config, prior: { name: "mixture-test", components: 12 } },
    data,
    { engine },
  );
  expect(events.some((event) => event.event === "notice" && event.message.includes("mixture-test"))).toBe(true);
  // The rest of the model does not know of the prior that comes later.
  expect(fitted.weights.get("decoder.image.weight")!.values).toEqual(plain.weights.get("decoder.image.weight")!.values);
  expect([...fitted.weights.keys()].filter((name) => name.startsWith("prior.")).sort()).toEqual([
    "prior.z.logits",
    "prior.z.logvar",
    "prior.z.mu",
  ]);

  const columns = await data.read(Array.from({ length: 500 }, (_, i) => i));
  const noise = new Philox(1).normals(new Float32Array(500 * 2));
  const bound = async (trained: typeof plain): Promise<number> => {
    const runner = await openRunner(trained.config, trained.weights, engine);
    const { logWeights } = await runner.score(columns, 500, 1, noise);
    await runner.dispose();
    return logWeights.reduce((a, b) => a + b) / 500;
  };
  expect(await bound(fitted)).toBeGreaterThan((await bound(plain)) + 0.1);
});
