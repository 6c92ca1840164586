/** A learned spread that rests on its bound: it wants to go where it is not let, and the likelihood is not what it says. */

import { likelihoods } from "../../model/list.js";
import { fitCommand } from "./command.js";
import { check } from "./finding.js";

/** Of all values. Some pixels may rest there in health: a border that is always black needs no width at all. */
const MOST_AT_BOUND = 0.5;

export const sigmaBound = check({
  name: "sigma-at-bound",
  summary: "a learned sigma that rests on its bound",
  needs: ["checkup"],
  look(patient, { checkup }) {
    for (const [name, { atLeast, atMost, residual }] of Object.entries(checkup.fields)) {
      const { name: likelihood, ...options } = patient.config.likelihoods[name];
      const { spread } = likelihoods.get(likelihood);
      if (!spread || spread.fixed(options) !== null) continue;
      const share = Math.max(atLeast, atMost);
      if (share <= MOST_AT_BOUND) continue;
      const low = atLeast >= atMost;
      return {
        code: "sigma-at-bound",
        severity: "warning",
        problem: low
          ? "The decoder's spread rests on its smallest value: the pictures have fewer levels than it is made for, or the model knows its records by heart."
          : "The decoder's spread rests on its largest value: it has given up explaining these values.",
        evidence: `${percent(share)} of the values of ${name} at ${spread.parameter} ${(low ? spread.least : spread.most).toFixed(2)}, residual ${Math.sqrt(residual).toPrecision(2)} rms`,
        reference: `at most ${percent(MOST_AT_BOUND)}`,
        remedy: low
          ? `Look for copies and for pictures of few levels; fewer latents know less by heart: ${fitCommand(patient, {
              latent: Math.max(1, Math.round(patient.config.latent / 2)),
            })}`
          : `Give it one sigma for all values, and smaller steps: ${fitCommand(patient, {
              likelihood: "normal",
              "learning-rate": 5e-4,
            })}`,
      };
    }
    return null;
  },
});

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}
