/** Trains a model on a data set: the main loop, then a prior that is fitted afterwards. */

import type { Dataset } from "../data/dataset.js";
import { splitIndices } from "../data/split.js";
import { foresee } from "../eval/doctor/list.js";
import { takesBytes } from "../model/byte-inputs.js";
import { compose } from "../model/compose.js";
import type { ModelConfig } from "../model/config.js";
import { nets } from "../model/list.js";
import { BETA } from "../model/objectives/elbo.js";
import type { Weight } from "../model/runner.js";
import { beforePrior } from "../model/standard-prior.js";
import { Philox } from "../random.js";
import type { Engine } from "../runtime/engine.js";
import type { Terms, TrainEvent } from "./events.js";
import { type LoopResult, loop } from "./loop.js";
import { CONSTANT_LEARNING_RATE, STREAM, TrainingOptions } from "./options.js";
import { fitPrior } from "./prior.js";
import { modelProblem } from "./problem.js";
import { anewAt, betaWarmup, schedule, warmSteps } from "./schedules.js";
import { type TrainState, weightsOf } from "./state.js";
import { openStepper } from "./stepper.js";
import { openValidator } from "./validate.js";
import { type Init, startFrom } from "./warm-start.js";

export interface TrainContext {
  readonly engine: Engine;
  readonly signal?: AbortSignal;
  /** A state to go on from. */
  readonly resume?: TrainState;
  /** Keeps a state; called every `checkpointSeconds` and when interrupted. */
  readonly save?: (state: TrainState) => Promise<void>;
  readonly checkpointSeconds?: number;
  /** A model to start from. */
  readonly init?: Init;
  /** Given, before the first event, what reads the model as it is; call it while an event is looked at, not in between. */
  readonly watch?: (now: () => Promise<Snapshot>) => void;
}

/** A model in the middle of its training. A prior that is fitted afterwards is N(0, I) until then. */
export interface Snapshot {
  readonly config: ModelConfig;
  readonly weights: ReadonlyMap<string, Weight>;
}

export interface Trained {
  /** The configuration with the metrics of the run. */
  readonly config: ModelConfig;
  readonly weights: Map<string, Weight>;
  readonly reason: LoopResult["reason"];
}

/** Parameters of q(z|x); the others are those of p(x, z). */
function isEncoders(name: string): boolean {
  return name.startsWith("encoder.") || name.startsWith("posterior.");
}

/** A step as a full batch has it: smaller batches of one-cycle runs peak lower, by the square root. */
const REFERENCE_BATCH = 128;

/**
 * Yields what happens; returns the weights of the best validation -ELBO (with no validation set, the last).
 * E_DIVERGED (a DivergedError) when it cannot be rescued. An abort ends it with reason "interrupted" after a save.
 */
export async function* train(
  config: ModelConfig,
  data: Dataset,
  context: TrainContext,
): AsyncGenerator<TrainEvent, Trained> {
  const { engine } = context;
  const signal = context.signal ?? new AbortController().signal;
  const options = TrainingOptions.parse(config.training);
  const { prior } = compose(config);
  const before = beforePrior(config);
  const model = compose(before);
  const { train: indices, valid } = splitIndices(data.count, options.valid, options.seed);
  const batchSize = Math.min(options.batchSize, indices.length);
  const bytes = data.bytes === true && takesBytes(engine, model);
  const problem = modelProblem(model, data, indices, { ...options, bytes });
  const { accumulate, ema } = options;
  const wanted = { accumulate, average: ema > 0 };
  const stepper = await openStepper(problem, engine, batchSize, options.seed, STREAM.initial, wanted);
  const validator = valid.length > 0 ? await openValidator(model, data, valid, engine, stepper.bank, options) : null;
  const stepsPerEpoch = Math.ceil(indices.length / (batchSize * accumulate));
  const totalSteps = stepsPerEpoch * options.epochs;
  const { beta = 1 } = model.objective.options as { beta?: number };
  const annealing = { ...options, beta, stepsPerEpoch };
  const warm = warmSteps(annealing, totalSteps);
  const pretraining = options.pretrain * stepsPerEpoch;
  const encoders = stepper.bank.entries.map(({ name }) => name).filter(isEncoders);
  const decoders = stepper.bank.entries.map(({ name }) => name).filter((name) => !isEncoders(name));
  const started = performance.now();
  try {
    if (context.init && !context.resume) await startFrom(stepper.bank, context.init);
    context.watch?.(async () => ({ config: before, weights: await weightsOf(stepper.bank) }));
    yield {
      event: "start",
      parameters: stepper.parameterCount,
      records: indices.length,
      validation: valid.length,
      steps: totalSteps,
      epochs: options.epochs,
      choices: config.choices,
      resumedAtStep: context.resume?.progress.step ?? 0,
    };
    if (!context.resume) for (const message of warnings(config)) yield { event: "notice", message };
    if (!context.resume && problem.padding) {
      const share = await problem.padding(options.seed, batchSize);
      yield { event: "notice", message: `batches of like lengths: ${(100 * share).toFixed(1)} % padding` };
    }
    const result = yield* loop({
      problem,
      stepper,
      options: { ...options, batchSize },
      learningRate: anewAt(
        pretraining,
        schedule(options.schedule, { learningRate: options.learningRate ?? defaultRate(config, options) }),
      ),
      beta: { name: BETA, schedule: betaWarmup(annealing), warmupSteps: warm },
      turn:
        pretraining > 0
          ? { step: pretraining, run: () => stepper.restart(decoders, new Philox(options.seed, STREAM.restart)) }
          : null,
      ahead: options.lagging > 0 ? { names: encoders, updates: options.lagging, until: warm } : null,
      noiseStream: STREAM.noise,
      validate: validator && (() => validator.run()),
      score: ({ reconstruction, kl }: Terms) => reconstruction + beta * kl,
      resume: context.resume ?? null,
      save: context.save ?? null,
      checkpointSeconds: context.checkpointSeconds ?? 60,
      signal,
    });
    let finished = before;
    let { weights } = result;
    if (result.reason !== "interrupted" && prior.part.fit === "after") {
      for (const [name, { values }] of weights) await stepper.bank.write(name, "value", values);
      const fitted = await fitPrior(prior, { model, data, train: indices, valid, engine, bank: stepper.bank, signal });
      yield { event: "notice", message: `prior ${fitted.why}` };
      finished = { ...config, prior: fitted.prior, choices: { ...config.choices, prior: fitted.why } };
      weights = new Map([...weights, ...fitted.weights]);
    }
    const metrics = metricsOf(result, options, valid.length);
    yield {
      event: "end",
      reason: result.reason,
      epoch: result.progress.epoch,
      step: result.progress.step,
      seconds: (performance.now() - started) / 1000,
      bestEpoch: result.bestEpoch,
      metrics,
    };
    return { config: { ...finished, metrics: { ...config.metrics, ...metrics } }, weights, reason: result.reason };
  } finally {
    await validator?.dispose();
    await stepper.dispose();
  }
}

/**
 * What is left of the peak where weights start from a model: at the whole of it they lose part of what they know first
 * (three epochs of 4,000 more digits end at 112.9 nats with 1, at 112.1 with 1/3).
 */
const WARM_SHARE = 0.25;

/** What the doctor can tell before any training. */
function warnings(config: ModelConfig): string[] {
  const patient = { path: "models/mine", config, weights: new Map(), history: [] };
  return foresee(patient).map(({ severity, problem, evidence, reference }) => {
    return `${severity}: ${problem} Seen: ${evidence}; healthy: ${reference}.`;
  });
}

/** The peak that belongs to the net for schedules that come down; the usual 1e-3 for a constant rate. */
export function defaultRate(config: ModelConfig, { schedule: kind, batchSize, accumulate }: TrainingOptions): number {
  if (kind === "constant") return CONSTANT_LEARNING_RATE;
  const peak = nets.get(config.net.name).peakLearningRate * (config.init ? WARM_SHARE : 1);
  return peak * Math.min(1, Math.sqrt((batchSize * accumulate) / REFERENCE_BATCH));
}

function metricsOf(
  { validation, bestEpoch, progress }: LoopResult,
  { seed }: TrainingOptions,
  records: number,
): Record<string, unknown> {
  const run = { epochs: progress.epoch, steps: progress.step, bestEpoch };
  if (!validation) return run;
  const rounded = (value: number): number => Number(value.toFixed(4));
  return {
    negativeElbo: rounded(validation.loss),
    reconstruction: rounded(validation.reconstruction),
    kl: rounded(validation.kl),
    ...run,
    protocol: `validation split of ${records} records, 1 draw per record, prior N(0, I), beta 1, seed ${seed}, nats per record`,
  };
}
