/** Under which conditions figures were measured: a figure is never shown without them. */

import type { Dataset } from "../data/dataset.js";
import type { ModelConfig, PartConfig } from "../model/config.js";

/** What figures depend on beside the model. */
export interface Protocol {
  readonly data: string;
  readonly fingerprint: string;
  /** How the records were chosen: "all", or "N of M, drawn by the seed". */
  readonly records: string;
  readonly samples: number;
  readonly seed: number;
  /** "as stored", or "binarised once per record". */
  readonly target: string;
  /** p(z) with its options. @example "mixture, components 10" */
  readonly prior: string;
  /** Likelihood by field. */
  readonly likelihoods: Readonly<Record<string, string>>;
  readonly unit: "nats per record";
}

/** The protocol of figures on `records` records of a data set, with `samples` particles each. */
export function protocolOf(
  { training, prior, likelihoods }: ModelConfig,
  { name, fingerprint, count }: Dataset,
  { records, samples, seed }: { readonly records: number; readonly samples: number; readonly seed: number },
): Protocol {
  return {
    data: name,
    fingerprint,
    records: records === count ? "all" : `${records} of ${count}, drawn by the seed`,
    samples,
    seed,
    target: training.binarize === true ? "binarised once per record" : "as stored",
    prior: priorText(prior),
    likelihoods: Object.fromEntries(Object.entries(likelihoods).map(([field, part]) => [field, part.name])),
    unit: "nats per record",
  };
}

function priorText({ name, ...options }: PartConfig): string {
  return [name, ...Object.entries(options).map(([option, value]) => `${option} ${String(value)}`)].join(", ");
}
