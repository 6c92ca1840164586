/** Records with their scores: what `score` writes, prints and returns. */

import type { Dataset } from "../data/dataset.js";
import { conformalP, whyUncalibrated } from "../eval/conformal.js";
import { toTenThousandth } from "../eval/digits.js";
import { type Protocol, protocolOf } from "../eval/protocol.js";
import { type Reason, type ScoreOptions, scoreRecords } from "../eval/score.js";
import { type TextSurprise, textSurprises } from "../eval/text/surprises.js";
import { fieldsOf } from "../fields/list.js";
import type { Runner } from "../model/runner.js";
import type { Calibration } from "../store/calibration.js";
import { fitting } from "./forms/list.js";
import { allRecords, type OnProgress } from "./pictures.js";

export interface ScoredRecord {
  readonly index: number;
  readonly id: string;
  readonly label: string | null;
  /** Estimate of -log p(x): the higher, the stranger. */
  readonly nats: number;
  /** What records are ranked by, where that is more than nats: the higher, the stranger. */
  readonly score: number | null;
  /** Chance that a record like those of the training data is as strange or stranger; null without a calibration. */
  readonly pValue: number | null;
  /** Of a record that is texts alone: their tokens, ends counted, and nats for each of them; else null. */
  readonly tokens: number | null;
  readonly natsPerToken: number | null;
  /** Parts that are most surprising, the first one most, with their shares of all that is; none where not asked for. */
  readonly reasons: readonly Reason[];
  /** Its texts, token by token; none where not asked for. */
  readonly texts: readonly TextSurprise[];
}

/** Scores of records in the data's order. */
export interface Scores {
  readonly count: number;
  readonly ids: readonly string[];
  /** Null where the data has none. */
  readonly labels: readonly (string | null)[] | null;
  readonly nats: Float64Array;
  /** What records are ranked by where that is more than nats; null where it is not. */
  readonly scores: Float64Array | null;
  /** Null where the model is not calibrated for these scores; `notice` says why. */
  readonly pValues: Float64Array | null;
  /** Of records that are texts alone: tokens, ends counted, and nats for each of them; else null. */
  readonly tokens: Int32Array | null;
  readonly natsPerToken: Float64Array | null;
  readonly reasons: readonly (readonly Reason[])[];
  readonly notice: string | null;
  readonly protocol: Protocol;
}

export interface ScoringOptions extends ScoreOptions {
  readonly calibration: Calibration | null;
  readonly onProgress?: OnProgress;
}

/** Parts of a record that are named: at most this many, and no small ones but the first. */
const MAX_REASONS = 3;
const SMALLEST_SHARE = 0.1;
const P_DIGITS = 6;

/** Each record of a data set, or those of `order`, as soon as it is scored. E_SHAPE for data of another size; errors as `scoreRecords`. */
export async function* scoredRecords(
  runner: Runner,
  data: Dataset,
  { calibration, onProgress, ...options }: ScoringOptions,
  order?: ArrayLike<number>,
): AsyncGenerator<ScoredRecord, void> {
  const dataset = await fitting(data, runner.config);
  const { labels } = dataset;
  const fields = fieldsOf(runner.config.schema);
  const known = whyUncalibrated(calibration, options.samples) === null ? calibration : null;
  let done = 0;
  for await (const { indices, nats, scores, tokens, reasons, seen } of scoreRecords(
    runner,
    dataset,
    order ? Uint32Array.from(order) : allRecords(dataset),
    options,
  )) {
    for (const [i, index] of indices.entries()) {
      yield {
        index,
        id: dataset.id(index),
        label: labels?.names[labels.indices[index]] || null,
        nats: nats[i],
        score: scores?.[i] ?? null,
        pValue: known && Number(chanceOf(known, nats[i], scores?.[i]).toPrecision(P_DIGITS)),
        tokens: tokens?.[i] ?? null,
        natsPerToken: tokens && toTenThousandth(nats[i] / tokens[i]),
        reasons: reasons ? mainReasons(reasons[i]) : [],
        texts: seen ? textSurprises(seen, fields, indices.length, i) : [],
      };
    }
    done += indices.length;
    onProgress?.(done);
  }
}

/** By what records are ranked by. */
function chanceOf({ nats, scores }: Calibration, own: number, score: number | undefined): number {
  return score !== undefined && scores ? conformalP(scores, score) : conformalP(nats, own);
}

/** What a record is ranked by. */
export function rankOf({ nats, score }: Pick<ScoredRecord, "nats" | "score">): number {
  return score ?? nats;
}

/** Scores of all records at once. */
export async function scoreDataset(runner: Runner, dataset: Dataset, options: ScoringOptions): Promise<Scores> {
  const records: ScoredRecord[] = [];
  for await (const record of scoredRecords(runner, dataset, options)) records.push(record);
  const notice = whyUncalibrated(options.calibration, options.samples);
  return {
    count: records.length,
    ids: records.map(({ id }) => id),
    labels: dataset.labels && records.map(({ label }) => label),
    nats: Float64Array.from(records, ({ nats }) => nats),
    scores: records.every(({ score }) => score !== null) ? Float64Array.from(records, ({ score }) => score!) : null,
    pValues: notice === null ? Float64Array.from(records, ({ pValue }) => pValue!) : null,
    ...perToken(records),
    reasons: records.map(({ reasons }) => reasons),
    notice,
    protocol: protocolOf(runner.config, dataset, { ...options, records: dataset.count }),
  };
}

function perToken(records: readonly ScoredRecord[]): Pick<Scores, "tokens" | "natsPerToken"> {
  if (records.some(({ tokens }) => tokens === null)) return { tokens: null, natsPerToken: null };
  return {
    tokens: Int32Array.from(records, ({ tokens }) => tokens!),
    natsPerToken: Float64Array.from(records, ({ natsPerToken }) => natsPerToken!),
  };
}

function mainReasons(reasons: readonly Reason[]): Reason[] {
  return reasons.filter(({ share }, i) => i === 0 || (i < MAX_REASONS && share >= SMALLEST_SHARE));
}

/** @example reasonsText([{ part: "centre", nats: 41, share: 0.41 }]) // "centre 41 %" */
export function reasonsText(reasons: readonly Reason[]): string {
  return reasons
    .map(({ part, share, got, expected }) => {
      const named = `${part} ${(100 * share).toFixed(0)} %`;
      return got === undefined ? named : `${named} (got ${got}, expected about ${expected})`;
    })
    .join(", ");
}

/** The same in a line: what was got and expected of the first reason only. */
export function shortReasons([first, ...others]: readonly Reason[]): string {
  if (!first) return "";
  const rest = others.map(({ got: _, expected: __, ...reason }) => reason);
  return [reasonsText([first]), ...(rest.length > 0 ? [reasonsText(rest)] : [])].join(", ");
}

/** Keeps the `limit` strangest of the records it is shown; of two that are as strange the first. */
export function strangestOf(limit: number): {
  add(record: ScoredRecord): void;
  /** Begins anew. */
  clear(): void;
  readonly records: readonly ScoredRecord[];
} {
  const records: ScoredRecord[] = []; // strangest first
  const isStranger = (a: number, b: number) => a > b || (Number.isNaN(a) && !Number.isNaN(b));
  return {
    records,
    clear: () => void records.splice(0),
    add(record) {
      const last = records.at(-1);
      if (records.length === limit && last && !isStranger(rankOf(record), rankOf(last))) return;
      const place = records.findIndex((other) => isStranger(rankOf(record), rankOf(other)));
      records.splice(place < 0 ? records.length : place, 0, record);
      if (records.length > limit) records.pop();
    },
  };
}
