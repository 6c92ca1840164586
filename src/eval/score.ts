/** How strange each record is to a model, in nats, and which part of it: the same answer whatever stands beside it. */

import { batches } from "../data/batches.js";
import type { Column, Dataset } from "../data/dataset.js";
import { VaekitError } from "../errors.js";
import { fieldsOf } from "../fields/list.js";
import { likelihoods } from "../model/list.js";
import type { Explained, Runner } from "../model/runner.js";
import { mostRows } from "./call-size.js";
import { oddConstants, reasonsOfConstants } from "./constants.js";
import { toTenThousandth } from "./digits.js";
import { logMeanExp } from "./importance.js";
import { blended, type OpenLandmarks, withOdd } from "./landmarks/landmarks.js";
import { lastCall, particleMeans } from "./particle-means.js";
import { joined, type Reason, reasonsOf, type Seen, storedIn, valuesFor } from "./reasons.js";
import { expectFields, noiseOf, recordHashes, targetOf } from "./target.js";
import { textTokens } from "./text-tokens.js";

export type { Reason, Seen };

export interface ScoreOptions {
  /** Particles per record of the importance-weighted estimate. */
  readonly samples: number;
  /** Of the noise, which is keyed by it, the record and the particle. */
  readonly seed: number;
  /** Say which parts of a record are surprising. */
  readonly explain: boolean;
  /** Rank records by their distance from these too. */
  readonly landmarks?: OpenLandmarks | null;
  readonly signal?: AbortSignal;
}

/** Records as they were scored, in order. */
export interface ScoredBatch {
  readonly indices: Uint32Array;
  /** -log p(x), the importance-weighted estimate (Burda et al. 2016, eq. 8), to a ten-thousandth, [count]. */
  readonly nats: Float64Array;
  /** What records are ranked by where that is more than nats, [count]; null where it is not. */
  readonly scores: Float64Array | null;
  /** Of records that are texts alone, [count]: their tokens, ends counted; else null. */
  readonly tokens: Int32Array | null;
  /** Per record, the most surprising part first; null where it was not asked for. */
  readonly reasons: readonly (readonly Reason[])[] | null;
  /** Of the records and fields, [count, size]: what `explain` says, and the values that were judged; null as above. */
  readonly seen: Seen | null;
}

export const SCORE_SAMPLES = 4;
export const SCORE_SEED = 0;
/** Records in every call, the last one filled up: matrix products of other sizes sum in another order. */
const BATCH = 64;
/** The same of rows, whose nets are small: many at once, or few so that one row is quick. */
const ROWS = 512;
const FEW_ROWS = 16;
/** ONNX Runtime sums a row in packets of this many floats, from the first place that memory is aligned to. */
const PACKET = 4;
/** Records times particles in one call. */
const MAX_ROWS = 512;
const MAX_CODED = 2048;

/**
 * Scores the records `order` of a data set, in that order. A record's answer depends on its content and the seed alone.
 * E_MODEL where a likelihood is no density, E_DATA where a field is missing or of another size, E_INTERRUPTED.
 */
export async function* scoreRecords(
  runner: Runner,
  dataset: Dataset,
  order: Uint32Array,
  { samples, seed, explain, landmarks, signal }: ScoreOptions,
): AsyncGenerator<ScoredBatch, void> {
  const { config, latent } = runner;
  const fields = fieldsOf(config.schema);
  const improper = fields.find(
    ({ name }) => config.likelihoods[name] && !likelihoods.get(config.likelihoods[name].name).isDensity,
  );
  if (improper)
    throw new VaekitError(
      "E_MODEL",
      `the likelihood of field "${improper.name}" is no density: there is no -log p(x) to score by`,
    );
  const binarize = config.training.binarize === true;
  // The last bits of a score must not tell how many records were scored with it, nor where among them it stood. Rows that
  // are no whole number of packets start at other places of a packet, so those records go alone (at half the speed). So do
  // texts, whose logits are such rows: beside others of their length they are no quicker, beside longer ones slower.
  const rows = [latent, config.latent, ...fields.flatMap(({ kind, size }) => (kind.codes ? [] : [size]))];
  const isAligned = !fields.some(({ ragged }) => ragged) && rows.every((length) => length % PACKET === 0);
  const isCoded = fields.every(({ kind }) => kind.codes);
  const batch = isCoded ? (order.length < ROWS ? FEW_ROWS : ROWS) : isAligned ? BATCH : 1;
  const perCall = Math.max(1, Math.floor(Math.min(isCoded ? MAX_CODED : MAX_ROWS, mostRows(fields)) / batch));
  let done = 0;
  for await (const { indices, columns } of batches(dataset, order, { batchSize: batch })) {
    if (signal?.aborted)
      throw new VaekitError("E_INTERRUPTED", `${dataset.name}: stopped after ${done} of ${order.length} records`);
    const count = indices.length;
    expectFields(columns, fields, count, dataset.name);
    const hashes = recordHashes(columns, fields, count);
    const target = targetOf(columns, fields, hashes, { binarize, seed });
    const full = mapValues(target.columns, (column) => filled(column, count, batch));
    const keys = Array.from({ length: batch }, (_, i) => hashes[Math.min(i, count - 1)]);
    const logWeights = new Float64Array(count * samples);
    const seen = explain ? (samples <= perCall ? lastCall(count, batch) : particleMeans(fields, count, batch)) : null;
    for (let first = 0; first < samples; first += perCall) {
      const particles = Math.min(perCall, samples - first);
      const noise = noiseOf(keys, latent, { seed, first, particles });
      const scored = seen
        ? await runner.explain(full, batch, particles, noise)
        : await runner.score(full, batch, particles, noise);
      for (let k = 0; k < particles; k++)
        for (let i = 0; i < count; i++) logWeights[i * samples + first + k] = scored.logWeights[k * batch + i];
      seen?.add(scored as Explained, particles);
    }
    const odd = oddConstants(config.schema, columns, count, config.facts.count);
    const oddIn = (row: number): number => odd?.names[row].length ?? 0;
    const nats = Float64Array.from({ length: count }, (_, i) =>
      toTenThousandth(-logMeanExp(logWeights.subarray(i * samples, (i + 1) * samples)) + oddIn(i) * (odd?.nats ?? 0)),
    );
    done += count;
    const far = landmarks ? await landmarks.distances(full, batch) : null;
    const tokens = textTokens(columns, fields);
    // Long texts cost more by being long, which is nothing strange.
    const perToken = tokens && nats.map((value, i) => toTenThousandth(value / tokens[i]));
    const blendedOf = (value: number, i: number): number =>
      toTenThousandth(blended(landmarks!.landmarks, withOdd(far![i], oddIn(i)), value));
    const scores = far ? nats.map(blendedOf) : perToken;
    const blend = seen && { ...seen.result(), values: valuesFor(columns, target), stored: storedIn(columns) };
    const reasons = blend && reasonsOf(blend, fields, count);
    for (let i = 0; reasons && odd && i < count; i++)
      if (oddIn(i) > 0) reasons[i] = joined(reasonsOfConstants(config.schema, odd.names[i], odd.nats), reasons[i]);
    yield { indices, nats, scores, tokens, reasons, seen: blend };
  }
}

/** The `count` records of a column, the last of them repeated until there are `full`. */
function filled(column: Column, count: number, full: number): Column {
  if (count === full) return column;
  const size = column.length / count;
  const out = new (column.constructor as new (length: number) => Column)(full * size);
  out.set(column);
  for (let i = count; i < full; i++) out.copyWithin(i * size, (count - 1) * size, count * size);
  return out;
}

function mapValues<T, R>(record: Readonly<Record<string, T>>, change: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
