/** Real rows in two halves, so that copies of one of them are told: rows trained on and rows kept aside, where they are known. */

import type { Dataset } from "../../data/dataset.js";
import { sampleIndices, splitIndices } from "../../data/split.js";
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
  const isTrainingData = dataset.fingerprint === fingerprint && dataset.count === count;
  const split = isTrainingData ? splitIndices(count, valid, drawn) : null;
  return (split && (await sidesOf(dataset, split, real.fields, seed))) ?? halved(real, seed);
}

/** Null where too few rows were kept aside. */
export async function sidesOf(
  dataset: Dataset,
  { train, valid }: { readonly train: Uint32Array; readonly valid: Uint32Array },
  fields: Rows["fields"],
  seed: number,
): Promise<Halves | null> {
  const size = Math.min(MAX_ROWS, train.length, valid.length);
  if (size < LEAST_ASIDE) return null;
  const side = (rows: Uint32Array) =>
    readRows(
      dataset,
      fields,
      sampleIndices(rows.length, size, seed).map((i) => rows[i]),
    );
  return {
    a: await side(train),
    b: await side(valid),
    how: `${size.toLocaleString("en")} rows trained on, as many kept aside`,
  };
}
