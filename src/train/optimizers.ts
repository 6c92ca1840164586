/** Optimisers: how a step's learning rate, number and gradient norm become the kernel's update rule. */

import { unknown, VaekitError } from "../errors.js";
import type { UpdateRule } from "../runtime/engine.js";

export interface OptimizerOptions {
  /** Memory of the mean gradient, 0..1; default 0.9. */
  readonly beta1?: number;
  /** Memory of the mean squared gradient, 0..1; default 0.99, which suits runs of few epochs. */
  readonly beta2?: number;
  /** Added to the root of the mean square; default 1e-8. */
  readonly epsilon?: number;
  /** Share of a parameter that one step at learning rate 1 would take away; default 0 for adam, 0.01 for adamw. */
  readonly weightDecay?: number;
}

/** What is known at a step. */
export interface UpdateStep {
  readonly learningRate: number;
  /** Steps done before and including this one; starts at 1. */
  readonly step: number;
  /** Euclidean norm over all gradients; a step whose norm is not finite must not be taken. */
  readonly gradientNorm: number;
  /** The largest norm gradients may have: longer ones are scaled down to it (Pascanu et al. 2013). */
  readonly clip: number | "none";
}

/** The rule of a step, for `Bank.update`. */
export type Optimizer = (step: UpdateStep) => UpdateRule;

/** Adam (Kingma & Ba 2015). `weightDecay`, if given, is decoupled as in adamw. */
function adam(options: OptimizerOptions = {}): Optimizer {
  const { beta1 = 0.9, beta2 = 0.99, epsilon = 1e-8, weightDecay = 0 } = options;
  check("beta1", beta1, beta1 >= 0 && beta1 < 1, "a number from 0, below 1");
  check("beta2", beta2, beta2 >= 0 && beta2 < 1, "a number from 0, below 1");
  check("epsilon", epsilon, epsilon >= SMALLEST_EPSILON && epsilon < Infinity, `a number from ${SMALLEST_EPSILON}`);
  check("weightDecay", weightDecay, weightDecay >= 0 && weightDecay < Infinity, "a number from 0");
  return ({ learningRate, step, gradientNorm, clip }) => ({
    learningRate,
    beta1,
    beta2,
    epsilon,
    weightDecay,
    step,
    gradientScale: clip === "none" ? 1 : Math.min(1, clip / gradientNorm),
  });
}

/** Adam with decoupled weight decay of 0.01 (Loshchilov & Hutter 2019). */
function adamw(options: OptimizerOptions = {}): Optimizer {
  return adam({ ...options, weightDecay: options.weightDecay ?? 0.01 });
}

/** Optimisers by name. */
export const optimizers = { adam, adamw } as const;
export type OptimizerName = keyof typeof optimizers;

/**
 * The optimiser of a name. E_UNKNOWN for another name, E_OPTION for an option out of its range.
 * @example
 * const gradientNorm = await bank.gradientNorm();
 * await bank.update(optimizer("adam")({ learningRate: 4e-3, step: 1, gradientNorm, clip: 200 }));
 */
export function optimizer(name: string, options: OptimizerOptions = {}): Optimizer {
  if (!Object.hasOwn(optimizers, name)) throw unknown("optimizer", name, Object.keys(optimizers));
  return optimizers[name as OptimizerName](options);
}

/** A parameter whose gradients are all 0 divides 0 by epsilon, which must not be 0 in float32. */
const SMALLEST_EPSILON = 1e-30;

function check(option: string, got: number, fits: boolean, expected: string): void {
  if (!fits) throw new VaekitError("E_OPTION", `invalid ${option}: got ${got}, expected ${expected}`);
}
