/** The doctor finds planted faults in models that were trained or measured on a real engine, and nothing in their healthy twins. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import type { Dataset } from "../../src/data/dataset.js";
import { splitIndices } from "../../src/data/split.js";
import { normal } from "../../src/dist/normal.js";
import type { Facts, Finding, Patient } from "../../src/eval/doctor/finding.js";
import { checks, diagnose } from "../../src/eval/doctor/list.js";
import { measure } from "../../src/eval/doctor/measure.js";
import { latentStatistics } from "../../src/eval/latents.js";
import type { Tensor } from "../../src/graph/ops.js";
import type { ModelConfig } from "../../src/model/config.js";
import { SIGMA_PACE } from "../../src/model/likelihoods/normal.js";
import { nets, posteriors } from "../../src/model/list.js";
import { openRunner } from "../../src/model/open.js";
import type { Posterior } from "../../src/model/parts.js";
import type { Weight } from "../../src/model/runner.js";
import { linear } from "../../src/nn/linear.js";
import { rowsOf } from "../../src/nn/rows.js";
import { ortNode } from "../../src/node/ort-node.js";
import { Philox } from "../../src/random.js";
import { plan, type Wishes } from "../../src/train/plan.js";
import { memoryDataset } from "../helpers/models.js";
import { epochsOf, trainAll } from "../helpers/training.js";

const engine = await ortNode({ threads: 1 });
afterAll(() => engine.dispose());

const SHAPE = [6, 6, 1];
const PIXELS = 36;

/** A bright square that lies anywhere, with grey noise: some two latents' worth to say, and no two records alike. */
function squares(count: number, seed = 5): Uint8Array {
  const random = new Philox(seed);
  const pixels = new Uint8Array(count * PIXELS);
  for (let record = 0; record < count; record++) {
    const [left, top] = [random.uniform() * 4, random.uniform() * 4];
    for (let y = 0; y < 6; y++) {
      for (let x = 0; x < 6; x++) {
        const inside = Math.max(0, 1.5 - Math.max(Math.abs(x - left - 0.5), Math.abs(y - top - 0.5)));
        pixels[record * PIXELS + y * 6 + x] = 200 * Math.min(1, inside) + 20 * random.uniform();
      }
    }
  }
  return pixels;
}

interface Trained {
  readonly config: ModelConfig;
  readonly weights: Map<string, Weight>;
  readonly history: Patient["history"];
}

async function trained(data: Dataset, wishes: Wishes): Promise<Trained> {
  const config = await plan(data, { net: "mlp", hidden: 32, latent: 3, batchSize: 25, seed: 1, ...wishes });
  const { trained, events } = await trainAll(config, data, { engine });
  return { config: trained.config, weights: trained.weights, history: epochsOf(events) };
}

/** As training leaves it: measured. */
async function patientOf({ config, weights, history }: Trained, data: Dataset): Promise<Patient> {
  const runner = await openRunner(config, weights, engine);
  const { mu, logvar } = await runner.encode(
    await data.read(Array.from({ length: data.count }, (_, i) => i)),
    data.count,
  );
  const split = splitIndices(data.count, Number(config.training.valid), config.training.seed);
  const checkup = (await measure(runner, data, { seed: 0, split })) ?? undefined;
  await runner.dispose();
  return {
    path: "m",
    weights,
    history,
    config: { ...config, checkup, latents: latentStatistics(mu, logvar, runner.latent) },
  };
}

const codes = ({ findings }: { findings: readonly Finding[] }): string[] => findings.map(({ code }) => code);
const find = (patient: Patient, code: string): Finding | undefined =>
  diagnose(patient).findings.find((finding) => finding.code === code);

const data = memoryDataset(squares(600), SHAPE);
let healthy: Trained;
let healthyPatient: Patient;
beforeAll(async () => {
  healthy = await trained(data, { epochs: 60 });
  healthyPatient = await patientOf(healthy, data);
});

const forPictures = checks.names().filter((name) => checks.get(name).form === undefined);
test("a healthy model has no findings, and everything was examined", () => {
  expect(diagnose(healthyPatient)).toEqual({ findings: [], passed: forPictures, notExamined: [] });
});

/** The head of `examples/textbook-model.ts`, Dense(2 * latent, activation), as a posterior. */
function head(name: string, activation: (h: Tensor) => Tensor): void {
  posteriors.register({
    name,
    summary: "one dense layer with an activation, split in two",
    options: z.strictObject({}),
    build(ctx, _, features, { size }) {
      const h = activation(linear(ctx.at("dense"), Object.values(features)[0], { units: 2 * size }));
      return normal({ mu: h.slice(1, 0, size), logvar: h.slice(1, size) });
    },
  } as Posterior);
}
head("textbook-head", (h) => h.relu());
head("tanh-head", (h) => h.tanh());
head("clipped-head", (h) => h.clip(-1, 1));
head("linear-head", (h) => h);
nets.register({
  name: "textbook-net",
  summary: "nothing but the head, and one dense layer back",
  options: z.strictObject({}),
  peakLearningRate: 1e-2,
  build: () => ({
    encoder: (_ctx, record) => ({ image: rowsOf(record.image) }),
    decoder: (ctx, latent) => ({ image: linear(ctx.at("dense"), latent("z"), { units: PIXELS }) }),
  }),
});

describe("a mean or log-variance squeezed by an activation", () => {
  const wishes = { net: "textbook-net", hidden: undefined, latent: 6, epochs: 40 };
  const examined = async (posterior: string) => patientOf(await trained(data, { ...wishes, posterior }), data);

  test("the textbook's Dense(2 * latent, relu) is found from what it puts out", async () => {
    const finding = find(await examined("textbook-head"), "squeezed-posterior");
    expect(finding).toMatchObject({ severity: "fault", problem: expect.stringContaining("mean and its log-variance") });
    expect(finding?.evidence).toMatch(/^\d+ % of the means of \d of \d latents lie at 0; .*log-variance/);
  });
  test.each(["tanh-head", "clipped-head"])("%s is found too", async (posterior) => {
    expect(find(await examined(posterior), "squeezed-posterior")?.problem).toContain("mean");
  });
  test("the mended, linear head is not", async () => {
    expect(find(await examined("linear-head"), "squeezed-posterior")).toBeUndefined();
  });
});

describe("collapse", () => {
  test("a decoder wider than the data collapses; it is foreseen before training and found afterwards", async () => {
    const wide = await trained(data, { epochs: 30, likelihood: { name: "normal", sigma: 3 } });
    const patient = await patientOf(wide, data);
    expect(find({ ...patient, config: wide.config, history: [] }, "collapse-foreseen")).toMatchObject({
      severity: "fault",
      evidence: expect.stringContaining("sigma 3"),
    });
    expect(find(patient, "posterior-collapse")).toMatchObject({ evidence: expect.stringMatching(/^0 of 3 latents/) });
  });
  test("a sigma that the data is wider than leaves latents active", async () => {
    const narrow = await patientOf(
      await trained(data, { epochs: 30, likelihood: { name: "normal", sigma: 0.1 } }),
      data,
    );
    expect(find(narrow, "collapse-foreseen")).toBeUndefined();
    expect(find(narrow, "posterior-collapse")).toBeUndefined();
  });
  const SMALL = { net: "mlp", hidden: 8, epochs: 1, prior: "standard-normal" };
  test("training tells of it as it starts", async () => {
    const config = await plan(data, { ...SMALL, likelihood: { name: "normal", sigma: 3 } });
    const { events } = await trainAll(config, data, { engine });
    expect(events[1]).toMatchObject({
      event: "notice",
      message: expect.stringMatching(/^fault: The decoder is wider/),
    });
    const { events: quiet } = await trainAll(await plan(data, SMALL), data, { engine });
    expect(quiet.filter(({ event }) => event === "notice")).toEqual([]);
  });
});

/** The same model with some weights changed. */
async function withWeights(
  model: Trained,
  changes: Readonly<Record<string, (values: Float32Array) => Float32Array>>,
): Promise<Patient> {
  const weights = new Map(model.weights);
  for (const [name, change] of Object.entries(changes)) {
    const { shape, values } = weights.get(name)!;
    weights.set(name, { shape, values: change(values.slice()) });
  }
  return patientOf({ ...model, weights }, data);
}

describe("dead units", () => {
  test("a layer most of whose units are never active", async () => {
    const patient = await withWeights(healthy, {
      "encoder.hidden1.bias": (bias) => bias.map((value, i) => (i < 20 ? -100 : value)),
    });
    expect(find(patient, "dead-units")).toMatchObject({
      severity: "warning",
      evidence: expect.stringMatching(/^2\d of 32 units of encoder\.hidden1 never active over 600 records$/),
    });
  });
  test("a layer that is dead as a whole is a fault", async () => {
    const patient = await withWeights(healthy, { "decoder.hidden1.bias": (bias) => bias.fill(-100) });
    expect(find(patient, "dead-units")).toMatchObject({ severity: "fault", evidence: /32 of 32.*decoder/ });
  });
  test("the channels of a convolution count as its units", async () => {
    const conv = await trained(data, { net: { name: "conv", channels: [4] }, hidden: undefined, epochs: 1 });
    const dead = await withWeights(conv, { "encoder.conv1.bias": (bias) => bias.map((b, i) => (i > 0 ? -100 : b)) });
    expect(dead.config.checkup?.layers["encoder.conv1"]).toEqual({ units: 4, silent: 3 });
  });
});

describe("sigma", () => {
  test("a fixed one far from the residual, either way", async () => {
    const weights = new Map([...healthy.weights].filter(([name]) => name !== "likelihood.image.logvar"));
    const withSigma = (sigma: number): Promise<Patient> => {
      const likelihoods = { image: { name: "normal", sigma, link: "sigmoid" } };
      return patientOf({ ...healthy, weights, config: { ...healthy.config, likelihoods } }, data);
    };
    const right = Math.sqrt(healthyPatient.config.checkup!.fields.image.residual);
    expect(find(await withSigma(3 * right), "sigma-off")?.evidence).toContain("3.0 times too wide");
    expect(find(await withSigma(right / 3), "sigma-off")?.evidence).toContain("3.0 times too narrow");
    expect(find(await withSigma(right), "sigma-off")).toBeUndefined();
  });
  test("a learned one that had no time to arrive", async () => {
    const short = await withWeights(healthy, {
      "likelihood.image.logvar": (logvar) => logvar.fill(Math.log(0.05) / SIGMA_PACE),
    });
    expect(find(short, "sigma-off")?.problem).toContain("before the decoder's sigma arrived");
  });
  test("a learned one on its bound, of all values or of each", async () => {
    const one = await trained(data, { epochs: 1, likelihood: "normal" });
    const held = await withWeights(one, { "likelihood.image.logvar": (logvar) => logvar.fill(-20) });
    expect(find(held, "sigma-at-bound")?.evidence).toMatch(/^100 % of the values of image at logvar -14\.30/);
    expect(find(await patientOf(one, data), "sigma-at-bound")).toBeUndefined();

    const each = await trained(data, { epochs: 1, likelihood: "discretized-logistic" });
    // Outputs are a mean and a scale for each pixel in turn.
    const narrow = await withWeights(each, { "decoder.image.bias": (bias) => bias.map((b, i) => (i % 2 ? -99 : b)) });
    expect(find(narrow, "sigma-at-bound")?.evidence).toMatch(/^100 % of the values of image at logscale -9\.00/);
    const wide = await withWeights(each, { "decoder.image.bias": (bias) => bias.map((b, i) => (i % 2 ? 99 : b)) });
    expect(find(wide, "sigma-at-bound")?.problem).toContain("largest");
    expect(find(await patientOf(each, data), "sigma-at-bound")).toBeUndefined();
  });
});

describe("the course of training", () => {
  test("few records for many epochs are learned by heart", async () => {
    const few = memoryDataset(new Philox(2).uniforms(new Float32Array(40 * PIXELS)), SHAPE);
    const heart = await trained(few, {
      epochs: 150,
      valid: 0.5,
      latent: 8,
      hidden: 200,
      schedule: "constant",
      learningRate: 0.01,
    });
    expect(find(await patientOf(heart, few), "over-fitting")).toMatchObject({ severity: "warning" });
  });
  test("a training cut short was still falling", async () => {
    const short = await trained(data, { epochs: 4, schedule: "constant" });
    expect(find(await patientOf(short, data), "too-few-epochs")).toMatchObject({
      remedy: expect.stringContaining("--epochs 8"),
    });
  });
  test("a warm-up longer than the training", async () => {
    const cold = await patientOf(await trained(data, { epochs: 3, warmup: 30 }), data);
    expect(find(cold, "beta-never-reached")?.evidence).toMatch(/^beta 0\.\d\d after epoch 3 of a warm-up of 30 epochs/);
    const warm = await patientOf(await trained(data, { epochs: 5, warmup: 2 }), data);
    expect(find(warm, "beta-never-reached")).toBeUndefined();
  });
});

/** A sigma that is slow to arrive leaves the reconstruction little weight, and the KL term even less. */
const WEAK: Wishes = {
  epochs: 60,
  beta: 0.001,
  prior: "standard-normal",
  likelihood: { name: "normal", sigmaPace: 1 },
};
test("codes that a weak KL term leaves far from the prior", async () => {
  const weak = await patientOf(await trained(data, WEAK), data);
  expect(codes(diagnose(weak))).toEqual(expect.arrayContaining(["aggregate-posterior", "weak-kl"]));
  expect(find(weak, "aggregate-posterior")?.severity).toBe("warning");
});

describe("a likelihood that does not suit", () => {
  const planned = async (shape: readonly number[], pixels: Uint8Array, wishes: Wishes): Promise<Patient> => {
    const config = await plan(memoryDataset(pixels, shape), wishes);
    return { path: "m", config, weights: new Map(), history: [] };
  };
  const grey = new Philox(3).uniforms(new Float32Array(4 * 3 * 100)).map((u) => 255 * u);
  const colours = Uint8Array.from(grey);
  const drawing = Uint8Array.from(grey, (value) => (value > 128 ? 255 : 0));
  test("Bernoulli on colour, and on grey", async () => {
    expect(find(await planned([2, 2, 3], colours, { likelihood: "bernoulli" }), "wrong-likelihood")).toMatchObject({
      evidence: expect.stringContaining("3 channels"),
      remedy: expect.stringContaining("--likelihood normal"),
    });
    expect(find(await planned([4, 3, 1], colours, { likelihood: "bernoulli" }), "wrong-likelihood")).toMatchObject({
      evidence: expect.stringMatching(/79 % of the values/),
    });
  });
  test("not on drawings, nor on pictures that are made black and white, nor another likelihood on colour", async () => {
    for (const [shape, pixels, wishes] of [
      [[4, 3, 1], drawing, { likelihood: "bernoulli" }],
      [[4, 3, 1], colours, { likelihood: "bernoulli", binarize: true }],
      [[2, 2, 3], colours, { likelihood: "normal" }],
    ] as const)
      expect(find(await planned(shape, pixels, wishes), "wrong-likelihood")).toBeUndefined();
  });
});

test("records kept aside that were trained on", async () => {
  const pixels = squares(600);
  pixels.copyWithin(300 * PIXELS, 0, 100 * PIXELS); // records 300..399 are 0..99 again
  const copied = memoryDataset(pixels, SHAPE);
  const { valid, train } = splitIndices(600, 0.05, 1);
  const twin = (i: number): number => (i < 100 ? i + 300 : i >= 300 && i < 400 ? i - 300 : -1);
  const expected = Array.from(valid).filter((i) => train.includes(twin(i))).length;
  expect(expected).toBeGreaterThan(3);
  const finding = find(await patientOf(await trained(copied, { epochs: 1 }), copied), "copies-in-validation");
  expect(finding).toMatchObject({
    severity: "warning",
    evidence: expect.stringContaining(`${expected} of 30 records`),
  });
});

test("a check of one's own is asked like the others", () => {
  checks.register({
    name: "mine",
    summary: "models with more than two latents",
    needs: [],
    look: ({ config }: Patient, _: Pick<Facts, never>) =>
      config.latent <= 2
        ? null
        : { code: "mine", severity: "notice", problem: "p", evidence: "3", reference: "2", remedy: "r" },
  });
  expect(codes(diagnose(healthyPatient))).toEqual(["mine"]);
});
