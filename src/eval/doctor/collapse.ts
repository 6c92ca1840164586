/** Posterior collapse: latents whose posterior is the prior whatever the record (Bowman et al. 2016; Lucas et al. 2019). */

import { ACTIVE_VARIANCE } from "../active-units.js";
import { activeLatents } from "../latents.js";
import { fitCommand } from "./command.js";
import { check } from "./finding.js";

/** Fewer active latents than this share of all count as a collapse; one is enough of few. */
const LEAST_SHARE = 0.1;
/** With less than this, in nats, the latents tell two kinds of records apart at best. */
const LEAST_KL = 0.5;
/** Epochs, but no more than a quarter of the run. */
const WARMUP = 5;

export const collapse = check({
  name: "posterior-collapse",
  summary: "latents that the decoder does not use",
  needs: ["latents"],
  look(patient, { latents }) {
    if (patient.config.checkup?.latentUse) return null; // told by what the decoder loses, with what helps there
    const count = latents.kl.length;
    const expected = Math.max(1, Math.ceil(LEAST_SHARE * count));
    const active = activeLatents(latents, ACTIVE_VARIANCE).length;
    const kl = latents.kl.reduce((sum, value) => sum + value, 0);
    if (active >= expected && kl >= LEAST_KL) return null;
    const { objective, training } = patient.config;
    const warmup = Math.min(WARMUP, Math.floor(Number(training.epochs ?? 0) / 4));
    return {
      code: "posterior-collapse",
      severity: "fault",
      problem: "The posterior has collapsed to the prior: the decoder ignores the latents.",
      evidence: `${active} of ${count} latents active, KL ${kl.toFixed(2)} nats over ${latents.records} records`,
      reference: `at least ${expected} active (variance of the posterior's mean above ${ACTIVE_VARIANCE}) and ${LEAST_KL} nats`,
      remedy: `Let the KL term come in slowly and cost less at first: ${fitCommand(patient, {
        warmup: warmup || null,
        "free-bits": 0.1,
        beta: Number(objective.beta ?? 1) > 1 ? 1 : null,
      })}`,
    };
  },
});
