/** The training loop: epochs of steps, recovery from divergence, checkpoints, best weights, early stopping. */

import { VaekitError } from "../errors.js";
import type { Weight } from "../model/runner.js";
import { Philox } from "../random.js";
import type { Terms, TrainEvent } from "./events.js";
import { optimizer } from "./optimizers.js";
import type { TrainingOptions } from "./options.js";
import type { Problem } from "./problem.js";
import type { Schedule } from "./schedules.js";
import {
  type Progress,
  readTensors,
  type TrainState,
  tensorOf,
  weightsOf,
  withWeights,
  writeTensors,
} from "./state.js";
import { firstNonFinite, type Stepper, statesAsWeights } from "./stepper.js";

export interface LoopSettings {
  readonly problem: Problem;
  readonly stepper: Stepper;
  readonly options: TrainingOptions;
  readonly learningRate: Schedule;
  /** Weight of the KL term; a loop without one gives null. */
  readonly beta: { readonly name: string; readonly schedule: Schedule; readonly warmupSteps: number } | null;
  /** What happens before step `step`, once. */
  readonly turn: { readonly step: number; readonly run: () => Promise<void> } | null;
  /** Updates of the tensors `names` alone, on other records, before each step that `until` does not reach. */
  readonly ahead: { readonly names: readonly string[]; readonly updates: number; readonly until: number } | null;
  readonly noiseStream: number;
  readonly validate: (() => Promise<Terms>) | null;
  /** Which validation result is better: smaller. */
  readonly score: (terms: Terms) => number;
  readonly resume: TrainState | null;
  readonly save: ((state: TrainState) => Promise<void>) | null;
  readonly checkpointSeconds: number;
  readonly signal: AbortSignal;
}

export interface LoopResult {
  readonly reason: "finished" | "patience" | "interrupted";
  readonly weights: Map<string, Weight>;
  readonly bestEpoch: number;
  readonly progress: Progress;
  /** Validation terms of the weights returned; null without a validation set. */
  readonly validation: Terms | null;
}

/** A run that diverges is set back and slowed down this many times. */
const MAX_RECOVERIES = 3;
/** Batches from one update ahead to the next. */
const AHEAD_STRIDE = 7;
/** Seconds between progress events. */
const PROGRESS_SECONDS = 0.25;

export async function* loop(settings: LoopSettings): AsyncGenerator<TrainEvent, LoopResult> {
  const {
    problem,
    stepper,
    options,
    learningRate,
    beta,
    turn,
    ahead,
    validate,
    score,
    save,
    checkpointSeconds,
    signal,
  } = settings;
  const { bank, states } = stepper;
  const { epochs, seed, patience, clip, ema } = options;
  const batchSize = options.batchSize * options.accumulate; // records of an update
  const update = optimizer(options.optimizer, { weightDecay: options.weightDecay });
  const stepsPerEpoch = Math.ceil(problem.count / batchSize);
  const totalSteps = stepsPerEpoch * epochs;
  const started = performance.now();

  let { step, epoch, batch, rateFactor, recoveries, best, stale } = settings.resume?.progress ?? FRESH;
  let random = settings.resume
    ? Philox.fromState(settings.resume.progress.random)
    : new Philox(seed, settings.noiseStream);
  let tally = new RunningMeans(settings.resume?.progress.tally);
  let bestWeights = settings.resume ? bestOf(settings.resume) : null;
  let validation: Terms | null = null;
  const before = settings.resume?.progress.seconds ?? 0;
  if (settings.resume) await restore(settings.resume);
  else if (ema > 0) await bank.moveAverage(0); // starts as the weights

  const rateAt = (at: number): number => learningRate(at, totalSteps) * rateFactor;
  const betaAt = (at: number): number => (beta ? beta.schedule(at, totalSteps) : 0);
  const seconds = (): number => before + (performance.now() - started) / 1000;
  async function restore({ tensors }: TrainState): Promise<void> {
    await writeTensors(bank, tensors);
    for (const [name, values] of states) values.set(tensorOf(tensors, `state/${name}`));
  }
  async function capture(): Promise<TrainState> {
    const tensors = await readTensors(bank);
    for (const [name, weight] of statesAsWeights(states)) tensors.set(name, weight);
    for (const [name, weight] of bestWeights ?? []) tensors.set(`best/${name}`, weight);
    const progress = {
      step,
      epoch,
      batch,
      random: random.state(),
      tally: tally.snapshot(),
      rateFactor,
      recoveries,
      best,
      stale,
      seconds: seconds(),
    };
    return { progress, tensors };
  }
  let good = await capture();
  let lastSave = performance.now();
  let lastProgress = 0;
  const rate = new Speed();

  async function* checkpoint(): AsyncGenerator<TrainEvent, void> {
    if (!save) return;
    good = await capture();
    await save(good);
    lastSave = performance.now();
    yield { event: "checkpoint", step };
  }
  async function result(reason: LoopResult["reason"]): Promise<LoopResult> {
    const weights = bestWeights ?? (await weightsOf(bank));
    return {
      reason,
      weights,
      bestEpoch: best?.epoch ?? epoch,
      progress: good.progress,
      validation: best?.terms ?? validation,
    };
  }

  while (epoch < epochs) {
    const order = await problem.order(seed, epoch, batchSize);
    const epochStarted = performance.now();
    // Of the step before: a checkpoint may lie between an epoch's last step and its end.
    let rateNow = rateAt(Math.max(0, step - 1));
    let betaNow = betaAt(Math.max(0, step - 1));
    while (batch < stepsPerEpoch) {
      if (signal.aborted) {
        yield* checkpoint();
        return await result("interrupted");
      }
      if (step === turn?.step) await turn.run();
      const records = order.subarray(batch * batchSize, (batch + 1) * batchSize);
      betaNow = betaAt(step);
      rateNow = rateAt(step);
      const scalars = beta ? { [beta.name]: betaNow } : {};
      const rule = (gradientNorm: number) =>
        update({ learningRate: rateNow, step: step + 1, gradientNorm, clip: clip ?? "none" });
      for (let i = 1; ahead && step < ahead.until && i <= ahead.updates; i++) {
        const at = ((batch + i * AHEAD_STRIDE) % stepsPerEpoch) * batchSize;
        const { gradientNorm } = await stepper.run(order.subarray(at, at + batchSize), random, scalars);
        if (Number.isFinite(gradientNorm)) await bank.update(rule(gradientNorm), ahead.names);
      }
      const { terms, gradientNorm } = await stepper.run(records, random, scalars);
      if (!Number.isFinite(terms.loss) || !Number.isFinite(gradientNorm)) {
        yield* recover(terms);
        break;
      }
      await bank.update(rule(gradientNorm));
      step++;
      batch++;
      if (ema > 0) await bank.moveAverage(Math.min(ema, risingDecay(step)));
      tally.add(terms, records.length);
      rate.add(records.length);
      if (!settings.resume && step === 1) yield { event: "first-step", seconds: seconds() };
      const now = performance.now();
      if (now - lastProgress > PROGRESS_SECONDS * 1000) {
        lastProgress = now;
        const left = ((totalSteps - step) * batchSize) / rate.recordsPerSecond;
        yield {
          event: "progress",
          epoch: epoch + 1,
          step,
          steps: totalSteps,
          recordsPerSecond: rate.recordsPerSecond,
          secondsLeft: left,
          terms: tally.means(),
        };
      }
      if (now - lastSave > checkpointSeconds * 1000) yield* checkpoint();
    }
    if (batch < stepsPerEpoch) continue; // set back by a recovery

    const train = tally.means();
    validation = validate ? await withWeights(bank, validate) : null;
    const warm = !beta || step >= beta.warmupSteps;
    let better = false;
    if (validation && warm) {
      const value = score(validation);
      if (!Number.isFinite(value)) {
        yield* recover(validation);
        continue;
      }
      better = best === null || value < best.score;
      if (better) {
        best = { score: value, epoch: epoch + 1, terms: validation };
        bestWeights = await weightsOf(bank);
        stale = 0;
      } else stale++;
    }
    yield {
      event: "epoch",
      epoch: epoch + 1,
      step,
      seconds: (performance.now() - epochStarted) / 1000,
      learningRate: rateNow,
      beta: betaNow,
      train,
      validation,
      best: better,
    };
    epoch++;
    batch = 0;
    tally = new RunningMeans();
    good = await capture();
    if (patience !== undefined && warm && stale >= patience) return await result("patience");
  }
  return await result("finished");

  async function* recover(terms: Readonly<Record<string, number>>): AsyncGenerator<TrainEvent, void> {
    const tensor = await firstNonFinite(bank, terms);
    const at = step + 1;
    if (recoveries >= MAX_RECOVERIES) {
      await restoreGood();
      throw new DivergedError(tensor, at, await weightsIfTrained());
    }
    await restoreGood();
    recoveries++;
    rateFactor /= 2;
    yield { event: "recovered", step: at, tensor, learningRate: rateAt(step) };
  }
  async function restoreGood(): Promise<void> {
    const kept = { rateFactor, recoveries };
    ({ step, epoch, batch, best, stale } = good.progress);
    ({ rateFactor, recoveries } = kept);
    random = Philox.fromState(good.progress.random);
    tally = new RunningMeans(good.progress.tally);
    await restore(good);
  }
  async function weightsIfTrained(): Promise<Map<string, Weight> | null> {
    return bestWeights ?? (step > 0 ? await weightsOf(bank) : null);
  }
}

/** Training diverged for good. Carries the last good weights, when an epoch was completed. */
export class DivergedError extends VaekitError {
  constructor(
    readonly tensor: string,
    readonly step: number,
    readonly weights: Map<string, Weight> | null,
  ) {
    super(
      "E_DIVERGED",
      `training diverged: ${tensor} is not finite at step ${step}, after ${MAX_RECOVERIES} returns to the last good state with half the learning rate`,
      "Try a smaller --learning-rate, or --clip 100.",
    );
  }
}

const FRESH = { step: 0, epoch: 0, batch: 0, rateFactor: 1, recoveries: 0, best: null as Progress["best"], stale: 0 };

function bestOf({ tensors }: TrainState): Map<string, Weight> | null {
  const found = new Map<string, Weight>();
  for (const [name, weight] of tensors) if (name.startsWith("best/")) found.set(name.slice("best/".length), weight);
  return found.size > 0 ? found : null;
}

/** Decay of a moving average after `steps`: long memory is of no use while there is little to remember (as in TensorFlow). */
function risingDecay(steps: number): number {
  return (1 + steps) / (10 + steps);
}

/** Means of named terms, weighted by records. */
class RunningMeans {
  private records: number;
  private readonly sums: Record<string, number>;
  constructor(from: Progress["tally"] = { records: 0, sums: {} }) {
    this.records = from.records;
    this.sums = { ...from.sums };
  }
  add(terms: Readonly<Record<string, number>>, records: number): void {
    this.records += records;
    for (const [name, value] of Object.entries(terms)) this.sums[name] = (this.sums[name] ?? 0) + value * records;
  }
  means(): Terms {
    const means = Object.fromEntries(Object.entries(this.sums).map(([name, sum]) => [name, sum / this.records]));
    return { loss: Number.NaN, reconstruction: Number.NaN, kl: Number.NaN, ...means };
  }
  snapshot(): Progress["tally"] {
    return { records: this.records, sums: { ...this.sums } };
  }
}

/** Records per second since the start of this process's training, for people. */
class Speed {
  private readonly started = performance.now();
  private records = 0;
  add(records: number): void {
    this.records += records;
  }
  get recordsPerSecond(): number {
    return (this.records / (performance.now() - this.started)) * 1000;
  }
}
