/** The negative evidence lower bound: reconstruction plus beta times KL, with optional free bits. */

import * as z from "zod";
import type { Tensor } from "../../graph/ops.js";
import type { Objective } from "../parts.js";

const options = z.strictObject({
  beta: z.number().min(0).default(1).describe("weight of the KL term (Higgins et al. 2017)"),
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
  couplesRecords: false,
  losses(ctx, { freeBits }, model, record) {
    const { groups, likelihoods } = model.trace(ctx, record);
    const reconstruction = Object.values(likelihoods)
      .map(({ logProb }) => logProb.mean().neg())
      .reduce((a, b) => a.add(b));
    const kl = total(groups.map((group) => (group.kl ? group.kl.sum(-1) : group.logq.sub(group.logp)).mean()));
    const paid =
      freeBits === 0
        ? kl
        : total(
            groups.map((group) =>
              group.kl ? group.kl.mean(0).maximum(freeBits).sum() : group.logq.sub(group.logp).mean(),
            ),
          );
    return { vae: { loss: reconstruction.add(paid.mul(ctx.scalar(BETA))), terms: { reconstruction, kl } } };
  },
};

function total(terms: readonly Tensor[]): Tensor {
  return terms.reduce((a, b) => a.add(b));
}
