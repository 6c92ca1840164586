/**
 * A collapse that can be told before training: a decoder so wide that no direction of the data is worth a latent. In a linear
 * VAE a latent stays active where the data's variance along it is above the decoder's, beta times sigma^2 (Lucas et al. 2019,
 * "Don't Blame the ELBO!", section 4.1; beta scales the KL, which is as if it scaled the variance).
 */

import { likelihoods } from "../../model/list.js";
import { fitCommand } from "./command.js";
import { check } from "./finding.js";

export const collapseForeseen = check({
  name: "collapse-foreseen",
  summary: "a decoder wider than the data's largest principal variance",
  needs: ["profile"],
  foresees: true,
  look(patient, { profile }) {
    const { config } = patient;
    const beta = Number(config.objective.beta ?? 1);
    for (const [name, { largestEigenvalue }] of Object.entries(profile)) {
      const { name: likelihood, ...options } = config.likelihoods[name];
      const variance =
        likelihoods.get(likelihood).spread?.fixed(options) ?? config.checkup?.fields[name]?.variance ?? null;
      if (variance === null || beta * variance <= largestEigenvalue) continue;
      const scaled = beta === 1 ? "" : `beta ${beta} times `;
      return {
        code: "collapse-foreseen",
        severity: "fault",
        problem: "The decoder is wider than the data: no latent can pay for itself, so that all of them collapse.",
        evidence: `${scaled}variance ${short(variance)} of p(x|z) (sigma ${short(Math.sqrt(variance))}), field ${name}`,
        reference: `below ${short(largestEigenvalue)}, the largest eigenvalue of the data's covariance`,
        remedy: `Let sigma be learned, at beta 1: ${fitCommand(patient, { likelihood: "normal", beta: null })}`,
      };
    }
    return null;
  },
});

/** Three digits that say something. */
function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
