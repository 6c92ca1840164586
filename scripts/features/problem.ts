/** What the feature net learns: the labels of each set, and whether a picture was blurred or made noisy. */

import { epochOrder } from "../../src/data/shuffle.js";
import { FEATURE_SIZE, featuresOf } from "../../src/eval/features/net.js";
import { grad } from "../../src/graph/grad.js";
import { input, type Tensor } from "../../src/graph/ops.js";
import { type Program, program } from "../../src/graph/program.js";
import type { TracedProgram } from "../../src/model/programs.js";
import { type Ctx, recordingContext } from "../../src/nn/ctx.js";
import { linear } from "../../src/nn/linear.js";
import type { Philox } from "../../src/random.js";
import type { Problem } from "../../src/train/problem.js";
import { disturb, FLAWS } from "./disturb.js";
import type { Labelled, LabelledSet } from "./sets.js";

const { height: SIDE, channels: CHANNELS } = FEATURE_SIZE;
const SIZE = SIDE * SIDE * CHANNELS;

/** Where a set's outputs begin among all; the flaws come last. */
export function outputsOf(sets: readonly LabelledSet[]): { starts: number[]; total: number } {
  let total = 0;
  const starts = sets.map(({ outputs }) => {
    total += outputs;
    return total - outputs;
  });
  return { starts, total: total + FLAWS };
}

function forward(ctx: Ctx, x: Tensor, outputs: number): { features: Tensor; logits: Tensor } {
  const features = featuresOf(ctx, x);
  return { features, logits: linear(ctx.at("head"), features, { units: outputs }) };
}

/** Logits of pictures [B, 32, 32, 3] of any number B. */
export function logitsProgram(outputs: number): Program {
  const { ctx } = recordingContext("use", { count: 1, mean: {} });
  return program("logits", { logits: forward(ctx, input("x", ["B", SIDE, SIDE, CHANNELS]), outputs).logits });
}

/** A question per output (sigmoid cross-entropy), summed over those that the picture's set has and the flaws. */
function stepProgram(batch: number, outputs: number): TracedProgram {
  const { ctx, recording } = recordingContext("train", { count: 1, mean: {} });
  const [targets, mask] = [input("targets", [batch, outputs]), input("mask", [batch, outputs])];
  const { logits } = forward(ctx, input("x", [batch, SIDE, SIDE, CHANNELS]), outputs);
  const loss = logits
    .sigmoidCrossEntropy(targets)
    .mul(mask)
    .sum()
    .mul(1 / batch);
  const names = [...recording.parameters.keys()];
  const gradients = grad(
    loss,
    names.map((name) => recording.parameters.get(name)!.tensor),
  );
  return {
    recording,
    program: program("step", { loss }, Object.fromEntries(names.map((name, i) => [name, gradients[i]]))),
  };
}

/** The records of all training sets, one after another, disturbed anew each time. */
export function featureProblem(sets: readonly LabelledSet[]): Problem {
  const { starts, total } = outputsOf(sets);
  const places = sets.flatMap(({ train }, set) => Array.from({ length: train.count }, (_, at) => [set, at] as const));
  return {
    count: places.length,
    trace: (batch) => stepProgram(batch, total),
    dims: () => ({}),
    order: (seed, epoch) => epochOrder(places.length, seed, epoch),
    padding: null,
    feeds(records, random, scratch) {
      const x = scratch("x", records.length * SIZE);
      const targets = scratch("targets", records.length * total).fill(0);
      const mask = scratch("mask", records.length * total).fill(0);
      records.forEach((record, row) => {
        const [set, at] = places[record];
        const { train, outputs, flips } = sets[set];
        const flaws = disturb(
          train.pixels.subarray(at * SIZE, (at + 1) * SIZE),
          x.subarray(row * SIZE, (row + 1) * SIZE),
          flips,
          random,
        );
        write(targets, mask, row * total, train, at, outputs, starts[set], flaws, total);
      });
      return { x, targets, mask };
    },
  };
}

function write(
  targets: Float32Array,
  mask: Float32Array,
  row: number,
  { targets: answers }: Labelled,
  at: number,
  outputs: number,
  start: number,
  flaws: readonly number[],
  total: number,
): void {
  targets.set(answers.subarray(at * outputs, (at + 1) * outputs), row + start);
  mask.fill(1, row + start, row + start + outputs);
  targets.set(flaws, row + total - FLAWS);
  mask.fill(1, row + total - FLAWS, row + total);
}

/** Answers that are right on pictures kept aside, as a share: the class where one of the outputs is right, else the mean over questions. */
export async function accuracy(
  { test, outputs, isOneOf }: LabelledSet,
  start: number,
  logitsOf: (x: Float32Array, count: number) => Promise<Float32Array>,
  total: number,
): Promise<number> {
  const BATCH = 250;
  let right = 0;
  for (let first = 0; first < test.count; first += BATCH) {
    const count = Math.min(BATCH, test.count - first);
    const x = Float32Array.from(test.pixels.subarray(first * SIZE, (first + count) * SIZE), (value) => value / 255);
    const logits = await logitsOf(x, count);
    for (let i = 0; i < count; i++) {
      const said = logits.subarray(i * total + start, i * total + start + outputs);
      const truth = test.targets.subarray((first + i) * outputs, (first + i + 1) * outputs);
      right += isOneOf
        ? truth[said.indexOf(Math.max(...said))]
        : truth.reduce((sum, value, k) => sum + Number(said[k] > 0 === (value === 1)) / outputs, 0);
    }
  }
  return right / test.count;
}

/** Share of test pictures of which the net tells right whether they are blurred, and whether they are noisy. */
export async function flawAccuracy(
  sets: readonly LabelledSet[],
  logitsOf: (x: Float32Array, count: number) => Promise<Float32Array>,
  total: number,
  random: Philox,
): Promise<number> {
  const COUNT = 400;
  let right = 0;
  for (const { test } of sets) {
    const count = Math.min(COUNT, test.count);
    const x = new Float32Array(count * SIZE);
    const truths = Array.from({ length: count }, (_, i) =>
      disturb(test.pixels.subarray(i * SIZE, (i + 1) * SIZE), x.subarray(i * SIZE, (i + 1) * SIZE), false, random),
    );
    const logits = await logitsOf(x, count);
    truths.forEach((truth, i) => {
      truth.forEach((value, k) => {
        right += Number(logits[(i + 1) * total - FLAWS + k] > 0 === (value === 1)) / (FLAWS * count * sets.length);
      });
    });
  }
  return right;
}
