/** Conformal p-values: how strange a score is among the scores of records that the model was not trained on. */

import type { Calibration } from "../store/calibration.js";

/**
 * (1 + #{calibration scores >= nats}) / (n + 1). For a record drawn like the n calibration records the chance of a
 * p-value of at most a is at most a, whatever the model (Vovk, Gammerman & Shafer 2005, section 2.3; Bates et al. 2023).
 * `ascending` are the calibration scores, sorted.
 */
export function conformalP(ascending: readonly number[], nats: number): number {
  let low = 0;
  let high = ascending.length; // the first score that is not below `nats` lies in low..high
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] < nats) low = middle + 1;
    else high = middle;
  }
  const atLeast = Number.isNaN(nats) ? 0 : ascending.length - low;
  return (1 + atLeast) / (ascending.length + 1);
}

/** Why scores of this many samples get no p-value by this calibration; null where they do. */
export function whyUncalibrated(calibration: Calibration | null, samples: number): string | null {
  if (!calibration)
    return "no p-values: this model has no calibration, which needs records kept aside in training (fit --valid above 0)";
  const { samples: calibrated } = calibration.protocol;
  return samples === calibrated
    ? null
    : `no p-values: the model is calibrated for ${calibrated} samples a record, the scores are of ${samples}`;
}
