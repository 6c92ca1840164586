/** Real rows in two halves, so that copies of one of them are told: rows trained on and rows kept aside, where they are known. */

import type { Dataset } from "../../data/dataset.js";
import { sampleIndices, splitIndices } from "../../data/split.js";
import { subset } from "../../data/subset.js";
import { type Halves, halved } from "../../eval/tables/privacy.js";
import { type Rows, readRows } from "../../eval/tables/rows.js";
import type { ModelConfig } from "../../model/config.js";
import { TrainingOptions } from "../../train/options.js";

/** At most so many on either side: all pairs are looked at. */
const MAX_ROWS = 5000;
/** Fewer rows kept aside say nothing. */
const LEAST_ASIDE = 100;

/** Of `dataset`, where the model was trained on it; else `real` in two. */
export async function halvesOf(dataset: Dataset, config: ModelConfig, real: Rows, seed: number): Promise<Halves> {
  const { valid, seed: drawn } = TrainingOptions.parse(config.training);
  const { fingerprint, count } = config.data;
  if (dataset.fingerprint !== fingerprint || dataset.count !== count) return halved(real, seed);
  const split = splitIndices(count, valid, drawn);
  const [trained, aside] = [split.train, split.valid].map((records) => subset(dataset, records));
  return (await sidesOf(trained, aside, real.fields, seed)) ?? halved(real, seed);
}

/** Null where too few rows were kept aside. */
export async function sidesOf(
  trained: Dataset,
  aside: Dataset,
  fields: Rows["fields"],
  seed: number,
): Promise<Halves | null> {
  const size = Math.min(MAX_ROWS, trained.count, aside.count);
  if (size < LEAST_ASIDE) return null;
  const side = (data: Dataset) => readRows(data, fields, sampleIndices(data.count, size, seed));
  return {
    a: await side(trained),
    b: await side(aside),
    learned: true,
    how: `A are ${size.toLocaleString("en")} rows trained on, B as many kept aside`,
  };
}
