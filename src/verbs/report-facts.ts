/** Gathers what a report tells of a model: figures of single records, the map, the doctor's findings, and what its form tells. */

import type { Dataset } from "../data/dataset.js";
import { examine } from "../eval/doctor/list.js";
import type { EpochRecord } from "../eval/history.js";
import { projectionFor } from "../eval/projections/list.js";
import { type RecordTerms, recordTerms } from "../eval/record-terms.js";
import { commandWord } from "../eval/report/command.js";
import type { CodeMap, RecordFigures, ReportFacts } from "../eval/report/facts.js";
import type { Host } from "../host.js";
import type { ModelConfig } from "../model/config.js";
import type { Runner, Weight } from "../model/runner.js";
import type { Calibration } from "../store/calibration.js";
import { VERSION } from "../version.js";
import { formOf } from "./forms/list.js";
import { modelInfo } from "./info.js";

/** A model, and records it was looked at with. */
export interface Looked {
  /** With `latents`. */
  readonly config: ModelConfig;
  readonly weights: ReadonlyMap<string, Weight>;
  readonly runner: Runner;
  readonly data: Dataset;
  readonly kind: ReportFacts["data"]["kind"];
  /** Records of the same data that it was trained on, where `data` was kept aside; else null. */
  readonly trained: Dataset | null;
  /** The records of `data` whose posteriors are in `mu` and `logvar`. */
  readonly measured: Uint32Array;
  readonly mu: Float32Array;
  readonly logvar: Float32Array;
  readonly history: readonly EpochRecord[];
  /** What records kept aside score. */
  readonly calibration: Calibration | null;
  readonly seed: number;
  readonly host: Host;
  readonly path: string;
  readonly run: ReportFacts["run"];
  readonly isPrivate: boolean;
}

/** What a form tells of its records beside what is said of all. */
export type FormFacts = Pick<ReportFacts, "what" | "picture" | "groups" | "samples" | "walks" | "walkRange" | "table"> &
  Partial<Pick<ReportFacts, "texts">>;

const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95];

export async function reportFacts(looked: Looked): Promise<ReportFacts> {
  const { config, weights, runner, data, measured, seed, path } = looked;
  const terms = await recordTerms(runner, data, measured, { seed });
  const form = formOf(config);
  return {
    config,
    path,
    parameters: modelInfo(config, weights).parameters,
    madeOn: new Date(),
    madeBy: VERSION,
    run: looked.run,
    history: looked.history,
    data: { name: data.name, measured: measured.length, count: data.count, kind: looked.kind, seed },
    records: figuresOf(terms),
    texts: null,
    ...(await form.reported(looked, terms)),
    map: form.shownMap(await mapOf(looked)),
    findings: examine({ path: commandWord(path), config, weights, history: looked.history }),
    isPrivate: looked.isPrivate,
  };
}

function figuresOf({ negativeElbo, reconstruction, kl, draws }: RecordTerms): RecordFigures {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const sorted = negativeElbo.toSorted();
  const quantiles = QUANTILES.map((share) => sorted[Math.round(share * (sorted.length - 1))]);
  return { negativeElbo: mean(negativeElbo), reconstruction: mean(reconstruction), kl: mean(kl), quantiles, draws };
}

/** Two coordinates per record: the latents where there are two, else their two main directions. */
async function mapOf({ data, measured, runner, mu, logvar, seed }: Looked): Promise<CodeMap> {
  const { labels } = data;
  const cloud = { mu, logvar, count: measured.length, width: runner.latent };
  const { points, axes, how } = await projectionFor("auto", runner.latent).project(cloud, { seed });
  const classes = labels && Array.from(measured, (index) => labels.indices[index]);
  return { points, axes, how, classes, names: labels?.names ?? [] };
}
