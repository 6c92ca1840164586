/** Looks at a model that has just been trained: measures its latents, then makes every result of the list. */

import type { Dataset } from "../../data/dataset.js";
import { sampleIndices, splitIndices } from "../../data/split.js";
import { subset } from "../../data/subset.js";
import type { EpochRecord } from "../../eval/history.js";
import { latentStatistics } from "../../eval/latents.js";
import type { Host } from "../../host.js";
import type { ModelConfig } from "../../model/config.js";
import { openRunner } from "../../model/open.js";
import type { Weight } from "../../model/runner.js";
import type { Engine } from "../../runtime/engine.js";
import { TrainingOptions } from "../../train/options.js";
import { encodeRecords } from "../pictures.js";
import { results } from "./list.js";

/** Records whose posteriors are looked at: enough for means and variances, and done in a second. */
const MEASURED = 2000;

export interface Looked {
  /** With what was measured. */
  readonly config: ModelConfig;
  /** Files for the model folder. */
  readonly files: Readonly<Record<string, Uint8Array | string>>;
}

/** The records are of those that were kept aside, where there are any. */
export async function makeResults(
  config: ModelConfig,
  weights: ReadonlyMap<string, Weight>,
  data: Dataset,
  history: readonly EpochRecord[],
  engine: Engine,
  host: Host,
): Promise<Looked> {
  const { seed, valid } = TrainingOptions.parse(config.training);
  const aside = splitIndices(data.count, valid, seed).valid;
  const isAside = aside.length > 0;
  const shown = isAside ? subset(data, aside) : data;
  const runner = await openRunner(config, weights, engine);
  try {
    const measured = sampleIndices(shown.count, MEASURED, seed);
    const { mu, logvar } = await encodeRecords(runner, shown, measured);
    const known = { ...config, latents: latentStatistics(mu, logvar, runner.latent) };
    const context = { config: known, weights, runner, data: shown, isAside, measured, mu, logvar, history, seed, host };
    let files: Looked["files"] = {};
    for (const result of results) files = { ...files, ...(await result.make({ ...context, files })) };
    return { config: known, files };
  } finally {
    await runner.dispose();
  }
}
