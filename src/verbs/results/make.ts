/** Looks at a model that has just been trained: measures it, then makes every result of the list. */

import type { Dataset } from "../../data/dataset.js";
import { sampleIndices, splitIndices } from "../../data/split.js";
import { subset } from "../../data/subset.js";
import { measure } from "../../eval/doctor/measure.js";
import type { EpochRecord } from "../../eval/history.js";
import { latentStatistics } from "../../eval/latents.js";
import type { Host } from "../../host.js";
import type { ModelConfig } from "../../model/config.js";
import { openRunner } from "../../model/open.js";
import type { Weight } from "../../model/runner.js";
import type { Engine } from "../../runtime/engine.js";
import { TrainingOptions } from "../../train/options.js";
import { formOf } from "../forms/list.js";
import { encodeRecords } from "../pictures.js";
import { results } from "./list.js";

/** Records whose posteriors are looked at: enough for means and variances, and done in a second. */
const MEASURED = 2000;

export interface Looked {
  /** With what was measured. */
  readonly config: ModelConfig;
  /** Files for the model folder. */
  readonly files: Readonly<Record<string, Uint8Array | string>>;
  /** What could not be made, and why: no picture is worth a model that took hours. */
  readonly notices: readonly string[];
}

/** The records are of those that were kept aside, where there are any; `path` is how commands shall call the model. */
export async function makeResults(
  config: ModelConfig,
  weights: ReadonlyMap<string, Weight>,
  data: Dataset,
  history: readonly EpochRecord[],
  engine: Engine,
  host: Host,
  path = "MODEL",
): Promise<Looked> {
  const { seed, valid, private: isPrivate } = TrainingOptions.parse(config.training);
  const split = splitIndices(data.count, valid, seed);
  const isAside = split.valid.length > 0;
  const shown = isAside ? subset(data, split.valid) : data;
  const runner = await openRunner(config, weights, engine);
  try {
    const measured = sampleIndices(shown.count, MEASURED, seed);
    const { mu, logvar } = await encodeRecords(runner, shown, measured);
    const form = formOf(config);
    const checkup =
      (await measure(runner, data, { seed, split, drawn: await form.drawn(runner, { seed }) })) ?? undefined;
    const known = { ...config, latents: latentStatistics(mu, logvar, runner.latent), checkup };
    const records = { data: shown, training: isAside ? subset(data, split.train) : data, isAside };
    const measurement = { config: known, weights, runner, ...records, measured, mu, logvar, history, seed };
    const context = { ...measurement, engine, host, path, isPrivate };
    let files: Looked["files"] = {};
    const notices: string[] = [];
    for (const { name, make, form: own = form.name } of results) {
      if (own !== form.name) continue;
      try {
        files = { ...files, ...(await make({ ...context, files })) };
      } catch (error) {
        notices.push(`${name} could not be made: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return { config: known, files, notices };
  } finally {
    await runner.dispose();
  }
}
