/** The negative evidence lower bound: reconstruction plus beta times KL, with optional free bits. */

import * as z from "zod";
import type { Tensor } from "../../graph/ops.js";
import type { LatentGroup } from "../compose.js";
import type { Objective } from "../parts.js";

const options = z.strictObject({
  beta: z.number().min(0).default(1).describe("weight of the KL term (Higgins et al. 2017)"),
  trim: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe(
      "share of each batch, the records of the largest loss, that nothing is learned from once warm-up is over",
    ),
  freeBits: z.number().min(0).default(0).describe("nats per latent dimension that cost nothing (Kingma et al. 2016)"),
});

/** The scalar the trainer moves from 0 to beta during warm-up. */
export const BETA = "beta";

/**
 * E[-log p(x|z)] + beta KL(q(z|x) || p(z)), mean over the batch, nats per record (Kingma & Welling 2014, eq. 10).
 * KL is in closed form where there is one, else log q - log p at the samples. With free bits the mean KL of a dimension
 * over the batch counts as at least that many nats (Kingma et al. 2016, eq. 15).
 */
export const elbo: Objective<z.infer<typeof options>> = {
  name: "elbo",
  summary: "reconstruction + beta * KL",
  options,
  couplesRecords: false, // but with trim
  losses(ctx, { beta, freeBits, trim }, model, record) {
    const { groups, likelihoods } = model.trace(ctx, record);
    const weight = ctx.scalar(BETA);
    const perRecord = total(Object.values(likelihoods).map(({ logProb }) => logProb.neg()));
    const klOf = ({ kl, logq, logp }: LatentGroup): Tensor => (kl ? kl.sum(-1) : logq.sub(logp));
    const klPerRecord = total(groups.map(klOf));
    const [reconstruction, kl] = [perRecord.mean(), klPerRecord.mean()];
    const terms = { reconstruction, kl };
    if (trim > 0) {
      const losses = perRecord.add(klPerRecord.mul(weight));
      const isWarm = weight.sub(beta * ALL_BUT).step();
      return { vae: { loss: losses.mul(kept(losses.stop(), trim, isWarm)).mean(), terms } };
    }
    const paid =
      freeBits === 0
        ? kl
        : total(groups.map((group) => (group.kl ? group.kl.mean(0).maximum(freeBits).sum() : klOf(group).mean())));
    return { vae: { loss: reconstruction.add(paid.mul(weight)), terms } };
  },
};

/** Beta has risen when it is more than this share of its end: float32 may miss the last digit. */
const ALL_BUT = 0.999;

/** 1 for records whose loss is not among the largest share `trim`, [B]; for all of them while it is not warm. */
function kept(losses: Tensor, trim: number, isWarm: Tensor): Tensor {
  const larger = losses.expandDims(0).sub(losses.expandDims(1)).step().mean(1); // share of the batch with a larger loss
  const isKept = larger.sub(trim).add(SMALLEST_SHARE).step();
  return isKept.sub(1).mul(isWarm).add(1);
}
/** No batch is so large that one record of it is less. */
const SMALLEST_SHARE = 1e-7;

function total(terms: readonly Tensor[]): Tensor {
  return terms.reduce((a, b) => a.add(b));
}
