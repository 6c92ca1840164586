/** Texts of a batch inside a graph: tokens step by step, and what recurrent and attentive layers need to know of them. */

import { constant, type Tensor } from "../graph/ops.js";
import type { Dim } from "../graph/tensor.js";

/** Texts side by side, as long as the longest of them. */
export interface Tokens {
  /** [T, B] int32; padding (0) behind each text. */
  readonly codes: Tensor;
  /** Where the tokens that are there lie in T*B, [N] int32, ascending. */
  readonly places: Tensor;
}

/** Number of each step, from 0: [T, 1] float32. */
export function stepNumbers(length: Dim): Tensor {
  return constant(1).broadcastTo([length, 1]).cumsum(0).sub(1);
}

/** Tokens of each text, padding not counted: [B] float32. */
export function lengthsOf(codes: Tensor): Tensor {
  return isThere(codes).sum(0);
}

/** 1 where there is a token, 0 where there is padding: [T, B]. */
export function isThere(codes: Tensor): Tensor {
  return codes.greater(constant(0, [], "int32")).cast("float32");
}

/** What stands one step before: `first` at the start. [T, B] int32 -> the same. */
export function oneLater(codes: Tensor, first: number): Tensor {
  const step = stepNumbers(codes.shape[0]);
  const before = step.sub(1).maximum(0).broadcastTo(codes.shape).cast("int32");
  return step.less(1).where(constant(first, [], "int32"), codes.takeAlongAxis(before, 0));
}

/** Each text from its last token to its first; padding stays behind it. [T, B] int32 -> the same. */
export function backwards(codes: Tensor): Tensor {
  const step = stepNumbers(codes.shape[0]);
  const mirrored = lengthsOf(codes).sub(1).sub(step);
  const taken = codes.takeAlongAxis(mirrored.maximum(0).cast("int32"), 0);
  return mirrored.less(0).where(constant(0, [], "int32"), taken);
}

/** The value at the last token of each text: [T, B, W] -> [B, W]; of a text without tokens that at the first step. */
export function atLast(values: Tensor, codes: Tensor): Tensor {
  const [, batch, width] = values.shape;
  const last = lengthsOf(codes).sub(1).maximum(0).cast("int32");
  return values.takeAlongAxis(last.reshape([1, batch, 1]).broadcastTo([1, batch, width]), 0).squeeze(0);
}

/** Values at the tokens that are there: [T, P*B, W] of P readings of the same texts -> [P*N, W]. */
export function atTokens(values: Tensor, { codes, places }: Tokens, particles: number): Tensor {
  const [length, batch] = codes.shape;
  const width = values.shape[2];
  if (particles === 1) return values.reshape([-1, width]).gather(places, 0);
  const byParticle = values.reshape([length, particles, batch, width]).transpose([1, 0, 2, 3]);
  return byParticle.reshape([particles, -1, width]).gather(places, 1).reshape([-1, width]);
}

/** Values of texts [T, B, W] for P readings of each: [T, P*B, W]. */
export function forParticles(values: Tensor, particles: number): Tensor {
  if (particles === 1) return values;
  const [length, batch, width] = values.shape;
  return values
    .reshape([length, 1, batch, width])
    .broadcastTo([length, particles, batch, width])
    .reshape([length, -1, width]);
}
