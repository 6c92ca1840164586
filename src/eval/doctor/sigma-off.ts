/**
 * A spread far from what is left to explain. The best variance of p(x|z) is the mean squared residual (Rybkin et al. 2021,
 * "Simple and Effective VAE Training with Calibrated Decoders", eq. 5); a fixed sigma of another size is a hidden beta.
 */

import { likelihoods } from "../../model/list.js";
import { fitCommand } from "./command.js";
import { check } from "./finding.js";

/** sigma may be wrong by this factor: the KL then has a weight of 1/4 to 4 beside the reconstruction. */
const FACTOR = 2;
/** How much longer a learned sigma is given to arrive. */
const LONGER = 4;

export const sigmaOff = check({
  name: "sigma-off",
  summary: "a sigma far from the residual",
  needs: ["checkup"],
  look(patient, { checkup }) {
    const { config } = patient;
    for (const [name, { residual, variance, atLeast, atMost }] of Object.entries(checkup.fields)) {
      // A spread of each value's own is not judged by one residual; one at a bound is found as such.
      const { name: likelihood, ...options } = config.likelihoods[name];
      const { spread } = likelihoods.get(likelihood);
      if (!spread?.shared || variance === null || residual === 0 || atLeast + atMost > 0) continue;
      const ratio = Math.sqrt(variance / residual);
      if (ratio <= FACTOR && ratio >= 1 / FACTOR) continue;
      const wide = ratio > 1;
      const times = (wide ? ratio : 1 / ratio).toFixed(1);
      const follows = wide
        ? "the KL term weighs too much, and pictures come out blurred"
        : "the KL term hardly counts, and samples are off";
      const learned = spread.fixed(options) === null;
      return {
        code: "sigma-off",
        severity: "warning",
        problem: learned
          ? `Training ended before the decoder's sigma arrived at its errors: until then ${follows}.`
          : `The decoder's sigma is much ${wide ? "wider" : "narrower"} than its errors: ${follows}.`,
        evidence: `sigma ${Math.sqrt(variance).toPrecision(2)}, residual ${Math.sqrt(residual).toPrecision(2)} rms over ${checkup.records} records: ${times} times too ${wide ? "wide" : "narrow"}`,
        reference: `within a factor of ${FACTOR}`,
        remedy: learned
          ? `Give it more steps: ${fitCommand(patient, { epochs: LONGER * Number(config.training.epochs ?? 1) })}`
          : `Let sigma be learned: ${fitCommand(patient, { likelihood: "normal" })}`,
      };
    }
    return null;
  },
});
