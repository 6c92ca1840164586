/** Over-fitting: the training loss goes on falling while that of records kept aside rises. */

import type { EpochRecord } from "../history.js";
import { fitCommand } from "./command.js";
import { check } from "./finding.js";

/** Epochs since the best one before a rise is more than chance. */
const LEAST_STALE = 3;
/** The best epoch lies long before the end when this share of the epochs came after it. */
const STALE_SHARE = 0.2;
/** A rise counts from this share of all that the validation loss fell since the first epoch. */
const LEAST_RISE = 0.02;

export const overfitting = check({
  name: "over-fitting",
  summary: "a validation loss that rises while the training loss falls",
  needs: ["validated"],
  look(patient, { validated }) {
    const epochs = atFullBeta(validated, Number(patient.config.objective.beta ?? 1));
    if (epochs.length < LEAST_STALE + 1) return null;
    const best = epochs.reduce((a, b) => (b.validation.loss < a.validation.loss ? b : a));
    const last = epochs[epochs.length - 1];
    const stale = last.epoch - best.epoch;
    if (stale < Math.max(LEAST_STALE, STALE_SHARE * epochs.length)) return null;
    const rise = last.validation.loss - best.validation.loss;
    const fall = epochs[0].validation.loss - best.validation.loss;
    const trained = best.train.loss - last.train.loss;
    if (trained <= 0 || rise < LEAST_RISE * fall) return null;
    const nats = (value: number): string => value.toFixed(2);
    return {
      code: "over-fitting",
      severity: "warning",
      problem: `The model learns its records by heart: since epoch ${best.epoch} only the training loss falls. The weights kept are those of that epoch.`,
      evidence: `epoch ${best.epoch} to ${last.epoch}: validation ${nats(best.validation.loss)} to ${nats(last.validation.loss)} nats, training ${nats(best.train.loss)} to ${nats(last.train.loss)}`,
      reference: `a rise of at most ${nats(LEAST_RISE * fall)} nats, ${LEAST_RISE * 100} % of what it fell before`,
      remedy: `More data helps most; else stop in time and keep the weights small: ${fitCommand(patient, {
        epochs: Math.max(1, best.epoch),
        optimizer: "adamw",
      })}`,
    };
  },
});

/** Epochs after warm-up: during it the loss rises because the KL term does. */
export function atFullBeta<Epoch extends EpochRecord>(epochs: readonly Epoch[], beta: number): Epoch[] {
  return epochs.filter((epoch) => epoch.beta >= beta);
}
