/** A beta below 1: what was maximised is not the ELBO, and the codes need not look like the prior (Higgins et al. 2017). */

import { fieldsOf } from "../../fields/list.js";
import type { ModelConfig } from "../../model/config.js";
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
    if (beta >= 1 || beta === advisedBeta(patient.config)) return null;
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

/** What training takes for such records by itself, with a prior fitted to their codes afterwards. */
function advisedBeta({ schema, training, likelihoods }: ModelConfig): number | undefined {
  const fields = fieldsOf(schema);
  // What the fields of a table have that have one of several: their own choice, or what was asked for.
  const names = [...new Set(Object.values(likelihoods).map(({ name }) => name))];
  const records = { fields, contamination: Number(training.contamination ?? 0), likelihood: null };
  const asked = names.map((likelihood) => fields[0].kind.training?.({ ...records, likelihood }).beta ?? 1);
  return fields[0].kind.training && Math.min(fields[0].kind.training(records).beta, ...asked);
}
