/** A learned row for each token. */

import type { Tensor } from "../graph/ops.js";
import type { Ctx } from "./ctx.js";
import { type Initializer, sizeOf, zeros } from "./init.js";

export interface EmbeddingOptions {
  /** Rows: how many tokens there are. */
  readonly count: number;
  readonly width: number;
  /** Standard deviation of the starting values. */
  readonly deviation?: number;
}

/** Words lie near each other at first, so that what a net has learned of frequent ones serves rare ones too. */
const DEVIATION = 0.1;

/** int32 [..] -> [.., width]. Rows start from N(0, deviation). */
export function embedding(ctx: Ctx, tokens: Tensor, { count, width, deviation = DEVIATION }: EmbeddingOptions): Tensor {
  return ctx.param("weight", [count, width], normal(deviation)).gather(tokens);
}

/** h E' + b: a logit for each token, by the rows of the embedding at `embed`: [.., width] -> [.., count]. b starts at 0. */
export function tokenLogits(ctx: Ctx, h: Tensor, { count, width }: EmbeddingOptions): Tensor {
  const rows = ctx.at("embed").param("weight", [count, width], normal(DEVIATION));
  return h.matmul(rows, { transposeB: true }).add(ctx.at("tokens").param("bias", [count], zeros));
}

/** N(0, deviation). */
export function normal(deviation: number): Initializer {
  return (shape, random) => random.normals(new Float32Array(sizeOf(shape))).map((value) => value * deviation);
}
