/**
 * A whole training step as one ONNX model of standard ops: loss, gradients and Adam's update, for any ONNX Runtime.
 *
 *     x, eps, learning_rate, step, beta, p, m, v  ->  loss, terms, gradient_norm, p_next, m_next, v_next
 *
 * All parameters lie in one vector p, one after the other in the order that the model's metadata lists; so do the moments.
 */

import { decompose } from "../graph/decompose.js";
import { toOnnx } from "../graph/onnx.js";
import { concat, constant, input, type Tensor } from "../graph/ops.js";
import { program } from "../graph/program.js";
import { simplify } from "../graph/simplify.js";
import type { Shape } from "../graph/tensor.js";
import { rewrite } from "../graph/walk.js";
import { compose } from "../model/compose.js";
import type { ModelConfig } from "../model/config.js";
import { noiseNames } from "../model/export.js";
import { BATCH, STATISTIC, stepProgram } from "../model/programs.js";
import type { Weight } from "../model/runner.js";
import type { NoiseKind, Recording } from "../nn/ctx.js";
import { Philox } from "../random.js";
import { optimizer } from "./optimizers.js";
import { STREAM, TrainingOptions } from "./options.js";
import { defaultRate } from "./trainer.js";

/** What a program needs to know to train with the step; it stands in the ONNX file as JSON, under `vaekit`. */
export interface PortableStepFacts {
  /** Names and shapes of the parameters, in their order in p, m and v. */
  readonly parameters: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** A field per input, ["B", ...]; pictures are floats 0..1. */
  readonly fields: readonly { readonly name: string; readonly shape: Shape }[];
  /** Inputs to be drawn anew every step, with "B" in their shape. */
  readonly noise: readonly { readonly name: string; readonly kind: NoiseKind; readonly shape: Shape }[];
  /** Inputs that a step changes without gradients: NAME in, NAME_next out. */
  readonly states: readonly { readonly name: string; readonly shape: readonly number[]; readonly initial: number }[];
  /** Scalars of the objective and what they end at. */
  readonly scalars: Readonly<Record<string, number>>;
  /** Names of the loss's terms among the outputs. */
  readonly terms: readonly string[];
  /** Values of pictures are drawn black or white, with their grey as probability. */
  readonly binarize: boolean;
  /** How the model was trained, for the same again. */
  readonly training: {
    readonly epochs: number;
    readonly batchSize: number;
    readonly learningRate: number;
    readonly schedule: string;
    readonly warmup: number;
  };
}

export interface PortableStep {
  readonly onnx: Uint8Array;
  readonly facts: PortableStepFacts;
}

/** The constants of Adam's update (`runtime/update.ts` says what they do). */
interface Rule {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  readonly clip?: number;
}

/** The step that training takes with this configuration, for batches of any size. */
export function portableStep(config: ModelConfig): PortableStep {
  const model = compose(config);
  const { program: traced, recording } = stepProgram(model, BATCH);
  const training = TrainingOptions.parse(config.training);
  const { optimizer: kind, weightDecay, clip, binarize } = training;
  const { epochs, batchSize, schedule, warmup, learningRate = defaultRate(config, training) } = training;
  const { parameters, spread, vectors } = packed(recording);
  const names = parameters.map(({ name }) => name);
  const terms = Object.keys(traced.outputs).filter((name) => !name.startsWith(STATISTIC) && name !== "loss");

  const wanted = [...Object.values(traced.outputs), ...names.map((name) => traced.gradients[name])];
  const made = rewrite(wanted, () => null, spread);
  const outputs = Object.fromEntries(Object.keys(traced.outputs).map((name, i) => [name, made[i]]));
  const g = concat(
    made.slice(made.length - names.length).map((gradient) => gradient.reshape([-1])),
    0,
  );
  const norm = g.square().sum().sqrt();
  const scalars = { learningRate: input("learning_rate", []), step: input("step", []) };
  const constants = optimizer(kind, { weightDecay })({ learningRate: 1, step: 1, gradientNorm: 1, clip: "none" });
  const next = adam({ ...vectors, g, norm }, scalars, { ...constants, clip });

  const all: Record<string, Tensor> = {
    loss: outputs.loss,
    ...Object.fromEntries(terms.map((name) => [name, outputs[name]])),
    gradient_norm: norm,
    ...next,
    ...nextStates(recording, outputs),
  };
  const facts: PortableStepFacts = {
    parameters,
    fields: model.fields.map(({ name, shape }) => ({ name, shape: [BATCH, ...shape] })),
    noise: noiseFacts(recording),
    states: [...recording.states].map(([name, { shape, initial }]) => ({ name, shape, initial })),
    scalars: Object.fromEntries([...recording.scalars.keys()].map((name) => [name, scalarValue(config, name)])),
    terms,
    binarize,
    training: { epochs, batchSize, learningRate, schedule, warmup },
  };
  return { facts, onnx: write(all, recording, facts) };
}

/** The flat vectors, and each parameter as a piece of p. */
function packed(recording: Recording) {
  const parameters = [...recording.parameters].map(([name, { shape }]) => ({ name, shape }));
  const total = parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const vectors = { p: input("p", [total]), m: input("m", [total]), v: input("v", [total]) };
  const spread = new Map<Tensor, Tensor>();
  let start = 0;
  for (const { shape, tensor } of recording.parameters.values()) {
    const end = start + sizeOf(shape);
    // A piece is a copy: nothing but the update itself reads p after it was cut up, so that a caller who lets p_next
    // overwrite p in place still gets a right step.
    spread.set(tensor, vectors.p.slice(0, start, end).reshape(shape));
    start = end;
  }
  return { parameters, vectors, spread };
}

/** One step of Adam or AdamW on vectors, as the kernel of `runtime/update.ts` takes it. */
function adam(
  { p, m, v, g, norm }: Readonly<Record<"p" | "m" | "v" | "g" | "norm", Tensor>>,
  { learningRate, step }: Readonly<Record<"learningRate" | "step", Tensor>>,
  { beta1, beta2, epsilon, weightDecay, clip }: Rule,
): Record<string, Tensor> {
  const clipped = clip === undefined ? g : g.mul(constant(clip).div(norm.maximum(clip)));
  const first = m.mul(beta1).add(clipped.mul(1 - beta1));
  const second = v.mul(beta2).add(clipped.square().mul(1 - beta2));
  const rate = learningRate.div(oneMinusPower(beta1, step));
  const root = second.sqrt().div(oneMinusPower(beta2, step).sqrt()).add(epsilon);
  const kept = weightDecay === 0 ? p : p.mul(constant(1).sub(learningRate.mul(weightDecay)));
  return { p_next: kept.sub(first.mul(rate).div(root)), m_next: first, v_next: second };
}

/**
 * 1 - beta^step, exact to float32's last digits: with T = tanh(-step ln(beta) / 2) it is 2 T / (1 + T), while taking the
 * power from 1 would leave four digits of seven at the first steps.
 */
function oneMinusPower(beta: number, step: Tensor): Tensor {
  if (beta === 0) return constant(1);
  const half = step.mul(-Math.log(beta) / 2).tanh();
  return half.mul(2).div(half.add(1));
}

/** state' = decay state + (1 - decay) statistic; a state without a statistic stays. */
function nextStates({ states, statistics }: Recording, outputs: Readonly<Record<string, Tensor>>) {
  const moved: Record<string, Tensor> = {};
  for (const [name, { tensor }] of states) {
    const statistic = statistics.get(name);
    moved[`${name}_next`] = statistic
      ? tensor.mul(statistic.decay).add(outputs[STATISTIC + name].reshape(tensor.shape).mul(1 - statistic.decay))
      : tensor;
  }
  return moved;
}

function noiseFacts(recording: Recording): PortableStepFacts["noise"] {
  const outside = noiseNames(recording);
  return [...recording.noises].map(([name, { kind, tensor }]) => ({
    name: outside.get(name)!,
    kind,
    shape: tensor.shape,
  }));
}

/** What the objective's option of this name says, as for beta; 1 where it has none. */
function scalarValue({ objective }: ModelConfig, name: string): number {
  const value = objective[name];
  return typeof value === "number" ? value : 1;
}

function write(outputs: Readonly<Record<string, Tensor>>, recording: Recording, facts: PortableStepFacts): Uint8Array {
  const names = Object.keys(outputs);
  const lowered = simplify(decompose(simplify(Object.values(outputs)), "cpu"));
  const results = Object.fromEntries(names.map((name, i) => [name, lowered[i]]));
  const outside = noiseNames(recording);
  const inputs: Record<string, Tensor> = {};
  for (const [name, { tensor }] of program("step", results).inputs) inputs[outside.get(name) ?? name] = tensor;
  const order = [
    ...facts.fields.map(({ name }) => name),
    ...facts.noise.map(({ name }) => name),
    "learning_rate",
    "step",
    ...Object.keys(facts.scalars),
    "p",
    "m",
    "v",
    ...facts.states.map(({ name }) => name),
  ].filter((name) => name in inputs);
  return toOnnx(Object.fromEntries(order.map((name) => [name, inputs[name]])), results, {
    name: "train_step",
    documentation: "One training step of a variational autoencoder: loss, gradients, Adam. Made by vaekit.",
    metadata: { vaekit: JSON.stringify(facts) },
  });
}

/** Weights as training would start with them, by name. */
export function initialWeights(config: ModelConfig): Map<string, Weight> {
  const { recording } = stepProgram({ ...compose(config), packed: false }, 1);
  const random = new Philox(TrainingOptions.parse(config.training).seed, STREAM.initial);
  return new Map(
    [...recording.parameters].map(([name, { shape, initialize }]) => [
      name,
      { shape, values: initialize(shape, random) },
    ]),
  );
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, dim) => size * dim, 1);
}
