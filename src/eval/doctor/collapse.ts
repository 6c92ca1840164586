/** Posterior collapse: latents whose posterior is the prior whatever the record (Bowman et al. 2016; Lucas et al. 2019). */

import { ACTIVE_VARIANCE } from "../active-units.js";
import { activeLatents } from "../latents.js";
import { check } from "./finding.js";

/** Fewer active latents than this share of all count as a collapse. */
const LEAST_SHARE = 0.1;

export const collapse = check({
  name: "posterior-collapse",
  summary: "latents that the decoder does not use",
  needs: ["latents"],
  look({ path, config: { latent } }, { latents }) {
    const active = activeLatents(latents, ACTIVE_VARIANCE).length;
    if (active >= Math.max(1, LEAST_SHARE * latent)) return null;
    const kl = latents.kl.reduce((sum, value) => sum + value, 0);
    return {
      code: "posterior-collapse",
      severity: "fault",
      problem: "The posterior has collapsed to the prior: the decoder ignores the latents.",
      evidence: `${active} of ${latent} latents active, KL ${kl.toFixed(2)} nats over ${latents.records} records`,
      reference: `active: the variance of the posterior's mean is above ${ACTIVE_VARIANCE}; at least ${Math.ceil(Math.max(1, LEAST_SHARE * latent))} expected`,
      remedy: `vaekit fit DATA --out ${path} --warmup 5 --free-bits 0.1`,
    };
  },
});
