/**
 * Three parts of one's own: a net, a likelihood and something for the doctor to look for. Importing this file registers
 * them; from then on they are asked for by their names:
 *
 *     vaekit fit mnist --out models/mine --net gated --likelihood grey-bernoulli --import ./examples/my-parts.ts
 *
 * (Node runs TypeScript from 22.18 on; for older versions compile it, or write JavaScript.)
 */

import type { Tensor } from "vaekit/graph";
import {
  type Ctx,
  check,
  checks,
  distribution,
  likelihood,
  likelihoods,
  linear,
  logit,
  net,
  nets,
  pictureOf,
  rowsOf,
  valueBias,
} from "vaekit/parts";
import * as z from "zod";

/** Gated linear units, a sigmoid(b) (Dauphin et al. 2017, eq. 1), [B, in] -> [B, units]. */
function gated(ctx: Ctx, x: Tensor, units: number): Tensor {
  return linear(ctx.at("value"), x, { units }).mul(linear(ctx.at("gate"), x, { units }).sigmoid());
}

// A net is an encoder and a decoder. Its options are a schema: what `build` gets is typed by it, and what a user asks for
// is checked by it. `ctx.at(name)` gives every layer's parameters a name of their own.
nets.register(
  net({
    name: "gated",
    summary: "fully connected, gated linear units",
    options: z.strictObject({ hidden: z.int().positive().default(200).describe("units of the hidden layer") }),
    peakLearningRate: 4e-3,
    build({ hidden }, fields, outputs) {
      const picture = pictureOf(fields, outputs);
      const { name, size } = picture.field;
      return {
        encoder: (ctx, record) => ({ [name]: gated(ctx.at("hidden"), rowsOf(record[name]), hidden) }),
        decoder(ctx, latent) {
          const h = gated(ctx.at("hidden"), latent("z"), hidden);
          const out = { units: size * picture.output.perValue, bias: valueBias(ctx, picture) };
          return { [name]: linear(ctx.at(name), h, out) };
        },
      };
    },
  }),
);

/** |l|, kept away from 0, where the formulas below are 0 / 0. */
const awayFromZero = (l: Tensor): Tensor => l.square().add(1e-4).sqrt();

/**
 * Bernoulli for grey values that is a true density on 0..1 (Loaiza-Ganem & Cunningham 2019, "The continuous Bernoulli"):
 * with logit l, log p(x) = x l - log(1 + e^l) + log(l / tanh(l / 2)). `sample` inverts its distribution function.
 */
export const greyBernoulli = distribution("grey-bernoulli", ["logits"], {
  logProb(x, { logits }) {
    const l = awayFromZero(logits);
    return l.div(l.mul(0.5).tanh()).log().sub(logits.sigmoidCrossEntropy(x));
  },
  noise: "uniform",
  sample: ({ logits }, u) => logits.exp().sub(1).mul(u).add(1).log().div(logits.add(1e-4)),
  support: "real",
  // 1 / (1 - e^-l) - 1 / l, written as 1/2 plus what is odd in l.
  mean({ logits }) {
    const l = awayFromZero(logits);
    const half = l.mul(0.5);
    return logits.div(l).mul(half.tanh().reciprocal().mul(0.5).sub(l.reciprocal())).add(0.5);
  },
  mode: ({ logits }) => logits.sigmoid(),
  kl: {},
  examples: [{ logits: 0.5 }, { logits: -20 }],
});

/** Beyond these logits a grey value is 0 or 1 to every digit that is shown. */
const MAX_LOGIT = 30;

// A likelihood makes a distribution of what the decoder puts out.
likelihoods.register(
  likelihood({
    name: "grey-bernoulli",
    summary: "continuous Bernoulli, for grey pictures",
    options: z.strictObject({}),
    fieldKinds: ["image"],
    output: { perValue: 1, bias: (mean) => Float32Array.from(mean, logit) },
    isDensity: true,
    discretised: false,
    build: (_ctx, _options, out) => greyBernoulli({ logits: out.clip(-MAX_LOGIT, MAX_LOGIT) }),
  }),
);

// A check is what the doctor looks for: null, or a finding with its evidence, a reference and a remedy.
const LEAST_RECORDS = 50;
const fewRecords = check({
  name: "few-records",
  summary: "hardly more records than latents",
  needs: [],
  look({ path, config: { data, latent } }) {
    const share = data.count / latent;
    if (share >= LEAST_RECORDS) return null;
    return {
      code: "few-records",
      severity: "warning",
      problem: "The model saw hardly more records than it has latents.",
      evidence: `${data.count} records for ${latent} latents: ${share.toFixed(0)} for each`,
      reference: `at least ${LEAST_RECORDS} for each`,
      remedy: `vaekit fit DATA --out ${path} --latent ${Math.max(1, Math.floor(data.count / LEAST_RECORDS))}`,
    };
  },
});
checks.register(fewRecords);
