/** Recurrent nets for texts: read in both directions into z, written by a GRU that is given z at every step (Bowman et al. 2016). */

import * as z from "zod";
import type { Field } from "../../fields/list.js";
import { concat, constant, type Tensor } from "../../graph/ops.js";
import type { Ctx } from "../../nn/ctx.js";
import { dropout, wordDropout } from "../../nn/dropout.js";
import { embedding, tokenLogits } from "../../nn/embedding.js";
import { gruInput, gruStep, gruUniform, gru as states } from "../../nn/gru.js";
import { linear } from "../../nn/linear.js";
import { atLast, atTokens, backwards, forParticles, oneLater } from "../../nn/tokens.js";
import { START, UNKNOWN } from "../../text/tokenizer.js";
import type { Net } from "../parts.js";
import { isText, textsOf, tokensOf } from "../texts.js";
import { withoutOptions } from "./text-options.js";

const options = z.strictObject({
  hidden: z.int().positive().default(256).describe("units of the state that texts are written from"),
  embedding: z.int().positive().default(256).describe("numbers that stand for a token"),
  reader: z.int().positive().default(256).describe("units of the state that texts are read into, in each direction"),
  ...withoutOptions,
});

export const gru: Net<z.infer<typeof options>> = {
  name: "gru",
  summary: "texts: a bidirectional GRU reads, a GRU given z at every step writes",
  options,
  peakLearningRate: 2e-3,
  takes: isText,
  build({ hidden, embedding: width, reader, dropout: rate, wordDropout: share }, fields) {
    const texts = textsOf("gru", fields);
    const sizeOf = ({ kind, schema }: Field) => ({ count: kind.ragged!.count(schema), width });
    const embed = (ctx: Ctx, field: Field, codes: Tensor): Tensor => embedding(ctx.at("embed"), codes, sizeOf(field));
    /** The output layer has the rows of the decoder's embedding (Press & Wolf 2017; Inan et al. 2017). */
    const logitsOf = (ctx: Ctx, field: Field, h: Tensor): Tensor =>
      tokenLogits(ctx, linear(ctx.at("out"), h, { units: width }), sizeOf(field));
    const read = (ctx: Ctx, embedded: Tensor, codes: Tensor): Tensor => {
      const first = constant(0).broadcastTo([codes.shape[1], reader]);
      return atLast(states(ctx, first, gruInput(ctx.at("input"), embedded, reader)), codes);
    };
    /** What z adds is the same at every step, so the product with [word, z] is made of two. */
    const begin = (ctx: Ctx, z: Tensor) => ({
      first: linear(ctx.at("initial"), z, { units: hidden }),
      fromLatent: gruInput(ctx.at("latent"), z, hidden),
    });
    const fromWords = (ctx: Ctx, embedded: Tensor): Tensor =>
      embedded.matmul(ctx.at("input").param("weight", [width, 3 * hidden], gruUniform(hidden)));
    return {
      encoder(ctx, record) {
        return Object.fromEntries(
          texts.map((field) => {
            const scope = ctx.at(field.name);
            const { codes } = tokensOf(record, field.name);
            const back = backwards(codes);
            const forwards = read(scope.at("forward"), embed(scope, field, codes), codes);
            return [field.name, concat([forwards, read(scope.at("backward"), embed(scope, field, back), back)], 1)];
          }),
        );
      },
      decoder(ctx, latent, teacher) {
        const z = latent("z");
        if (!teacher) return {};
        return Object.fromEntries(
          texts.map((field) => {
            const scope = ctx.at(field.name);
            const tokens = teacher.tokens(field.name);
            const before = wordDropout(scope, oneLater(tokens.codes, START), { rate: share, unknown: UNKNOWN });
            const { first, fromLatent } = begin(scope, z);
            const words = dropout(scope.at("words"), embed(scope, field, before), rate, [1, before.shape[1], width]);
            const driven = forParticles(fromWords(scope, words), teacher.particles).add(fromLatent);
            const all = states(scope, first, driven);
            const out = dropout(scope.at("states"), all, rate, [1, all.shape[1], hidden]);
            return [field.name, logitsOf(scope, field, atTokens(out, tokens, teacher.particles))];
          }),
        );
      },
      writers: Object.fromEntries(
        texts.map((field) => [
          field.name,
          {
            grows: {},
            begin(ctx, z) {
              const { first, fromLatent } = begin(ctx.at(field.name), z);
              return { fixed: { latent: fromLatent }, state: { h: first } };
            },
            step(ctx, { fixed, state }, _, token) {
              const scope = ctx.at(field.name);
              const driven = fromWords(scope, embed(scope, field, token)).add(fixed.latent);
              const h = gruStep(scope, state.h, driven);
              return { logits: logitsOf(scope, field, h), state: { h }, rows: {} };
            },
          },
        ]),
      ),
    };
  },
};
