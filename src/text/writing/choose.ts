/** Chooses the next token of one text: the likeliest, or one drawn from the distribution or its nucleus. */

import { VaekitError } from "../../errors.js";
import { keyedUniforms } from "../../random.js";
import { PADDING, START } from "../tokenizer.js";
import type { Allowed } from "./constraint.js";
import { exponentials } from "./exponentials.js";
import { nucleus } from "./nucleus.js";

/** The likeliest token at every step; of equal ones the lowest. */
export interface Greedy {
  readonly by: "greedy";
}

/** A token drawn from what the model says. */
export interface Sampling {
  readonly by: "sampling";
  /** Log-probabilities are divided by it before a token is drawn: below 1 likely tokens get likelier. Above 0; default 1. */
  readonly tokenTemperature?: number;
  /** Only the fewest tokens that hold this much of the probability are drawn, in (0, 1]; default 1: all. After the temperature. */
  readonly topP?: number;
  readonly seed: number;
  /** Number of the first text: what is drawn depends on seed, number of the text and position alone. Default 0. */
  readonly firstRow?: number;
}

/** A row of a model's answer: logits[at .. at + vocabulary). */
export interface Row {
  readonly logits: Float32Array;
  readonly at: number;
  readonly allowed: Allowed;
}

/** Scratch for one model's rows; what it holds is of the row read last. */
export class Reader {
  /** Log-probabilities, unnormalised: of tokens that may not be written -Infinity. */
  readonly open: Float32Array;
  readonly #weights: Float64Array;

  constructor(readonly vocabulary: number) {
    this.open = new Float32Array(vocabulary);
    this.#weights = new Float64Array(vocabulary);
  }

  /** Reads a row; gives log of the sum of exp over all logits, by which those of `open` are normalised. E_MODEL for NaN. */
  read({ logits, at, allowed }: Row): number {
    const { open, vocabulary } = this;
    open.set(logits.subarray(at, at + vocabulary));
    const max = largest(open);
    const logSum = max + Math.log(exponentials(this.#weights, open, 0, max));
    if (!Number.isFinite(logSum))
      throw new VaekitError("E_MODEL", `invalid log-probabilities of the next token: the largest is ${max}`);
    open[PADDING] = open[START] = Number.NEGATIVE_INFINITY;
    if (allowed) for (let i = 0; i < vocabulary; i++) if (allowed[i] === 0) open[i] = Number.NEGATIVE_INFINITY;
    return logSum;
  }

  /** exp of `open` divided by the temperature, up to a factor, and the sum; of the likeliest token 1. */
  weights(temperature: number): { readonly weights: Float64Array; readonly sum: number } {
    const sum = exponentials(this.#weights, this.open, 0, largest(this.open), 1 / temperature);
    return { weights: this.#weights, sum };
  }
}

/** The largest; NaN if one is. */
function largest(values: Float32Array): number {
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    if (values[i] <= max) continue;
    max = values[i];
    if (Number.isNaN(max)) break;
  }
  return max;
}

/** Chooses a token of `open`, of which at least one is finite. */
export type Chooser = (reader: Reader, row: number, position: number) => number;

export const likeliest: Chooser = ({ open }) => {
  let best = 0;
  for (let token = 1; token < open.length; token++) if (open[token] > open[best]) best = token;
  return best;
};

/** Tells keyed noise of texts from that of other uses of a seed; "text". */
const TEXT_NOISE = 0x74657874;

/** E_OPTION for a temperature or a topP that is none. */
export function sampler({ tokenTemperature = 1, topP = 1, seed, firstRow = 0 }: Sampling, vocabulary: number): Chooser {
  if (!(tokenTemperature > 0 && tokenTemperature < Number.POSITIVE_INFINITY))
    throw new VaekitError("E_OPTION", `invalid tokenTemperature: got ${tokenTemperature}, expected a number above 0`);
  if (!(topP > 0 && topP <= 1))
    throw new VaekitError("E_OPTION", `invalid topP: got ${topP}, expected a number above 0 and at most 1`);
  const uniform = new Float32Array(2);
  const order = new Int32Array(vocabulary);
  return (reader, row, position) => {
    const { weights, sum } = reader.weights(tokenTemperature);
    keyedUniforms(uniform, seed, [(firstRow + row) >>> 0, TEXT_NOISE], position);
    const u = uniform[0] + uniform[1] * 2 ** -24; // 48 bits, for tokens that are less likely than one in 2^24
    // Tokens lighter than this hold less than 1 - topP together, so the nucleus does without them.
    const least = ((1 - topP) * sum) / vocabulary;
    let count = 0;
    for (let token = 0; token < vocabulary; token++)
      if (weights[token] > 0 && weights[token] >= least) order[count++] = token;
    if (topP < 1) count = nucleus(weights, order, count, topP * sum);
    let kept = 0;
    for (let i = 0; i < count; i++) kept += weights[order[i]];
    let left = u * kept;
    let i = 0;
    while (i < count - 1 && left >= weights[order[i]]) left -= weights[order[i++]];
    return order[i];
  };
}
