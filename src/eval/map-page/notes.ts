/** The small print of a map: which model, which records, what is seen. */

import type { ModelConfig } from "../../model/config.js";
import { VERSION } from "../../version.js";
import type { Projected } from "../projections/projection.js";

export interface MapProtocol {
  readonly projected: Projected;
  /** Records that were asked for at most, the seed that chose them, and how many there were. */
  readonly limit: number;
  readonly seed: number;
  readonly count: number;
  /** Whether the page shows what the decoder makes of places. */
  readonly decodes: boolean;
}

/** A paragraph each. */
export function mapNotes(config: ModelConfig, { projected, limit, seed, count, decodes }: MapProtocol): string[] {
  const likelihoods = [...new Set(Object.values(config.likelihoods).map(({ name }) => name))].join(" and ");
  const { epochs } = config.training;
  const trained = typeof epochs === "number" ? `${epochs} ${epochs === 1 ? "epoch" : "epochs"} of ` : "";
  const records = config.data.count.toLocaleString("en");
  const chosen = count < limit ? "all records" : `at most ${limit.toLocaleString("en")} records, drawn by seed ${seed}`;
  return [
    `Model: ${config.net.name} net, ${config.latent} latents, ${config.prior.name} prior, ${likelihoods} likelihood, trained for ${trained}${shortName(config.data.name)} (${records} records).`,
    `Dots: posterior means of ${chosen}; ${projected.how}.`,
    decodes ? `Decoder: its mean for ${projected.inverse}. Hatched: no record near.` : "Hatched: no record near.",
    `vaekit ${VERSION}`,
  ];
}

/** A data set's name without the folders it lies in, which are nobody else's business. @example "/home/me/cats/" -> "cats" */
export function shortName(name: string): string {
  return name.replace(/[\\/]+$/, "").replace(/^.*[\\/]/s, "") || name;
}
