/** Over-fitting: the training loss goes on falling while that of records kept aside rises, or stays far behind. */

import type { EpochRecord } from "../history.js";
import { fitCommand } from "./command.js";
import { check, type Facts, type Finding } from "./finding.js";

/** Epochs since the best one before a rise is more than chance. */
const LEAST_STALE = 3;
/** The best epoch lies long before the end when this share of the epochs came after it. */
const STALE_SHARE = 0.2;
/** A rise counts from this share of all that the validation loss fell since the first epoch, or of the KL if that is more. */
const LEAST_RISE = 0.02;
/** A gap between training and validation counts from this share of the KL, which is what the latents tell of a record. */
const LEAST_GAP = 0.5;
/** And it has grown by this share of it since a quarter of the run: what chance put aside is hard from the start. */
const LEAST_GROWTH = 0.25;
/** With less KL, in nats, there is nothing that could be known by heart. */
const LEAST_KL = 1;
/** Of fewer records kept aside a mean says little. */
const LEAST_ASIDE = 20;

export const overfitting = check({
  name: "over-fitting",
  summary: "a validation loss that rises, or stays behind, while the training loss falls",
  needs: ["validated"],
  look(patient, { validated }) {
    const { config } = patient;
    const epochs = atFullBeta(validated, Number(config.objective.beta ?? 1));
    if (epochs.length < LEAST_STALE + 1) return null;
    const best = epochs.reduce((a, b) => (b.validation.loss < a.validation.loss ? b : a));
    const last = epochs[epochs.length - 1];
    const found = riseOf(epochs, best, last) ?? gapOf(epochs, Number(config.training.valid ?? 0) * config.data.count);
    if (!found) return null;
    return {
      code: "over-fitting",
      ...found,
      remedy: `More records help most; else fewer latents, or an end in time: ${fitCommand(patient, {
        latent: Math.max(1, Math.round(config.latent / 2)),
        patience: PATIENCE,
      })}`,
    };
  },
});

const PATIENCE = 5;
type Validated = Facts["validated"][number];
type Found = Pick<Finding, "severity" | "problem" | "evidence" | "reference">;
const nats = (value: number): string => value.toFixed(2);

function riseOf([first]: readonly Validated[], best: Validated, last: Validated): Found | null {
  const stale = last.epoch - best.epoch;
  if (stale < Math.max(LEAST_STALE, STALE_SHARE * (last.epoch - first.epoch + 1))) return null;
  const rise = last.validation.loss - best.validation.loss;
  const fall = first.validation.loss - best.validation.loss;
  const least = LEAST_RISE * Math.max(fall, best.validation.kl);
  if (last.train.loss >= best.train.loss || rise <= least) return null;
  return {
    severity: "warning",
    problem: `The model learns its records by heart: since epoch ${best.epoch}, whose weights were kept, only the training loss falls.`,
    evidence: `epoch ${best.epoch} to ${last.epoch}: validation ${nats(best.validation.loss)} to ${nats(last.validation.loss)} nats, training ${nats(best.train.loss)} to ${nats(last.train.loss)}`,
    reference: `a rise of at most ${nats(least)} nats`,
  };
}

function gapOf(epochs: readonly Validated[], aside: number): Found | null {
  if (aside < LEAST_ASIDE || !isFarBehind(epochs)) return null;
  const { epoch, train, validation } = epochs[epochs.length - 1];
  const gap = validation.loss - train.loss;
  return {
    severity: gap > validation.kl ? "warning" : "notice", // while validation does not rise, training on does no harm
    problem: "The model knows its records much better than others like them: it has learned some by heart.",
    evidence: `epoch ${epoch}: validation ${nats(validation.loss)} nats, training ${nats(train.loss)}, a gap of ${nats(gap)}`,
    reference: `a gap of at most ${nats(LEAST_GAP * validation.kl)} nats, ${LEAST_GAP * 100} % of the KL`,
  };
}

/** Whether training has left validation so far behind that more of it would not help. */
export function isFarBehind(epochs: readonly EpochRecord[]): boolean {
  const [early, last] = [epochs[Math.floor(epochs.length / 4)], epochs[epochs.length - 1]];
  if (!early?.validation || !last?.validation || last.validation.kl < LEAST_KL) return false;
  const gap = last.validation.loss - last.train.loss;
  const growth = gap - (early.validation.loss - early.train.loss);
  return gap > LEAST_GAP * last.validation.kl && growth > LEAST_GROWTH * last.validation.kl;
}

/** Epochs after warm-up: during it the loss rises because the KL term does. */
export function atFullBeta<Epoch extends EpochRecord>(epochs: readonly Epoch[], beta: number): Epoch[] {
  return epochs.filter((epoch) => epoch.beta >= beta);
}
