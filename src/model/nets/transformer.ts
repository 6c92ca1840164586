/** Transformers for texts: one reads all of it into z, a causal one that is given z at every place writes (Vaswani et al. 2017). */

import * as z from "zod";
import type { Field } from "../../fields/list.js";
import { constant, type Tensor } from "../../graph/ops.js";
import type { Dim } from "../../graph/tensor.js";
import { attentionBlock, causalMask, layerNorm, paddingMask } from "../../nn/attention.js";
import type { Ctx } from "../../nn/ctx.js";
import { dropout, wordDropout } from "../../nn/dropout.js";
import { embedding, normal, tokenLogits } from "../../nn/embedding.js";
import { linear } from "../../nn/linear.js";
import { atTokens, isThere, lengthsOf, oneLater, stepNumbers } from "../../nn/tokens.js";
import { START, UNKNOWN } from "../../text/tokenizer.js";
import type { Net, Values } from "../parts.js";
import { isText, textsOf, tokensOf } from "../texts.js";
import { withoutOptions } from "./text-options.js";

const options = z
  .strictObject({
    hidden: z.int().positive().default(256).describe("numbers that stand for a place in a text"),
    layers: z.int().positive().default(2).describe("blocks that write, and blocks that read"),
    heads: z.int().positive().default(4).describe("heads of attention, each hidden / heads wide"),
    inner: z.int().positive().default(1024).describe("units between the two layers of a feed-forward part"),
    ...withoutOptions,
  })
  .refine(({ hidden, heads }) => hidden % heads === 0, {
    message: "hidden must be a multiple of heads",
    path: ["heads"],
  });

/** As GPT-2 starts its embeddings. */
const DEVIATION = 0.02;

export const transformer: Net<z.infer<typeof options>> = {
  name: "transformer",
  summary: "texts: a transformer reads, a causal one given z at every place writes",
  options,
  peakLearningRate: 1e-3,
  takes: isText,
  build({ hidden: width, layers, heads, inner, dropout: rate, wordDropout: share }, fields) {
    const texts = textsOf("transformer", fields);
    const block = { heads, hidden: inner };
    const scopes = (ctx: Ctx): Ctx[] => Array.from({ length: layers }, (_, i) => ctx.at(`block${i + 1}`));
    /** Tokens [B, T] (or [B, 1] at the place `at`) as the blocks see them, [B, T, W]. */
    const embed = (ctx: Ctx, { kind, schema, stored }: Field, codes: Tensor, at: Tensor): Tensor => {
      const count = kind.ragged!.count(schema);
      const words = embedding(ctx.at("embed"), codes, { count, width, deviation: DEVIATION });
      return words.add(ctx.at("place").param("weight", [stored, width], normal(DEVIATION)).gather(at));
    };
    /** The output layer has the rows of the decoder's embedding (Press & Wolf 2017; Inan et al. 2017). */
    const logitsOf = (ctx: Ctx, { kind, schema }: Field, h: Tensor): Tensor =>
      tokenLogits(ctx, h, { count: kind.ragged!.count(schema), width });
    const allPlaces = (length: Dim): Tensor => stepNumbers(length).reshape([length]).cast("int32");
    return {
      encoder(ctx, record) {
        return Object.fromEntries(
          texts.map((field) => {
            const scope = ctx.at(field.name);
            const { codes } = tokensOf(record, field.name);
            const there = isThere(codes);
            const mask = paddingMask(there);
            let x = embed(scope, field, codes.transpose(), allPlaces(codes.shape[0]));
            for (const own of scopes(scope)) x = attentionBlock(own, x, block, mask);
            const weight = there.transpose().expandDims(2);
            const mean = layerNorm(scope.at("norm"), x)
              .mul(weight)
              .sum(1)
              .div(lengthsOf(codes).maximum(1).expandDims(1));
            return [field.name, mean];
          }),
        );
      },
      decoder(ctx, latent, teacher) {
        const z = latent("z");
        if (!teacher) return {};
        const { particles } = teacher;
        return Object.fromEntries(
          texts.map((field) => {
            const scope = ctx.at(field.name);
            const tokens = teacher.tokens(field.name);
            const before = wordDropout(scope, oneLater(tokens.codes, START), { rate: share, unknown: UNKNOWN });
            const [length, batch] = before.shape;
            const words = embed(scope, field, before.transpose(), allPlaces(length));
            const wide = words.broadcastTo([particles, batch, length, width]).reshape([-1, length, width]);
            const kept = dropout(scope.at("words"), wide, rate, [wide.shape[0], 1, width]);
            let x = kept.add(linear(scope.at("latent"), z, { units: width }).expandDims(1));
            const mask = causalMask(length);
            for (const own of scopes(scope)) x = attentionBlock(own, x, block, mask);
            const out = dropout(scope.at("states"), layerNorm(scope.at("norm"), x), rate, [x.shape[0], 1, width]);
            return [field.name, logitsOf(scope, field, atTokens(out.transpose([1, 0, 2]), tokens, particles))];
          }),
        );
      },
      writers: Object.fromEntries(
        texts.map((field) => [
          field.name,
          {
            grows: Object.fromEntries(
              Array.from({ length: layers }, (_, i) => [
                [`keys${i + 1}`, width],
                [`values${i + 1}`, width],
              ]).flat(),
            ),
            begin(ctx, z) {
              const scope = ctx.at(field.name);
              return { fixed: { latent: linear(scope.at("latent"), z, { units: width }) }, state: {} };
            },
            step(ctx, { fixed }, grown, token) {
              const scope = ctx.at(field.name);
              const [steps] = Object.values(grown)[0].shape;
              const step = stepNumbers(steps).reshape([steps]);
              const last = step.max(0);
              const isLast = step.equal(last).reshape([1, steps, 1]);
              const place = last.reshape([1, 1]).cast("int32");
              let x = embed(scope, field, token.expandDims(1), place).add(fixed.latent.expandDims(1));
              const rows: Record<string, Tensor> = {};
              for (const [i, own] of scopes(scope).entries()) {
                const [keys, values] = [`keys${i + 1}`, `values${i + 1}`];
                const withOwn = (all: Tensor, row: Tensor): Tensor => isLast.where(row, all.transpose([1, 0, 2]));
                x = attentionBlock(own, x, block, constant(0), (made) => {
                  rows[keys] = made.keys.squeeze(1);
                  rows[values] = made.values.squeeze(1);
                  return { keys: withOwn(grown[keys], made.keys), values: withOwn(grown[values], made.values) };
                });
              }
              const logits = logitsOf(scope, field, layerNorm(scope.at("norm"), x).squeeze(1));
              return { logits, state: {} as Values, rows };
            },
          },
        ]),
      ),
    };
  },
};
