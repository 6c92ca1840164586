/** A warm-up that training did not live to see the end of: the KL term never had its weight (Bowman et al. 2016). */

import { fitCommand } from "./command.js";
import { check } from "./finding.js";

/** The last epoch's beta may miss its final value by this share: the value told is that of the epoch's last step. */
const TOLERANCE = 0.01;

export const warmup = check({
  name: "beta-never-reached",
  summary: "a warm-up longer than the training",
  needs: ["epochs"],
  look(patient, { epochs }) {
    const { objective, training } = patient.config;
    const target = Number(objective.beta ?? 1);
    const last = epochs[epochs.length - 1];
    if (last.beta >= target * (1 - TOLERANCE)) return null;
    const length = Number(training.warmup ?? 0);
    return {
      code: "beta-never-reached",
      severity: "fault",
      problem:
        "Training ended during the warm-up: the KL term never had its full weight, and samples come from places where no record lies.",
      evidence: `beta ${last.beta.toFixed(2)} after epoch ${last.epoch} of a warm-up of ${length} epochs`,
      reference: `beta ${target}, some epochs before the end`,
      remedy: `End the warm-up within the first fifth: ${fitCommand(patient, {
        warmup: Math.max(1, Math.floor(last.epoch / 5)),
      })}`,
    };
  },
});
