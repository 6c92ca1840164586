/** A causal transformer that writes text from a latent: pre-norm blocks (Xiong et al. 2020), z added to every word. */

import { constant, input, type Tensor } from "../../src/graph/ops.js";
import type { Ctx } from "../../src/nn/ctx.js";
import { filled, type Initializer, ones, zeros } from "../../src/nn/init.js";
import { linear } from "../../src/nn/linear.js";
import { stepOf, type TextGraph, type TextSize, tokenLoss, tokensFrom } from "./text.js";

export interface TransformerSize extends TextSize {
  readonly layers: number;
  readonly heads: number;
  /** Units between the two layers of a block's feed-forward part. */
  readonly hidden: number;
}

/** What a word may not look at gets this before the softmax. */
const HIDDEN = -1e9;
const INITIAL_DEVIATION = 0.02;

/** bench/peers/text_models.py has the same net. */
export function transformerDecoder(size: TransformerSize): TextGraph {
  const { batch, length } = size;
  const tokens = input("tokens", [batch, length], { dtype: "int32" });
  const targets = input("targets", [batch, length], { dtype: "int32" });
  const z = input("z", [batch, size.latent]);
  return {
    ...stepOf("transformer", (ctx) => tokenLoss(logitsOf(ctx, tokens, z, size), targets, batch)),
    feeds: (given) => ({
      tokens: tokensFrom(given.tokens, 0, size, false),
      targets: tokensFrom(given.tokens, 1, size, false),
      z: given.z,
    }),
  };
}

/** [B, T] tokens -> [B, T, V] logits. */
function logitsOf(ctx: Ctx, tokens: Tensor, z: Tensor, size: TransformerSize): Tensor {
  const { vocabulary, width, length, layers } = size;
  const words = ctx.param("embed.weight", [vocabulary, width], normal).gather(tokens);
  const places = ctx.param("place.weight", [length, width], normal);
  const fromLatent = linear(ctx.at("latent"), z, { units: width }).expandDims(1);
  let x = words.add(places).add(fromLatent);
  for (let layer = 0; layer < layers; layer++) x = block(ctx.at(`block${layer + 1}`), x, size);
  return linear(ctx.at("out"), norm(ctx.at("norm"), x), { units: vocabulary });
}

function block(ctx: Ctx, x: Tensor, size: TransformerSize): Tensor {
  const attended = x.add(attention(ctx.at("attention"), norm(ctx.at("norm1"), x), size));
  const hidden = linear(ctx.at("hidden"), norm(ctx.at("norm2"), attended), { units: size.hidden }).gelu();
  return attended.add(linear(ctx.at("output"), hidden, { units: size.width }));
}

/** Attention of `heads` heads over the words before (Vaswani et al. 2017), [B, T, D] -> [B, T, D]. */
function attention(ctx: Ctx, x: Tensor, { batch, length, width, heads }: TransformerSize): Tensor {
  const each = width / heads;
  const mixed = linear(ctx.at("in"), x, { units: 3 * width });
  /** Part 0, 1, 2: queries, keys, values, [B, T, heads, each], its axes in another order. */
  const part = (which: number, order: readonly number[]) =>
    mixed
      .slice(2, which * width, (which + 1) * width)
      .reshape([batch, length, heads, each])
      .transpose(order);
  const queries = part(0, [0, 2, 1, 3]).mul(1 / Math.sqrt(each));
  const keys = part(1, [0, 2, 3, 1]);
  const values = part(2, [0, 2, 1, 3]);
  const weights = queries.matmul(keys).add(causalMask(length)).softmax(-1);
  const seen = weights.matmul(values).transpose([0, 2, 1, 3]).reshape([batch, length, width]);
  return linear(ctx.at("out"), seen, { units: width });
}

/** [T, T]: 0 where a word (row) may look at a word (column), itself and those before. */
function causalMask(length: number): Tensor {
  const values = Float32Array.from({ length: length * length }, (_, at) =>
    at % length > Math.floor(at / length) ? HIDDEN : 0,
  );
  return constant(values, [length, length]);
}

function norm(ctx: Ctx, x: Tensor): Tensor {
  const width = x.shape.at(-1) as number;
  return x.layerNorm(ctx.param("weight", [width], ones), ctx.param("bias", [width], zeros));
}

const normal: Initializer = (shape, random) =>
  random.normals(filled(0)(shape, random)).map((value) => value * INITIAL_DEVIATION);
