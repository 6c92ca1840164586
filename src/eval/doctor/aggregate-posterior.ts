/** An aggregate posterior far from the prior: samples from the prior then lie where no record does (Hoffman & Johnson 2016). */

import { priors } from "../../model/list.js";
import { standardNormalPrior } from "../../model/priors/standard-normal.js";
import { fitCommand } from "./command.js";
import { check } from "./finding.js";

/**
 * The mean KL is what codes tell of their records plus KL(q(z) || p(z)) (Hoffman & Johnson 2016, eq. 6), of which mean and
 * covariance show a part. e^-nats is about the share of the prior's draws that look like codes: a nat is no matter. When half
 * of the KL is spent in this way, the prior and the codes have little to do with each other.
 */
const NOTICE = { nats: 1, share: 0.05 };
const WARNING = { nats: 4, share: 0.5 };

export const aggregatePosterior = check({
  name: "aggregate-posterior",
  summary: "codes that do not lie where the prior draws",
  needs: ["checkup", "latents"],
  look(patient, { checkup, latents }) {
    if (patient.config.prior.name !== standardNormalPrior.name) return null; // N(0, I) is not what it draws from
    const divergence = checkup.aggregateDivergence;
    const kl = latents.kl.reduce((sum, value) => sum + value, 0);
    const limit = ({ nats, share }: typeof NOTICE): number => Math.max(nats, share * kl);
    if (divergence <= limit(NOTICE)) return null;
    return {
      code: "aggregate-posterior",
      severity: divergence > limit(WARNING) ? "warning" : "notice",
      problem: "The codes of records do not lie where the prior draws: samples look worse than reconstructions.",
      evidence: `${divergence.toFixed(2)} nats from N(0, I) to the codes by their mean and covariance, of a KL of ${kl.toFixed(1)}`,
      reference: `at most ${limit(NOTICE).toFixed(1)} nats`,
      remedy: priors.has("mixture")
        ? `Fit a prior to the codes: ${fitCommand(patient, { prior: "mixture" })}`
        : `Give the KL term more weight: ${fitCommand(patient, { beta: 2 })}`,
    };
  },
});
