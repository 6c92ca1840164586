/** Small models trained for some steps from one start on the same data, whoever computes: an engine, or the reference. */

import type { NdArray } from "../../src/graph/op.js";
import type { Tensor } from "../../src/graph/ops.js";
import { compose } from "../../src/model/compose.js";
import type { ModelConfig } from "../../src/model/config.js";
import { stepProgram } from "../../src/model/programs.js";
import { Philox } from "../../src/random.js";
import type { Engine, UpdateRule } from "../../src/runtime/engine.js";
import { evaluate, ndArray } from "../../src/runtime/reference.js";
import { configOf } from "./models.js";

/** What a run came to. */
export interface Course {
  /** Loss of each step, before its update. */
  readonly losses: number[];
  /** Gradients of the first steps by parameter. */
  readonly gradients: Record<string, number[]>[];
}

const BATCH = 6;
const FIRST_STEPS = 3;
const SIDE = 8;
const RULE: UpdateRule = {
  learningRate: 3e-3,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  weightDecay: 0.01,
  step: 1,
  gradientScale: 0.5,
};

export const trainedNets: Readonly<Record<string, ModelConfig>> = {
  mlp: configOf([SIDE, SIDE, 1]),
  conv: configOf([SIDE, SIDE, 1], { net: { name: "conv", channels: [3, 4] } }),
};

/** The program, its starting weights, and what each step is fed. */
function caseOf(net: string) {
  const { program, recording } = stepProgram(compose(trainedNets[net]), BATCH);
  const random = new Philox(2);
  const starts = new Map(
    [...recording.parameters].map(([name, { shape, initialize }]) => [name, initialize(shape, random)]),
  );
  const feedsOf = (step: number): Map<string, Float32Array> => {
    const drawn = new Philox(3, step);
    const feeds = new Map<string, Float32Array>();
    for (const [name, { spec }] of program.inputs) {
      if (spec.role === "parameter") continue;
      const values = new Float32Array((spec.shape as number[]).reduce((size, dim) => size * dim, 1));
      if (spec.role === "scalar") values.fill(1);
      else if (spec.role === "noise") drawn.normals(values);
      else
        drawn.uniforms(values).forEach((value, i) => {
          values[i] = value ** 4; // mostly dark, so that there is something to learn
        });
      feeds.set(name, values);
    }
    return feeds;
  };
  return { program, starts, feedsOf };
}

export async function trainOnEngine(engine: Engine, net: string, steps: number): Promise<Course> {
  const { program, starts, feedsOf } = caseOf(net);
  const entries = [...starts.keys()].map((name) => ({
    name,
    shape: program.inputs.get(name)!.spec.shape as number[],
  }));
  const bank = engine.bank(entries);
  for (const [name, values] of starts) await bank.write(name, "value", values);
  const executable = await engine.compile(program, bank);
  const course: Course = { losses: [], gradients: [] };
  for (let step = 1; step <= steps; step++) {
    const { loss } = await executable.run(Object.fromEntries(feedsOf(step)));
    course.losses.push(loss[0]);
    if (step <= FIRST_STEPS) {
      const gradients: Record<string, number[]> = {};
      for (const { name } of entries) gradients[name] = [...(await bank.read(name, "gradient"))];
      course.gradients.push(gradients);
    }
    await bank.update({ ...RULE, step });
  }
  await executable.dispose();
  bank.dispose();
  return course;
}

/** The same in float64: the reference evaluator, and AdamW as its paper has it (Loshchilov & Hutter 2019, algorithm 2). */
export function trainByReference(net: string, steps: number): Course {
  const { program, starts, feedsOf } = caseOf(net);
  const { learningRate, beta1, beta2, epsilon, weightDecay, gradientScale } = RULE;
  const names = [...starts.keys()];
  const weights = names.map((name) => Float64Array.from(starts.get(name)!));
  const [first, second] = [1, 2].map(() => weights.map(({ length }) => new Float64Array(length)));
  const wanted = [program.outputs.loss, ...names.map((name) => program.gradients[name])];
  const course: Course = { losses: [], gradients: [] };
  for (let step = 1; step <= steps; step++) {
    const fed = feedsOf(step);
    const given = new Map<Tensor, NdArray>();
    for (const [name, { spec, tensor }] of program.inputs) {
      const values = fed.get(name) ?? weights[names.indexOf(name)];
      given.set(tensor, ndArray(values, spec.shape as number[]));
    }
    const [loss, ...gradients] = evaluate(wanted, given).map(({ data }) => data);
    course.losses.push(loss[0]);
    if (step <= FIRST_STEPS)
      course.gradients.push(Object.fromEntries(names.map((name, i) => [name, [...gradients[i]]])));
    for (const [i, weight] of weights.entries())
      for (let k = 0; k < weight.length; k++) {
        const g = gradients[i][k] * gradientScale;
        first[i][k] = beta1 * first[i][k] + (1 - beta1) * g;
        second[i][k] = beta2 * second[i][k] + (1 - beta2) * g * g;
        const mean = first[i][k] / (1 - beta1 ** step);
        const meanSquare = second[i][k] / (1 - beta2 ** step);
        weight[k] -= learningRate * (mean / (Math.sqrt(meanSquare) + epsilon) + weightDecay * weight[k]);
      }
  }
  return course;
}
