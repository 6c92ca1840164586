/** Fits a prior to the codes of the trained model, and keeps it where it is asked for or measurably better. */

import type { Dataset } from "../data/dataset.js";
import { sampleIndices } from "../data/split.js";
import { type Moments, moments } from "../eval/moments.js";
import type { Chosen } from "../model/choose.js";
import { compose, type Model } from "../model/compose.js";
import type { PartConfig } from "../model/config.js";
import { fieldFeeds } from "../model/open.js";
import type { LatentCodes, Prior, Refusal } from "../model/parts.js";
import { encodeProgram, groupsOf, priorDensityProgram } from "../model/programs.js";
import type { Weight } from "../model/runner.js";
import { Philox } from "../random.js";
import type { Bank, Engine } from "../runtime/engine.js";
import { loop } from "./loop.js";
import { STREAM, TrainingOptions } from "./options.js";
import { priorProblem } from "./problem.js";
import { schedule } from "./schedules.js";
import { openStepper } from "./stepper.js";

/** Fits by gradients are small: they need no more than this. */
const GRADIENT_TRAINING = { epochs: 40, batchSize: 512, learningRate: 1e-2 };
const BATCH = 500;
/** Training records whose codes are fitted to, drawn by the seed. Of MNIST all 57,000 gain .06 nats more, in three times the time. */
const MAX_CODES = 20_000;
const MAX_HELD_OUT = 5000;
/** Fewer codes kept aside cannot tell which prior is better; some training records then join them, at most this share. */
const FEWEST_HELD_OUT = 50;
const MOST_JOINING = 0.25;
/** What "better" takes: held-out codes likelier than under N(0, I) by these nats on average, and by these standard errors. */
const KEEP_NATS = 0.1;
const KEEP_ERRORS = 2;
const LOG_2PI = Math.log(2 * Math.PI);
const STANDARD: PartConfig = { name: "standard-normal" };

export interface PriorRun {
  /** With N(0, I) as its prior, until there is another. */
  readonly model: Model;
  readonly data: Dataset;
  readonly train: Uint32Array;
  /** Records kept aside. */
  readonly valid: Uint32Array;
  readonly engine: Engine;
  /** Holds the trained weights. */
  readonly bank: Bank;
  readonly signal: AbortSignal;
}

export interface PriorOutcome {
  /** The prior that the model has from now on, with its options. */
  readonly prior: PartConfig;
  /** What became of it and why. @example "mixture: 10 components, held-out codes 3.21 nats likelier than under N(0, I)" */
  readonly why: string;
  /** What the prior learned, by full name. */
  readonly weights: ReadonlyMap<string, Weight>;
}

/** The same model and seed give the same outcome. */
export async function fitPrior({ part, options }: Chosen<Prior>, run: PriorRun): Promise<PriorOutcome> {
  const { model, engine } = run;
  const { keepPrior } = TrainingOptions.parse(model.config.training);
  const groups = groupsOf(model);
  if (groups.length > 1) return standard(`a ${part.name} is for one group of latents, this net has ${groups.length}`);
  const { codes, heldOut } = await drawCodes(run, groups[0].size);
  if (keepPrior === "better" && heldOut.count < FEWEST_HELD_OUT)
    return standard(`${codes.count + heldOut.count} codes are too few to tell whether another prior is better`);

  const fitted = await fitTo(codes, { part, options }, run);
  if ("refused" in fitted) return standard(fitted.refused);
  const prior: PartConfig = { name: part.name, ...fitted.options };
  const gain = await gainOf(compose({ ...model.config, prior }), fitted.weights, heldOut, engine);
  const judged = gain.count > 0 ? `, held-out codes ${gainText(gain.mean)} than under N(0, I)` : "";
  const found = fitted.summary + judged;
  const least = KEEP_NATS + KEEP_ERRORS * Math.sqrt(gain.variance / gain.count);
  if (keepPrior !== "better" || gain.mean > least)
    return { prior, why: `${part.name}: ${found}`, weights: fitted.weights };
  return standard(`a ${part.name} is not measurably better (${found}; it takes ${least.toFixed(2)} nats)`);
}

function standard(why: string): PriorOutcome {
  return { prior: STANDARD, why: `${STANDARD.name}: ${why}`, weights: new Map() };
}

/** @example gainText(-0.5) // "0.50 nats less likely" */
function gainText(nats: number): string {
  return `${Math.abs(nats).toFixed(2)} nats ${nats < 0 ? "less likely" : "likelier"}`;
}

/** Draws from q(z|x) of training records, and of records kept aside. */
async function drawCodes(
  { model, data, train, valid, engine, bank }: PriorRun,
  size: number,
): Promise<{ codes: LatentCodes; heldOut: LatentCodes }> {
  const { seed } = model.config.training;
  const known = sampleIndices(train.length, MAX_CODES, seed).map((at) => train[at]);
  const apart = sampleIndices(valid.length, MAX_HELD_OUT, seed).map((at) => valid[at]);
  const wanted = Math.min(Math.max(0, FEWEST_HELD_OUT - apart.length), Math.floor(known.length * MOST_JOINING));
  const joining = new Set(wanted > 0 ? sampleIndices(known.length, wanted, seed) : []);
  const encoder = await engine.compile(encodeProgram(model).program, bank);
  const codesOf = async (records: Uint32Array, stream: number): Promise<LatentCodes> => {
    const random = new Philox(seed, stream);
    const values = new Float32Array(records.length * size);
    for (let at = 0; at < records.length; at += BATCH) {
      const batch = records.subarray(at, at + BATCH);
      const { mu, logvar } = await encoder.run(fieldFeeds(model, await data.read(batch)), { B: batch.length });
      const eps = random.normals(new Float32Array(mu.length));
      for (let i = 0; i < mu.length; i++) values[at * size + i] = mu[i] + Math.exp(logvar[i] / 2) * eps[i];
    }
    return { values, count: records.length, size };
  };
  try {
    return {
      codes: await codesOf(
        known.filter((_, at) => !joining.has(at)),
        STREAM.codes,
      ),
      heldOut: await codesOf(
        Uint32Array.from([...apart, ...known.filter((_, at) => joining.has(at))]),
        STREAM.heldOutCodes,
      ),
    };
  } finally {
    await encoder.dispose();
  }
}

interface Fitted {
  readonly options: object;
  /** By full name. */
  readonly weights: ReadonlyMap<string, Weight>;
  readonly summary: string;
}

async function fitTo(codes: LatentCodes, { part, options }: Chosen<Prior>, run: PriorRun): Promise<Fitted | Refusal> {
  const { model, engine } = run;
  const [group] = groupsOf(model);
  if (!part.estimate) {
    const prior = compose({ ...model.config, prior: { name: part.name, ...options } });
    return { options, weights: await byGradients(codes, prior, run), summary: `fitted to ${codes.count} codes` };
  }
  const random = new Philox(model.config.training.seed, STREAM.prior);
  const estimate = await part.estimate(codes, options, { engine, random });
  if ("refused" in estimate) return estimate;
  return {
    ...estimate,
    weights: new Map([...estimate.weights].map(([name, weight]) => [`prior.${group.name}.${name}`, weight])),
  };
}

async function byGradients(
  codes: LatentCodes,
  model: Model,
  { engine, signal }: PriorRun,
): Promise<Map<string, Weight>> {
  const problem = priorProblem(model, codes.values, codes.size);
  const { seed } = model.config.training;
  const batchSize = Math.min(GRADIENT_TRAINING.batchSize, problem.count);
  const options = TrainingOptions.parse({ ...GRADIENT_TRAINING, batchSize, seed });
  const stepper = await openStepper(problem, engine, batchSize, seed, STREAM.prior);
  try {
    const steps = loop({
      problem,
      stepper,
      options,
      learningRate: schedule(options.schedule, { learningRate: GRADIENT_TRAINING.learningRate }),
      beta: null,
      turn: null,
      ahead: null,
      noiseStream: STREAM.prior,
      validate: null,
      score: ({ loss }) => loss,
      resume: null,
      save: null,
      checkpointSeconds: Number.POSITIVE_INFINITY,
      signal,
    });
    for (;;) {
      const next = await steps.next();
      if (next.done) return next.value.weights;
    }
  } finally {
    await stepper.dispose();
  }
}

/** By how many nats held-out codes are likelier under the prior of `model` with these weights than under N(0, I). */
async function gainOf(
  model: Model,
  weights: ReadonlyMap<string, Weight>,
  { values, count, size }: LatentCodes,
  engine: Engine,
): Promise<Moments> {
  const gain = moments();
  const bank = engine.bank([...weights].map(([name, { shape }]) => ({ name, shape })));
  for (const [name, weight] of weights) await bank.write(name, "value", weight.values);
  const density = await engine.compile(priorDensityProgram(model).program, bank);
  try {
    for (let at = 0; at < count; at += BATCH) {
      const rows = Math.min(BATCH, count - at);
      const z = values.slice(at * size, (at + rows) * size);
      const { logProb } = await density.run({ z }, { B: rows });
      for (let row = 0; row < rows; row++) {
        let squares = 0;
        for (let i = row * size; i < (row + 1) * size; i++) squares += z[i] * z[i];
        gain.add(logProb[row] + 0.5 * (squares + size * LOG_2PI));
      }
    }
    return gain;
  } finally {
    await density.dispose();
    bank.dispose();
  }
}
