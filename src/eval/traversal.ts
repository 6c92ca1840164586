/** Walks through latent space that show what a latent, or a direction, means: lines of codes for a decoder. */

import { VaekitError } from "../errors.js";
import { ACTIVE_VARIANCE } from "./active-units.js";
import { activeLatents, type LatentStatistics } from "./latents.js";

/** A line of codes. */
export interface Walk {
  /** What is walked along: "latent 3". */
  readonly name: string;
  /** What is known of it: "KL 2.31 nats". */
  readonly note: string;
  /** [steps, latent]. */
  readonly codes: Float32Array;
}

/** How far a walk goes, and where it passes. */
export interface Stride {
  /** Codes, both ends included. */
  readonly steps: number;
  /** To either side, in standard deviations of what is walked along over the data. */
  readonly range: number;
  /** A code [latent] to start from; without one the mean over the data. */
  readonly at?: Float32Array;
}

/** Where a direction leads from `origin`, and how far the data goes along it. */
export interface Direction {
  /** Of length 1, [latent]. */
  readonly direction: ArrayLike<number>;
  /** [latent]. */
  readonly origin: ArrayLike<number>;
  /** Standard deviation of the data's codes along it. */
  readonly scale: number;
  /** What it stands for: "label = smiling". */
  readonly where: string;
  /** How well it ranks records kept aside, 0.5 to 1. */
  readonly auc: number | null;
}

/** How far each step is from the middle, in standard deviations: -range .. range. */
export function strides({ steps, range }: Stride): number[] {
  return Array.from({ length: steps }, (_, i) => ((2 * i) / (steps - 1) - 1) * range);
}

/**
 * A walk per latent: it goes over the aggregate posterior's mean and `range` of its standard deviations to either side,
 * while the others stay at their means, or as they are in the code `at`. E_OPTION for a latent that does not exist.
 */
export function latentWalks(statistics: LatentStatistics, latents: readonly number[], stride: Stride): Walk[] {
  const { mean, variance, posteriorVariance, kl } = statistics;
  return latents.map((j) => {
    if (!(j in kl))
      throw new VaekitError("E_OPTION", `invalid latents: got ${j}, the model has ${kl.length} (0..${kl.length - 1})`);
    const deviation = Math.sqrt(variance[j] + posteriorVariance[j]);
    const codes = strides(stride).flatMap((t) => {
      const code = Array.from(stride.at ?? mean);
      code[j] = mean[j] + t * deviation;
      return code;
    });
    return { name: `latent ${j}`, note: `KL ${kl[j].toFixed(2)} nats`, codes: Float32Array.from(codes) };
  });
}

/** The latents worth walking along: the active ones, the most informative first; of a collapsed model the least idle. */
export function walkedLatents(statistics: LatentStatistics, rows: number): number[] {
  const active = activeLatents(statistics, ACTIVE_VARIANCE);
  return (active.length > 0 ? active : activeLatents(statistics, Number.NEGATIVE_INFINITY)).slice(0, rows);
}

/** The walk from the code `at`, or the direction's origin, `range` standard deviations along it to either side. */
export function directionWalk({ direction, origin, scale, where, auc }: Direction, stride: Stride): Walk {
  const start = Array.from(stride.at ?? origin);
  const codes = strides(stride).flatMap((t) => start.map((value, j) => value + t * scale * direction[j]));
  return { name: where, note: auc === null ? "" : `AUC ${auc.toFixed(3)}`, codes: Float32Array.from(codes) };
}
