/** Chooses the next token of one text: the likeliest, or one drawn from the distribution or its nucleus. */

import { VaekitError } from "../../errors.js";
import { keyedUniforms } from "../../random.js";
import { PADDING, START } from "../tokenizer.js";
import type { Allowed } from "./constraint.js";
import { Distribution } from "./distribution.js";
import { logSumExp } from "./exponential.js";

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

/** Reads a model's answers, row by row. */
export class Reader {
  /** Log-probabilities of the row read last, unnormalised: -Infinity for tokens that may not be written. */
  readonly open: Float32Array;

  constructor(readonly vocabulary: number) {
    this.open = new Float32Array(vocabulary);
  }

  /** Reads a row; gives log of the sum of exp over all its logits, by which those of `open` are normalised. E_MODEL for NaN. */
  read({ logits, at, allowed }: Row): number {
    const { open, vocabulary } = this;
    open.set(logits.subarray(at, at + vocabulary));
    const logSum = logSumExp(open);
    if (!Number.isFinite(logSum)) throw noProbabilities(logSum);
    open[PADDING] = open[START] = Number.NEGATIVE_INFINITY;
    if (allowed) for (let i = 0; i < vocabulary; i++) if (!allowed[i]) open[i] = Number.NEGATIVE_INFINITY;
    return logSum;
  }
}

/** Chooses a token of `open` for a position of a row; one that is -Infinity only where all are. */
export type Chooser = (open: Float32Array, row: number, position: number) => number;

export const likeliest: Chooser = (open) => {
  let best = 0;
  for (let token = 1; token < open.length; token++) if (open[token] > open[best]) best = token;
  return best;
};

/** Tells keyed noise of texts from that of other uses of a seed; "text". */
const TEXT_NOISE = 0x74657874;

/** E_OPTION for a temperature or a topP that is none. */
export function checkSampling({ tokenTemperature = 1, topP = 1 }: Sampling): void {
  if (!(tokenTemperature > 0 && Number.isFinite(tokenTemperature) && Number.isFinite(1 / tokenTemperature)))
    throw new VaekitError("E_OPTION", `invalid tokenTemperature: got ${tokenTemperature}, expected a number above 0`);
  if (!(topP > 0 && topP <= 1))
    throw new VaekitError("E_OPTION", `invalid topP: got ${topP}, expected a number above 0 and at most 1`);
}

export function sampler({ tokenTemperature = 1, topP = 1, seed, firstRow = 0 }: Sampling, vocabulary: number): Chooser {
  const noise = new Float32Array(2);
  const distribution = new Distribution(vocabulary);
  return (open, row, position) => {
    fillNoise(noise, { seed, firstRow }, row, position);
    distribution.set(open, tokenTemperature);
    // 48 bits: tokens may be less likely than one in 2^24.
    return distribution.draw(noise[0] + noise[1] * 2 ** -24, topP);
  };
}

/** Uniform numbers that the token at `position` of a text is drawn by. */
export function fillNoise(
  out: Float32Array,
  { seed, firstRow = 0 }: Pick<Sampling, "seed" | "firstRow">,
  row: number,
  position: number,
): Float32Array {
  return keyedUniforms(out, seed, [(firstRow + row) >>> 0, TEXT_NOISE], position);
}

/** The model's answer is none: `sum` is the log of the sum of all probabilities, or of one of them. */
export function noProbabilities(sum: number): VaekitError {
  return new VaekitError("E_MODEL", `invalid log-probabilities of the next token: the log of their sum is ${sum}`);
}
