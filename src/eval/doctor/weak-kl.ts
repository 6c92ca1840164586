/** A beta below 1: what was maximised is not the ELBO, and the codes need not look like the prior (Higgins et al. 2017). */

import { fitCommand } from "./command.js";
import { check } from "./finding.js";

/** Below this the KL term hardly holds the codes to the prior; above, it is a matter of taste. */
const WEAK = 0.5;

export const weakKl = check({
  name: "weak-kl",
  summary: "a beta below 1",
  needs: [],
  foresees: true,
  look(patient) {
    const beta = Number(patient.config.objective.beta ?? 1);
    if (beta >= 1) return null;
    return {
      code: "weak-kl",
      severity: beta < WEAK ? "warning" : "notice",
      problem:
        "The KL term has less than its weight: the loss is no bound on log p(x), and samples from the prior are off.",
      evidence: `beta ${beta}`,
      reference: "beta 1, the ELBO",
      remedy: `Train with the ELBO: ${fitCommand(patient, { beta: null })}`,
    };
  },
});
