/** A likelihood that is not for data of this kind; each likelihood says of itself what it does not suit. */

import { fieldsOf } from "../../fields/list.js";
import { likelihoods } from "../../model/list.js";
import { fitCommand } from "./command.js";
import { check } from "./finding.js";

export const wrongLikelihood = check({
  name: "wrong-likelihood",
  summary: "a likelihood that is not for this kind of data",
  needs: ["profile"],
  foresees: true,
  look(patient, { profile }) {
    const { config } = patient;
    for (const field of fieldsOf(config.schema)) {
      const facts = profile[field.name];
      const misfit = facts && likelihoods.get(config.likelihoods[field.name].name).misfit;
      const found = misfit?.(facts, field, config.training.binarize === true);
      if (!found) continue;
      return {
        code: "wrong-likelihood",
        severity: "warning",
        problem: found.problem,
        evidence: `field ${field.name}: ${found.got}`,
        reference: found.expected,
        remedy: `Take one that suits: ${fitCommand(patient, { likelihood: found.better })}`,
      };
    }
    return null;
  },
});
