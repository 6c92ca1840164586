/** An aggregate posterior far from the prior: samples from the prior then lie where no record does (Hoffman & Johnson 2016). */

import { priors } from "../../model/list.js";
import { standardNormalPrior } from "../../model/priors/standard-normal.js";
import { fitCommand } from "./command.js";
import { check } from "./finding.js";

/** Nats by which mean and covariance alone tell codes from prior draws, per latent that is in use; see docs/numbers.md. */
const NOTICE_PER_LATENT = 0.05;
const WARNING_PER_LATENT = 0.5;

export const aggregatePosterior = check({
  name: "aggregate-posterior",
  summary: "codes that do not lie where the prior draws",
  needs: ["checkup", "latents"],
  look(patient, { checkup, latents }) {
    if (patient.config.prior.name !== standardNormalPrior.name) return null; // N(0, I) is not what it draws from
    const divergence = checkup.aggregateDivergence;
    const count = latents.kl.length;
    if (divergence <= NOTICE_PER_LATENT * count) return null;
    return {
      code: "aggregate-posterior",
      severity: divergence > WARNING_PER_LATENT * count ? "warning" : "notice",
      problem: "The codes of records do not lie where the prior draws: samples look worse than reconstructions.",
      evidence: `${divergence.toFixed(2)} nats between N(0, I) and the codes' mean and covariance, ${count} latents`,
      reference: `at most ${(NOTICE_PER_LATENT * count).toFixed(1)} nats (${NOTICE_PER_LATENT} a latent)`,
      remedy: priors.has("mixture")
        ? `Fit a prior to the codes: ${fitCommand(patient, { prior: "mixture" })}`
        : `Give the KL term more weight: ${fitCommand(patient, { beta: 2 })}`,
    };
  },
});
