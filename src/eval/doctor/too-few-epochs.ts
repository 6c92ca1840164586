/** Training that stopped while the loss was still falling. */

import { fitCommand } from "./command.js";
import { check } from "./finding.js";
import { atFullBeta } from "./overfitting.js";

/** The end of training that is looked at, as a share of its epochs. */
const LAST_PART = 0.25;
/**
 * What may still be learned in that part, as a share of all that was learned since the first epoch. A rate that comes down
 * makes every loss fall at the end, however long the run: a schedule that anneals is allowed more.
 */
const MOST_FALL = { constant: 0.05, annealed: 0.25 };
/** From fewer epochs nothing can be told. */
const LEAST_EPOCHS = 3;
const MORE = 2;

export const tooFewEpochs = check({
  name: "too-few-epochs",
  summary: "a loss that was still falling when training ended",
  needs: ["epochs"],
  look(patient, { epochs: all }) {
    const { objective, training } = patient.config;
    const epochs = atFullBeta(all, Number(objective.beta ?? 1));
    if (epochs.length < LEAST_EPOCHS) return null;
    const losses = epochs.map(({ train, validation }) => (validation ?? train).loss);
    const last = losses.length - 1;
    const part = Math.max(1, Math.round(LAST_PART * epochs.length));
    const fall = losses[last - part] - losses[last];
    const total = losses[0] - losses[last];
    const most = training.schedule === "constant" ? MOST_FALL.constant : MOST_FALL.annealed;
    if (total <= 0 || fall <= most * total) return null;
    return {
      code: "too-few-epochs",
      severity: "notice",
      problem: "The loss was still falling when training ended.",
      evidence: `${fall.toFixed(2)} nats in the last ${part} of ${epochs.length} epochs, ${((100 * fall) / total).toFixed(0)} % of all since the first`,
      reference: `at most ${most * 100} %`,
      remedy: `Train longer: ${fitCommand(patient, { epochs: MORE * epochs[last].epoch })}`,
    };
  },
});
