/** Training that stopped while the loss was still falling. */

import { fitCommand } from "./command.js";
import { check } from "./finding.js";
import { atFullBeta, isFarBehind } from "./overfitting.js";

/** The end of training that is looked at, as a share of its epochs. */
const LAST_PART = 0.25;
/**
 * What may still be learned in that part, as a share of all that was learned since the first epoch. A rate that comes down
 * makes every loss fall at the end, however long the run: a schedule that anneals is allowed more.
 */
const MOST_FALL = { constant: 0.05, annealed: 0.25 };
/** From fewer epochs the fall cannot be judged. */
const LEAST_EPOCHS = 3;
/**
 * A run of fewer steps is short however its loss looks: Adam moves a parameter by no more than about the learning rate a
 * step, 1e-3 to 4e-3, and a decoder's log-variance has some 3 to go.
 */
const LEAST_STEPS = 1000;
const MORE = 2;

export const tooFewEpochs = check({
  name: "too-few-epochs",
  summary: "a loss that was still falling when training ended, or a run of few steps",
  needs: ["epochs"],
  look(patient, { epochs: all }) {
    const { objective, training } = patient.config;
    const { epoch, step } = all[all.length - 1];
    const again = (epochs: number): string => `Train longer: ${fitCommand(patient, { epochs })}`;
    const found = {
      code: "too-few-epochs",
      severity: "notice",
      problem: "Training may have ended too early: more epochs would make the model better.",
    } as const;
    const epochs = atFullBeta(all, Number(objective.beta ?? 1));
    if (epochs.length >= LEAST_EPOCHS) {
      const losses = epochs.map(({ train, validation }) => (validation ?? train).loss);
      const last = losses.length - 1;
      const part = Math.max(1, Math.round(LAST_PART * epochs.length));
      const fall = losses[last - part] - losses[last];
      const total = losses[0] - losses[last];
      const most = training.schedule === "constant" ? MOST_FALL.constant : MOST_FALL.annealed;
      if (total > 0 && fall > most * total)
        return {
          ...found,
          evidence: `the loss still fell ${fall.toFixed(2)} nats in the last ${part} of ${epochs.length} epochs, ${((100 * fall) / total).toFixed(0)} % of all since the first`,
          reference: `at most ${most * 100} %`,
          remedy: again(MORE * epoch),
        };
    }
    if (step >= LEAST_STEPS || isFarBehind(epochs)) return null;
    return {
      ...found,
      evidence: `${step} steps in ${epoch} ${epoch === 1 ? "epoch" : "epochs"}`,
      reference: `at least ${LEAST_STEPS} steps`,
      remedy: again(Math.max(MORE * epoch, Math.ceil((MORE * LEAST_STEPS * epoch) / step))),
    };
  },
});
