/** The exported training step against our own: gradients by the engine, the update by the kernel. */

import * as ort from "onnxruntime-node";
import { afterAll, describe, expect, test } from "vitest";
import { compose } from "../../src/model/compose.js";
import type { ModelConfig } from "../../src/model/config.js";
import { stepProgram } from "../../src/model/programs.js";
import { ortNode } from "../../src/node/ort-node.js";
import { Philox } from "../../src/random.js";
import type { CpuBank } from "../../src/runtime/cpu-bank.js";
import type { Slot } from "../../src/runtime/engine.js";
import { optimizer } from "../../src/train/optimizers.js";
import { TrainingOptions } from "../../src/train/options.js";
import { initialWeights, type PortableStepFacts, portableStep } from "../../src/train/portable-step.js";
import { configOf } from "../helpers/models.js";
import { expectClose } from "../helpers/tensors.js";

const engine = await ortNode({ threads: 1 });
afterAll(() => engine.dispose());

const LEARNING_RATE = 3e-3;
const BETA = 0.7;
const BATCHES = [7, 7, 5, 7]; // the last of an epoch is shorter

/** Four steps of both from the same start; what each came to. */
async function fourSteps(config: ModelConfig) {
  const { onnx, facts } = portableStep(config);
  const session = await ort.InferenceSession.create(onnx);
  const model = compose(config);
  const { parameters } = stepProgram(model, 1).recording;
  const bank = engine.bank([...parameters].map(([name, { shape }]) => ({ name, shape }))) as CpuBank;
  const weights = initialWeights(config);
  for (const [name, { values }] of weights) await bank.write(name, "value", values);
  const flat = async (slot: Slot) =>
    concatenated(await Promise.all(facts.parameters.map(({ name }) => bank.read(name, slot))));
  let state = { p: await flat("value"), m: await flat("m"), v: await flat("v") };
  const { optimizer: kind, weightDecay, clip = "none" } = TrainingOptions.parse(config.training);
  const update = optimizer(kind, { weightDecay });
  const random = new Philox(11);
  for (const [i, batch] of BATCHES.entries()) {
    const data = feedsOf(facts, batch, random);
    const { program, recording } = stepProgram(model, batch);
    const executable = await engine.compile(program, bank);
    const noise = Object.fromEntries([...recording.noises.keys()].map((name) => [name, data.eps.values]));
    const own = await executable.run({ image: data.image.values, beta: Float32Array.of(BETA), ...noise });
    const gradientNorm = await bank.gradientNorm();
    await bank.update(update({ learningRate: LEARNING_RATE, step: i + 1, gradientNorm, clip }));
    await executable.dispose();

    const feeds: Record<string, ort.Tensor> = {};
    for (const [name, { values, shape }] of Object.entries(data)) feeds[name] = new ort.Tensor(values, shape);
    for (const [name, values] of Object.entries(state)) feeds[name] = new ort.Tensor(values, [values.length]);
    const scalars = { learning_rate: LEARNING_RATE, step: i + 1, beta: BETA };
    for (const [name, value] of Object.entries(scalars)) feeds[name] = new ort.Tensor(Float32Array.of(value), []);
    const out = await session.run(feeds);
    const numbers = (name: string) => out[name].data as Float32Array;
    for (const term of ["loss", ...facts.terms]) expectClose(numbers(term), own[term], 2e-6, term);
    expectClose(numbers("gradient_norm"), [gradientNorm], 1e-5, "gradient norm");
    state = { p: numbers("p_next"), m: numbers("m_next"), v: numbers("v_next") };
  }
  const ours = { p: await flat("value"), m: await flat("m"), v: await flat("v") };
  const start = concatenated(facts.parameters.map(({ name }) => weights.get(name)!.values));
  bank.dispose();
  await session.release();
  return { ours, theirs: state, start, facts };
}

function feedsOf({ fields, noise }: PortableStepFacts, batch: number, random: Philox) {
  const sized = (shape: readonly (number | string)[]) => shape.map((dim) => (dim === "B" ? batch : (dim as number)));
  const empty = (shape: readonly number[]) => new Float32Array(shape.reduce((a, b) => a * b, 1));
  const image = sized(fields[0].shape);
  const eps = sized(noise[0].shape);
  return {
    image: { shape: image, values: random.uniforms(empty(image)) },
    eps: { shape: eps, values: random.normals(empty(eps)) },
  };
}

function concatenated(arrays: readonly Float32Array[]): Float32Array {
  return Float32Array.from(arrays.flatMap((values) => [...values]));
}

const training = { seed: 3 };
const cases: Record<string, ModelConfig> = {
  "mlp, bernoulli": configOf([6, 5, 1], { training }),
  "conv, normal": configOf([8, 8, 3], {
    net: { name: "conv", channels: [4, 6] },
    likelihoods: { image: { name: "normal" } },
    training,
  }),
  "residual, discretized-logistic, adamw": configOf([8, 8, 1], {
    net: { name: "residual", channels: [8], groups: 2 },
    likelihoods: { image: { name: "discretized-logistic" } },
    training: { ...training, optimizer: "adamw", weightDecay: 0.1 },
  }),
  "mlp with free bits, clipped": configOf([6, 5, 1], {
    objective: { name: "elbo", freeBits: 0.2 },
    training: { ...training, clip: 0.5 },
  }),
};

describe.each(Object.entries(cases))("%s", (_, config) => {
  test("loss, terms, p, m and v are those of our own step", async () => {
    const { ours, theirs, start } = await fourSteps(config);
    for (const name of ["p", "m", "v"] as const) {
      const scale = ours[name].reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expectClose(theirs[name], ours[name], name === "p" ? 2e-5 : 1e-5, name, scale);
    }
    const moved = Math.max(...ours.p.map((value, i) => Math.abs(value - start[i])));
    expect(moved).toBeGreaterThan(LEARNING_RATE);
  });
});

test("the file says by itself what it needs, in ops that onnxruntime 1.14 knows", async () => {
  const { onnx, facts } = portableStep(cases["mlp, bernoulli"]);
  const session = await ort.InferenceSession.create(onnx);
  expect(session.inputNames).toEqual(["image", "eps", "learning_rate", "step", "beta", "p", "m", "v"]);
  expect(session.outputNames).toEqual([
    ...["loss", "reconstruction", "kl", "gradient_norm"],
    ...["p_next", "m_next", "v_next"],
  ]);
  expect(facts.scalars).toEqual({ beta: 1 });
  const text = new TextDecoder("latin1").decode(onnx);
  expect(text).toContain(JSON.stringify(facts));
  // opset_import (field 8) of the default domain, version 18
  expect(text.slice(text.indexOf("train_step"))).toContain("\x42\x04\x0a\x00\x10\x12");
  await session.release();
});
