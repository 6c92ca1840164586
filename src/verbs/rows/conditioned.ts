/** Latents of rows of which some cells are given: p(z | cells) by importance resampling. */

import { VaekitError } from "../../errors.js";
import { fieldsOf } from "../../fields/list.js";
import type { RowCondition } from "../../fields/table/condition.js";
import type { Runner } from "../../model/runner.js";
import { Philox } from "../../random.js";
import { CONDITION_STREAM } from "../streams.js";
import { partialRows } from "./hidden.js";

/** Proposals, half of them from q(z | cells) and half from p(z). */
const PROPOSALS = 16_384;
const BLOCK = 2048;
/** Fewer independent draws than this are no sample. */
const LEAST_EFFECTIVE = 50;

export interface ConditionedLatents {
  /** Kish's effective number of the proposals: (sum of weights)^2 / sum of their squares. */
  readonly effective: number;
  /** z [count, latent], proposals drawn by their weights. */
  draw(count: number, random: Philox): Float32Array;
}

/**
 * Proposals from m = (q(z | cells) + p(z)) / 2, weighed by p(cells | z) p(z) / m(z): sampling importance resampling (Rubin
 * 1988) with a defensive mixture (Hesterberg 1995), so that no weight is larger than twice p(cells | z).
 * E_DATA, with the effective number, where too few of them carry the weight.
 */
export async function conditionedLatents(
  runner: Runner,
  { fixed, text }: RowCondition,
  { seed, temperature }: { readonly seed: number; readonly temperature: number },
): Promise<ConditionedLatents> {
  const { latent } = runner;
  const random = new Philox(seed, CONDITION_STREAM);
  const columns = partialRows(fieldsOf(runner.config.schema), fixed, BLOCK);
  const { mu, logvar } = await runner.encode(columns, BLOCK);
  const z = new Float32Array(PROPOSALS * latent);
  const logWeights = new Float64Array(PROPOSALS);
  for (let at = 0; at < PROPOSALS; at += BLOCK) {
    const fromPrior = at % (2 * BLOCK) === 0;
    const noise = random.normals(new Float32Array(BLOCK * (fromPrior ? runner.noiseSize : latent)));
    const drawn = fromPrior ? await runner.draw(noise, BLOCK, temperature) : null;
    const eps = drawn ? drawn.map((value, i) => (value - mu[i]) / Math.exp(logvar[i] / 2)) : noise;
    const { logWeights: own, reconstruction } = await runner.score(columns, BLOCK, 1, eps);
    for (let i = 0; i < eps.length; i++) z[at * latent + i] = mu[i] + Math.exp(logvar[i] / 2) * eps[i];
    for (let i = 0; i < BLOCK; i++) {
      // q / p = p(cells | z) / w where w = p(z) p(cells | z) / q(z)
      const logRatio = -reconstruction[i] - own[i];
      logWeights[at + i] = -reconstruction[i] - Math.log(0.5 + 0.5 * Math.exp(Math.min(700, logRatio)));
    }
  }
  const weights = weightsOf(logWeights);
  const effective = 1 / weights.reduce((sum, weight) => sum + weight * weight, 0);
  if (!(effective >= LEAST_EFFECTIVE))
    throw new VaekitError(
      "E_DATA",
      `condition "${text}": ${effective.toFixed(1)} effective draws among ${PROPOSALS.toLocaleString("en")} proposals, expected at least ${LEAST_EFFECTIVE}`,
      "The model hardly knows such rows: ask for less, or fit a model to them (fit --filter).",
    );
  const reached = Float64Array.from(weights);
  for (let i = 1; i < reached.length; i++) reached[i] += reached[i - 1];
  return {
    effective,
    draw(count, draws) {
      const out = new Float32Array(count * latent);
      const u = draws.uniforms(new Float32Array(count));
      for (let i = 0; i < count; i++) {
        const chosen = Math.min(PROPOSALS - 1, firstAbove(reached, u[i] * reached[PROPOSALS - 1]));
        out.set(z.subarray(chosen * latent, (chosen + 1) * latent), i * latent);
      }
      return out;
    },
  };
}

/** Of log-weights, summing to 1. */
export function weightsOf(logWeights: Float64Array): Float64Array {
  const largest = logWeights.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const weights = logWeights.map((value) => Math.exp(value - largest));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / total);
}

/** The first place of ascending `values` that is above `value`. */
function firstAbove(values: Float64Array, value: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const mid = (low + high) >> 1;
    if (values[mid] <= value) low = mid + 1;
    else high = mid;
  }
  return low;
}
