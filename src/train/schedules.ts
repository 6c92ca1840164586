/** Schedules: what the learning rate, or the weight of the KL term, is at each step. */

import { unknown, VaekitError } from "../errors.js";

/** A value per step; steps count from 0 to `totalSteps - 1`, and what comes later keeps the last value. */
export type Schedule = (step: number, totalSteps: number) => number;

export interface ScheduleOptions {
  /** The highest rate: where one-cycle peaks, and where the others start. */
  readonly learningRate: number;
  /** One-cycle: the share of all steps over which the rate rises, default 0.3. */
  readonly riseShare?: number;
  /** One-cycle: the rate starts at `learningRate / startDivisor`, default 25. */
  readonly startDivisor?: number;
  /** One-cycle: the rate ends at `learningRate / startDivisor / endDivisor`, default 10,000. */
  readonly endDivisor?: number;
}

/** The same rate at every step; the only schedule that does not depend on the number of steps. */
function constant({ learningRate }: ScheduleOptions): Schedule {
  return () => learningRate;
}

/** From the rate towards 0 along half a cosine (Loshchilov & Hutter 2017, eq. 5, without restarts). */
function cosine({ learningRate }: ScheduleOptions): Schedule {
  return (step, totalSteps) => cosineBetween(learningRate, 0, Math.min(1, step / totalSteps));
}

/** Up to the rate, then down to almost 0, each along half a cosine (Smith & Topin 2018, in PyTorch's two-phase form). */
function onecycle(options: ScheduleOptions): Schedule {
  const { learningRate, riseShare = 0.3, startDivisor = 25, endDivisor = 1e4 } = options;
  if (!(riseShare >= 0 && riseShare <= 1)) throw invalid("riseShare", riseShare, "a number 0..1");
  if (!(startDivisor > 0)) throw invalid("startDivisor", startDivisor, "a positive number");
  if (!(endDivisor > 0)) throw invalid("endDivisor", endDivisor, "a positive number");
  const start = learningRate / startDivisor;
  return (step, totalSteps) => {
    const peak = riseShare * totalSteps - 1;
    const last = totalSteps - 1;
    const now = Math.min(step, last);
    if (now <= peak && peak > 0) return cosineBetween(start, learningRate, now / peak);
    return last > peak ? cosineBetween(learningRate, start / endDivisor, (now - peak) / (last - peak)) : learningRate;
  };
}

/** Learning-rate schedules by name. */
export const schedules = { constant, cosine, onecycle } as const;
export type ScheduleName = keyof typeof schedules;

/**
 * The schedule of a name. E_UNKNOWN for another name, E_OPTION for options that make no sense.
 * @example schedule("onecycle", { learningRate: 4e-3 })(0, 1000) // 1.6e-4
 */
export function schedule(kind: string, options: ScheduleOptions): Schedule {
  if (!Object.hasOwn(schedules, kind)) throw unknown("schedule", kind, Object.keys(schedules));
  const { learningRate } = options;
  if (!(learningRate > 0 && learningRate < Infinity)) throw invalid("learningRate", learningRate, "a positive number");
  return schedules[kind as ScheduleName](options);
}

/**
 * The weight of the KL term: 0 for `pretrain` epochs, then in a straight line to `beta` within `warmup` epochs, then `beta`
 * (Bowman et al. 2016; Sønderby et al. 2016). Neither gives `beta` from the start. With several `cycles` what comes after
 * pretraining is cut into as many equal parts, and beta rises from 0 over the first half of each (Fu et al. 2019).
 */
export function betaWarmup({ beta, warmup, stepsPerEpoch, pretrain = 0, cycles = 1 }: BetaOptions): Schedule {
  if (!(beta >= 0 && beta < Infinity)) throw invalid("beta", beta, "a number from 0");
  if (!(warmup >= 0 && warmup < Infinity)) throw invalid("warmup", warmup, "a number of epochs from 0");
  const first = pretrain * stepsPerEpoch;
  const rise = warmup * stepsPerEpoch;
  return (step, totalSteps) => {
    if (step < first) return 0;
    const since = step - first;
    if (cycles === 1) return since < rise ? beta * (since / rise) : beta;
    const cycle = (totalSteps - first) / cycles;
    return beta * Math.min(1, (since % cycle) / (CYCLE_RISE * cycle));
  };
}

/** The first step at which beta has risen for good. */
export function warmSteps(options: BetaOptions, totalSteps: number): number {
  const { warmup, stepsPerEpoch, pretrain = 0, cycles = 1 } = options;
  const first = pretrain * stepsPerEpoch;
  if (cycles === 1) return first + warmup * stepsPerEpoch;
  return totalSteps - (1 - CYCLE_RISE) * ((totalSteps - first) / cycles);
}

/** Share of a cycle over which beta rises. */
const CYCLE_RISE = 0.5;

/** A schedule that begins anew at step `first`. */
export function anewAt(first: number, schedule: Schedule): Schedule {
  if (first === 0) return schedule;
  return (step, totalSteps) => (step < first ? schedule(step, first) : schedule(step - first, totalSteps - first));
}

export interface BetaOptions {
  readonly beta: number;
  /** Epochs, possibly a fraction. */
  readonly warmup: number;
  readonly stepsPerEpoch: number;
  /** Epochs at beta 0 before. Default 0. */
  readonly pretrain?: number;
  /** Default 1. */
  readonly cycles?: number;
}

function cosineBetween(from: number, to: number, share: number): number {
  return to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share));
}

function invalid(option: string, got: number, expected: string): VaekitError {
  return new VaekitError("E_OPTION", `invalid ${option}: got ${got}, expected ${expected}`);
}
