/** One training step: feeds, noise, the compiled program for the batch at hand, the update. */

import { dimsOf, type Program } from "../graph/program.js";
import { bindShape } from "../graph/tensor.js";
import { scratchArrays } from "../model/open.js";
import { STATISTIC } from "../model/programs.js";
import type { Weight } from "../model/runner.js";
import type { Recording } from "../nn/ctx.js";
import { Philox } from "../random.js";
import {
  type Bank,
  type Engine,
  type Executable,
  type ExtraSlot,
  type Feeds,
  SLOTS,
  type Slot,
} from "../runtime/engine.js";
import { expectMemory } from "./memory.js";
import type { Problem } from "./problem.js";

const FLOAT_BYTES = 4;

export interface StepResult {
  /** Scalars of the step by name, `loss` among them; nats per record. */
  readonly terms: Readonly<Record<string, number>>;
  readonly gradientNorm: number;
}

export interface Stepper {
  readonly bank: Bank;
  readonly parameterCount: number;
  /** States by name, which steps change. */
  readonly states: Map<string, Float32Array>;
  /**
   * Runs forward and backward over the records of one update: at most `batch` of them, times `accumulate`. Their mean
   * gradients lie in the bank afterwards.
   */
  run(records: Uint32Array, random: Philox, scalars: Readonly<Record<string, number>>): Promise<StepResult>;
  /** Starts these parameters anew, as if they had never been trained. */
  restart(names: readonly string[], random: Philox): Promise<void>;
  dispose(): Promise<void>;
}

export interface StepperOptions {
  /** Batches whose gradients make one update. Default 1. */
  readonly accumulate?: number;
  /** Whether the bank keeps a moving average of the weights. Default no. */
  readonly average?: boolean;
}

/** Compiles for `batch` records at once, and on demand for the shorter last batch of an epoch. */
export async function openStepper(
  problem: Problem,
  engine: Engine,
  batch: number,
  seed: number,
  stream: number,
  { accumulate = 1, average = false }: StepperOptions = {},
): Promise<Stepper> {
  const first = problem.trace(batch);
  const { parameters } = first.recording;
  const parameterCount = [...parameters.values()].reduce((total, { shape }) => total + sizeOf(shape), 0);
  const extra: ExtraSlot[] = [...(average ? ["average" as const] : []), ...(accumulate > 1 ? ["sum" as const] : [])];
  const trace = (count: number): Program => (count === batch ? first : problem.trace(count)).program;
  const fixed = FLOAT_BYTES * parameterCount * (SLOTS.length + extra.length);
  expectMemory({ trace, dims: problem.dims, batch, fixed }, engine.limits);
  const bank = engine.bank(
    [...parameters].map(([name, { shape }]) => ({ name, shape })),
    extra,
  );
  const random = new Philox(seed, stream);
  for (const [name, { shape, initialize }] of parameters) await bank.write(name, "value", initialize(shape, random));
  const states = new Map(
    [...first.recording.states].map(([name, { shape, initial }]) => [
      name,
      new Float32Array(sizeOf(shape)).fill(initial),
    ]),
  );
  const scratch = scratchArrays();
  const compiled = new Map<number, { recording: Recording; executable: Executable }>();
  compiled.set(batch, { recording: first.recording, executable: await engine.compile(first.program, bank) });

  async function forBatch(count: number): Promise<{ recording: Recording; executable: Executable }> {
    let found = compiled.get(count);
    if (!found) {
      const { recording, program } = problem.trace(count);
      found = { recording, executable: await engine.compile(program, bank) };
      compiled.set(count, found);
    }
    return found;
  }

  /** Forward and backward over one batch; its terms. */
  async function pass(
    records: Uint32Array,
    generator: Philox,
    scalars: Readonly<Record<string, number>>,
  ): Promise<Record<string, number>> {
    const { recording, executable } = await forBatch(records.length);
    const feeds: Record<string, Feeds[string]> = { ...(await problem.feeds(records, generator, scratch)) };
    const dims = dimsOf(executable.program, feeds);
    for (const [name, { kind, tensor }] of recording.noises) {
      const values = scratch(`noise/${name}`, sizeOf(bindShape(tensor.shape, dims)));
      feeds[name] = kind === "normal" ? generator.normals(values) : generator.uniforms(values);
    }
    for (const name of recording.scalars.keys()) feeds[name] = Float32Array.of(scalars[name]);
    for (const [name, values] of states) feeds[name] = values;
    const results = await executable.run(feeds, dims);
    const terms: Record<string, number> = {};
    for (const [name, values] of Object.entries(results)) {
      if (name.startsWith(STATISTIC))
        moveState(name.slice(STATISTIC.length), values as Float32Array, recording, states);
      else terms[name] = values[0];
    }
    return terms;
  }

  return {
    bank,
    states,
    parameterCount,
    async run(records, generator, scalars) {
      if (accumulate === 1)
        return { terms: await pass(records, generator, scalars), gradientNorm: await bank.gradientNorm() };
      const terms: Record<string, number> = {};
      for (let at = 0; at < records.length; at += batch) {
        const part = records.subarray(at, at + batch);
        const share = part.length / records.length;
        for (const [name, value] of Object.entries(await pass(part, generator, scalars)))
          terms[name] = (terms[name] ?? 0) + value * share;
        await bank.addGradient(share, at === 0);
      }
      await bank.takeGradient(1);
      return { terms, gradientNorm: await bank.gradientNorm() };
    },
    async restart(names, generator) {
      for (const name of names) {
        const { shape, initialize } = parameters.get(name)!;
        await bank.write(name, "value", initialize(shape, generator));
        for (const slot of ["m", "v"] as const) await bank.write(name, slot, new Float32Array(sizeOf(shape)));
        if (average) await bank.write(name, "average", await bank.read(name, "value"));
      }
    },
    async dispose() {
      for (const { executable } of compiled.values()) await executable.dispose();
      bank.dispose();
    },
  };
}

/** state' = decay * state + (1 - decay) * value */
function moveState(
  name: string,
  value: Float32Array,
  { statistics }: Recording,
  states: Map<string, Float32Array>,
): void {
  const state = states.get(name);
  const decay = statistics.get(name)!.decay;
  state?.forEach((before, i) => {
    state[i] = decay * before + (1 - decay) * value[i];
  });
}

/** Where a step broke: a weight, else a term of the loss (the forward pass), else the gradient nearest to the loss. */
export async function firstNonFinite(bank: Bank, terms: Readonly<Record<string, number>>): Promise<string> {
  const firstBroken = async (names: readonly string[], slot: Slot): Promise<string | undefined> => {
    for (const name of names) if (!(await bank.read(name, slot)).every(Number.isFinite)) return name;
  };
  const names = bank.entries.map(({ name }) => name);
  const weight = await firstBroken(names, "value");
  if (weight) return weight;
  const term = Object.keys(terms).find((name) => name !== "loss" && !Number.isFinite(terms[name]));
  if (term) return `${term} (forward pass)`;
  const gradient = await firstBroken(names.toReversed(), "gradient");
  return gradient ? `gradient of ${gradient}` : "loss";
}

export function statesAsWeights(states: ReadonlyMap<string, Float32Array>): [string, Weight][] {
  return [...states].map(([name, values]) => [`state/${name}`, { shape: [values.length], values: values.slice() }]);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, dim) => size * dim, 1);
}
