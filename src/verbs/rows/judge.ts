/** What is said of a model of rows beside likelihoods: how rows drawn from it compare, how well nats tell classes apart. */

import type { Dataset } from "../../data/dataset.js";
import { sampleIndices } from "../../data/split.js";
import { type ClassSeparation, classSeparation } from "../../eval/class-separation.js";
import { SCORE_SAMPLES, SCORE_SEED, scoreRecords } from "../../eval/score.js";
import { compareRows, type TableFigures } from "../../eval/tables/compare.js";
import { comparable, leftOutText, readRows } from "../../eval/tables/rows.js";
import { fieldsOf } from "../../fields/list.js";
import type { Runner } from "../../model/runner.js";
import type { JudgeRequest } from "../forms/form.js";
import { drawnRows, drawnText } from "./drawn.js";
import { halvesOf } from "./halves.js";

/** The key `table` of an evaluation. */
export interface TableJudgement extends TableFigures {
  /** By the nats that `score` gives; null where the data has no labels of two classes. */
  readonly separation: ClassSeparation | null;
  /** By what `score` ranks by, where that is more than nats. */
  readonly separationByScore: ClassSeparation | null;
  readonly protocol: { readonly synthetic: string; readonly real: string };
}

/** Real rows that are compared at most, and as many drawn. */
const MAX_COMPARED = 10_000;

export async function judgeRows(
  runner: Runner,
  dataset: Dataset,
  { generated, limit = dataset.count, seed, landmarks, signal }: JudgeRequest,
): Promise<TableJudgement> {
  const all = fieldsOf(runner.config.schema);
  const fields = comparable(all);
  const order = sampleIndices(dataset.count, Math.min(limit, MAX_COMPARED), seed);
  const real = await readRows(dataset, fields, order);
  const count = generated ?? real.count;
  const synthetic = await drawnRows(runner, { count, seed, signal });
  const chosen = real.count === dataset.count ? "all" : `${real.count} of ${dataset.count}, drawn by the seed`;
  return {
    ...compareRows(real, synthetic, await halvesOf(dataset, runner.config, real, seed), seed),
    ...(await separationsOf(runner, dataset, sampleIndices(dataset.count, limit, seed), { landmarks, signal })),
    protocol: {
      synthetic: drawnText(runner, count, seed),
      real: `${dataset.name}, rows: ${chosen}${leftOutText(all)}`,
    },
  };
}

async function separationsOf(
  runner: Runner,
  dataset: Dataset,
  order: Uint32Array,
  { landmarks, signal }: Pick<JudgeRequest, "landmarks" | "signal">,
): Promise<Pick<TableJudgement, "separation" | "separationByScore">> {
  const { labels } = dataset;
  const none = { separation: null, separationByScore: null };
  if (!labels || !classSeparation(labels, order, new Float64Array(order.length))) return none;
  const [nats, ranks] = [new Float64Array(order.length), new Float64Array(order.length)];
  const options = { samples: SCORE_SAMPLES, seed: SCORE_SEED, explain: false, landmarks, signal };
  let start = 0;
  for await (const batch of scoreRecords(runner, dataset, order, options)) {
    nats.set(batch.nats, start);
    if (batch.scores) ranks.set(batch.scores, start);
    start += batch.nats.length;
  }
  return {
    separation: classSeparation(labels, order, nats),
    separationByScore: landmarks ? classSeparation(labels, order, ranks) : null,
  };
}
