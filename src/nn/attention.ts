/** Attention of several heads (Vaswani et al. 2017), and the pre-norm block around it (Xiong et al. 2020). */

import { constant, type Tensor } from "../graph/ops.js";
import type { Dim } from "../graph/tensor.js";
import type { Ctx } from "./ctx.js";
import { ones, zeros } from "./init.js";
import { linear } from "./linear.js";
import { stepNumbers } from "./tokens.js";

/** What may not be looked at gets this before the softmax. */
const HIDDEN = -1e9;

export interface BlockOptions {
  readonly heads: number;
  /** Units between the two layers of the feed-forward part. */
  readonly hidden: number;
}

/** Keys and values of a block for every place that may be looked at, [B, S, W] each. */
export interface Memory {
  readonly keys: Tensor;
  readonly values: Tensor;
}

/**
 * x + attention, then + feed-forward: [B, T, W] -> the same. `mask` is added to the scores [B, heads, T, S];
 * `remember` sees the keys and values of these places and gives those that are attended to (by default the same).
 */
export function attentionBlock(
  ctx: Ctx,
  x: Tensor,
  { heads, hidden }: BlockOptions,
  mask: Tensor,
  remember: (own: Memory) => Memory = (own) => own,
): Tensor {
  const width = x.shape[2] as number;
  const scope = ctx.at("attention");
  const [queries, keys, values] = linear(scope.at("in"), layerNorm(ctx.at("norm1"), x), { units: 3 * width }).split(
    2,
    3,
  );
  const seen = attend(queries, remember({ keys, values }), heads, mask);
  const attended = x.add(linear(scope.at("out"), seen, { units: width }));
  const inner = linear(ctx.at("hidden"), layerNorm(ctx.at("norm2"), attended), { units: hidden }).gelu();
  return attended.add(linear(ctx.at("output"), inner, { units: width }));
}

/** softmax(q k / sqrt(d) + mask) v, head by head: queries [B, T, W], memory [B, S, W] -> [B, T, W]. */
function attend(queries: Tensor, { keys, values }: Memory, heads: number, mask: Tensor): Tensor {
  const width = queries.shape[2] as number;
  const each = width / heads;
  const byHead = (x: Tensor, order: readonly number[]): Tensor =>
    x.reshape([x.shape[0], x.shape[1], heads, each]).transpose(order);
  const q = byHead(queries, [0, 2, 1, 3]).mul(1 / Math.sqrt(each));
  const weights = q
    .matmul(byHead(keys, [0, 2, 3, 1]))
    .add(mask)
    .softmax(-1);
  return weights
    .matmul(byHead(values, [0, 2, 1, 3]))
    .transpose([0, 2, 1, 3])
    .reshape(queries.shape);
}

/** [T, T]: a place (row) looks at itself and those before (columns). */
export function causalMask(length: Dim): Tensor {
  const step = stepNumbers(length);
  return step
    .less(step.reshape([1, length]))
    .cast("float32")
    .mul(HIDDEN);
}

/** [B, 1, 1, T]: nobody looks at padding. `there` [T, B] is 1 where there is a token. */
export function paddingMask(there: Tensor): Tensor {
  const [length, batch] = there.shape;
  return constant(1).sub(there.transpose()).mul(HIDDEN).reshape([batch, 1, 1, length]);
}

/** Mean 0 and variance 1 over the last axis, then a learned scale and shift (Ba et al. 2016). */
export function layerNorm(ctx: Ctx, x: Tensor): Tensor {
  const width = x.shape.at(-1) as number;
  return x.layerNorm(ctx.param("weight", [width], ones), ctx.param("bias", [width], zeros));
}
