/** A model as the doctor sees it: its folder with the history of its training, and what is measured on data. */

import type { Dataset } from "../data/dataset.js";
import { sampleIndices, splitIndices } from "../data/split.js";
import type { Patient } from "../eval/doctor/finding.js";
import { measure } from "../eval/doctor/measure.js";
import { latentStatistics } from "../eval/latents.js";
import { fieldsOf } from "../fields/list.js";
import type { Host } from "../host.js";
import type { ModelConfig } from "../model/config.js";
import type { Runner } from "../model/runner.js";
import { loadModel } from "../store/folder.js";
import { METRICS } from "../store/layout.js";
import { readMetricsLog } from "../store/metrics-log.js";
import { epochsOf } from "../train/events.js";
import { TrainingOptions } from "../train/options.js";
import { factsByField, profileFields } from "../train/plan.js";
import { fitting, formOf } from "./forms/list.js";
import { encodeRecords } from "./pictures.js";

/** Records whose posteriors are looked at, as when training ends. */
const ENCODED = 2000;

/** Errors as `loadModel`. A folder without metrics.jsonl has no history. */
export async function loadPatient(path: string, host: Host): Promise<Patient> {
  const { config, weights } = await loadModel(path, host);
  const history = epochsOf(await readMetricsLog(host.files.join(path, METRICS), host.files));
  return { path, config, weights, history };
}

/** The patient as it is on `data`; what was known of its training stays. E_SHAPE for data of another size. */
export async function measuredOn(
  patient: Patient,
  runner: Runner,
  given: Dataset,
  { seed, signal }: { readonly seed: number; readonly signal?: AbortSignal },
): Promise<Patient> {
  const { config } = patient;
  const data = await fitting(given, config);
  const { mu, logvar } = await encodeRecords(runner, data, sampleIndices(data.count, ENCODED, seed), { signal });
  const { valid, seed: drawn } = TrainingOptions.parse(config.training);
  const split = isTrainingData(data, config) ? splitIndices(data.count, valid, drawn) : null;
  const drawnRecords = await formOf(config).drawn(runner, { seed, signal });
  const checkup = await measure(runner, data, { seed, split, drawn: drawnRecords, signal });
  const fields = config.facts.fields ?? (await profileOf(data, config));
  return {
    ...patient,
    config: {
      ...config,
      facts: { ...config.facts, fields },
      latents: latentStatistics(mu, logvar, runner.latent),
      checkup: checkup ? { ...checkup, copies: checkup.copies ?? config.checkup?.copies ?? null } : undefined,
    },
  };
}

/** The same records in the same order, so that the split of the training is that of this data. */
function isTrainingData({ fingerprint, name, count }: Dataset, { data }: ModelConfig): boolean {
  return count === data.count && (fingerprint === data.fingerprint || name === data.name);
}

async function profileOf(data: Dataset, config: ModelConfig): Promise<ModelConfig["facts"]["fields"]> {
  return factsByField(await profileFields(data, fieldsOf(config.schema), { valid: 0, seed: 0 }));
}
