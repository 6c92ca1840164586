/** The prior that is a Gaussian mixture fitted to the codes of the training records once the rest is trained. */

import * as z from "zod";
import { gaussianMixture } from "../../dist/mixture.js";
import { VaekitError } from "../../errors.js";
import { zeros } from "../../nn/init.js";
import type { Prior } from "../parts.js";

/** More were never better in trials, and more codes would be needed to shape them. */
export const MAX_COMPONENTS = 1000;

const options = z.strictObject({
  components: z
    .union([z.literal("auto"), z.int().min(1).max(MAX_COMPONENTS)])
    .default("auto")
    .describe("Gaussians, each with a covariance of its own; auto goes by the number of codes"),
});
export type MixtureOptions = z.infer<typeof options>;

/**
 * sum_k pi_k N(mu_k, Sigma_k) in place of N(0, I) as p(z), where the aggregate posterior is far from it: an ex-post density
 * (Ghosh et al. 2020, section 4). Fitted by expectation maximisation, not by gradients.
 */
export const mixturePrior: Prior<MixtureOptions> = {
  name: "mixture",
  summary: "Gaussian mixture fitted to the codes after training",
  options,
  fit: "after",
  build(ctx, { components }, { size, context }) {
    if (context)
      throw new VaekitError("E_CONFIG", "a mixture cannot depend on latents above it", "Choose prior standard-normal.");
    if (components === "auto") throw new VaekitError("E_CONFIG", "this mixture was not fitted to codes yet");
    return gaussianMixture({
      logits: ctx.param("logits", [components], zeros),
      mu: ctx.param("mu", [components, size], zeros),
      axes: ctx.param("axes", [components, size, size], zeros),
      logscale: ctx.param("logscale", [components, size], zeros),
    });
  },
  python: [
    'shares = np.exp(prior["logits"].astype(float))',
    "which = np.random.choice(len(shares), 4, p=shares / shares.sum())",
    'spread = np.random.randn(4, mu.shape[1], 1) * np.exp(prior["logscale"][which])[..., None]',
    'noise = (prior["mu"][which] + (prior["axes"][which] @ spread)[..., 0]).astype(np.float32)',
  ],
  async estimate(codes, options, means) {
    const { estimateMixture } = await import("./mixture-estimate.js");
    return estimateMixture(codes, options, means);
  },
};
