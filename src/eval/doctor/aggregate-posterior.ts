/** An aggregate posterior far from the prior: samples from the prior then lie where no record does (Hoffman & Johnson 2016). */

import { priors } from "../../model/list.js";
import { standardNormalPrior } from "../../model/priors/standard-normal.js";
import { fitCommand } from "./command.js";
import { check } from "./finding.js";

/**
 * Nats by which mean and covariance alone tell codes from prior draws: e^-nats is about the share of the prior's draws that
 * look like codes. Models that sample well have up to a nat, or a twentieth a latent.
 */
const NOTICE = { nats: 1, perLatent: 0.05 };
const WARNING = { nats: 4, perLatent: 0.2 };

export const aggregatePosterior = check({
  name: "aggregate-posterior",
  summary: "codes that do not lie where the prior draws",
  needs: ["checkup", "latents"],
  look(patient, { checkup, latents }) {
    if (patient.config.prior.name !== standardNormalPrior.name) return null; // N(0, I) is not what it draws from
    const divergence = checkup.aggregateDivergence;
    const count = latents.kl.length;
    const above = ({ nats, perLatent }: typeof NOTICE): number => Math.max(nats, perLatent * count);
    if (divergence <= above(NOTICE)) return null;
    return {
      code: "aggregate-posterior",
      severity: divergence > above(WARNING) ? "warning" : "notice",
      problem: "The codes of records do not lie where the prior draws: samples look worse than reconstructions.",
      evidence: `${divergence.toFixed(2)} nats between N(0, I) and the codes' mean and covariance, ${count} latents`,
      reference: `at most ${above(NOTICE).toFixed(1)} nats`,
      remedy: priors.has("mixture")
        ? `Fit a prior to the codes: ${fitCommand(patient, { prior: "mixture" })}`
        : `Give the KL term more weight: ${fitCommand(patient, { beta: 2 })}`,
    };
  },
});
