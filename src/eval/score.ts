/** How strange each record is to a model, in nats, and which part of it: the same answer whatever stands beside it. */

import { batches } from "../data/batches.js";
import type { Column, Columns, Dataset } from "../data/dataset.js";
import { VaekitError } from "../errors.js";
import type { FieldKind, PartSurprise } from "../fields/field.js";
import { type Field, fieldsOf } from "../fields/list.js";
import { likelihoods } from "../model/list.js";
import type { Explained, Runner } from "../model/runner.js";
import { oddConstants, reasonsOfConstants } from "./constants.js";
import { logMeanExp } from "./importance.js";
import { blended, type OpenLandmarks, withOdd } from "./landmarks/landmarks.js";
import { expectFields, noiseOf, recordHashes, type Target, targetOf } from "./target.js";

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

/** A part of a record with its share of all that is surprising in the record. */
export interface Reason extends PartSurprise {
  readonly share: number;
}

/** Records as they were scored, in order. */
export interface ScoredBatch {
  readonly indices: Uint32Array;
  /** -log p(x), the importance-weighted estimate (Burda et al. 2016, eq. 8), to a ten-thousandth, [count]. */
  readonly nats: Float64Array;
  /** What records are ranked by where that is more than nats, [count]; null where it is not. */
  readonly scores: Float64Array | null;
  /** Per record, the most surprising part first; null where it was not asked for. */
  readonly reasons: readonly (readonly Reason[])[] | null;
  /** Of the records and fields, [count, size]: what `explain` says, and the values that were judged; null as above. */
  readonly seen: Seen | null;
}
export interface Seen extends Pick<Explained, "surprise" | "means"> {
  /** What was judged: a record's values of one field, as the model sees them. */
  values(field: Field, record: number): Float32Array;
  /** Of a column the value as it is stored. */
  stored(field: Field, record: number): number | undefined;
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
  // are no whole number of packets start at other places of a packet, so those records go alone (at half the speed).
  const rows = [latent, config.latent, ...fields.flatMap(({ kind, size }) => (kind.codes ? [] : [size]))];
  const isAligned = rows.every((length) => length % PACKET === 0);
  const isCoded = fields.every(({ kind }) => kind.codes);
  const batch = isCoded ? (order.length < ROWS ? FEW_ROWS : ROWS) : isAligned ? BATCH : 1;
  const perCall = Math.max(1, Math.floor((isCoded ? MAX_CODED : MAX_ROWS) / batch));
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
    const scores =
      far && nats.map((value, i) => toTenThousandth(blended(landmarks!.landmarks, withOdd(far[i], oddIn(i)), value)));
    const blend = seen && { ...seen.result(), values: valuesFor(columns, target), stored: storedIn(columns) };
    const reasons = blend && reasonsOf(blend, fields, count);
    for (let i = 0; reasons && odd && i < count; i++)
      if (oddIn(i) > 0) reasons[i] = joined(reasonsOfConstants(config.schema, odd.names[i], odd.nats), reasons[i]);
    yield { indices, nats, scores, reasons, seen: blend };
  }
}

/** A sum of hundreds of float32 has no digits beyond. */
function toTenThousandth(value: number): number {
  return Math.round(value * 1e4) / 1e4;
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

/**
 * Puts calls of `batch` records with some of the particles each together: means of the first `count` records by the calls'
 * shares of all importance weights.
 */
function particleMeans(fields: readonly Field[], count: number, batch: number) {
  // Sums of weights times means, of weights, and the largest log-weight so far, which all are relative to.
  const sums = { surprise: new Map<string, Float64Array>(), means: new Map<string, Float64Array>() };
  const weights = new Float64Array(count);
  const largest = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  return {
    add({ logWeights, ...means }: Explained, particles: number): void {
      for (let i = 0; i < count; i++) {
        const own = Float64Array.from({ length: particles }, (_, k) => logWeights[k * batch + i]);
        const logWeight = logMeanExp(own) + Math.log(particles);
        const top = Math.max(largest[i], logWeight);
        const [fade, weight] = [Math.exp(largest[i] - top), Math.exp(logWeight - top)];
        largest[i] = top;
        weights[i] = weights[i] * fade + weight;
        for (const kind of ["surprise", "means"] as const) {
          for (const { name, kind: fieldKind } of fields) {
            const added = means[kind][name];
            if (!added) continue;
            const size = added.length / batch;
            let sum = sums[kind].get(name);
            if (!sum) {
              sum = new Float64Array(count * size);
              sums[kind].set(name, sum);
            }
            for (let at = i * size; at < (i + 1) * size; at++) {
              if (!isCode(kind, fieldKind)) sum[at] = sum[at] * fade + weight * added[at];
              else if (weight >= weights[i] / 2) sum[at] = added[at]; // of the call with most of the weight
            }
          }
        }
      }
    },
    result(): Pick<Explained, "surprise" | "means"> {
      const meansOf = (kind: "surprise" | "means") =>
        Object.fromEntries(
          fields.flatMap(({ name, kind: fieldKind }) => {
            const sum = sums[kind].get(name);
            if (!sum) return [];
            const share = (at: number) =>
              isCode(kind, fieldKind) ? 1 : weights[Math.floor((at * count) / sum.length)];
            return [[name, Float32Array.from(sum, (value, at) => value / share(at))]];
          }),
        );
      return { surprise: meansOf("surprise"), means: meansOf("means") };
    },
  };
}

/** The same where there is one call. */
function lastCall(count: number, batch: number) {
  let last: Pick<Explained, "surprise" | "means"> = { surprise: {}, means: {} };
  const first = (values: Float32Array) =>
    count === batch ? values : values.subarray(0, (values.length / batch) * count);
  return {
    add(explained: Explained, _particles: number): void {
      last = explained;
    },
    result: (): Pick<Explained, "surprise" | "means"> => ({
      surprise: mapValues(last.surprise, first),
      means: mapValues(last.means, first),
    }),
  };
}

/** Codes have no means. */
function isCode(what: "surprise" | "means", { codes }: FieldKind): boolean {
  return what === "means" && codes !== undefined;
}

function reasonsOf(seen: Seen, fields: readonly Field[], count: number): Reason[][] {
  return Array.from({ length: count }, (_, i) =>
    fields.length === 1 ? partsOf(seen, fields[0], count, i) : topFields(seen, fields, count, i),
  );
}

/** Where the one field of a record is surprising. */
function partsOf(seen: Seen, field: Field, count: number, i: number): Reason[] {
  if (!seen.surprise[field.name]) return [];
  const parts = explained(seen, field, count, i);
  return shared(
    parts,
    parts.reduce((sum, { nats }) => sum + nats, 0),
  );
}

/** Fields that a record is explained by: what is left is less than any of them. */
const TOP_FIELDS = 4;

/** Which fields of a record are surprising. */
function topFields(seen: Seen, fields: readonly Field[], count: number, i: number): Reason[] {
  let total = 0;
  const nats = fields.map(({ name }) => {
    const surprise = seen.surprise[name];
    const width = surprise ? surprise.length / count : 0;
    let sum = 0;
    for (let at = i * width; at < (i + 1) * width; at++) sum += surprise[at];
    const own = Math.max(0, sum); // a value may be likelier than the middle that it is compared with
    total += own;
    return own;
  });
  const top: number[] = [];
  for (let field = 0; field < fields.length; field++) {
    if (!seen.surprise[fields[field].name]) continue;
    let place = top.length;
    while (place > 0 && nats[top[place - 1]] < nats[field]) place--;
    if (place < TOP_FIELDS) top.splice(place, 0, field);
    if (top.length > TOP_FIELDS) top.pop();
  }
  const parts = top.flatMap((field) =>
    explained(seen, fields[field], count, i).map((said) => ({
      ...said,
      nats: Math.max(0, said.nats),
      part: `${fields[field].name} ${said.part}`.trim(),
    })),
  );
  return shared(parts, total);
}

/** Of pictures all are made at once, of columns those that are asked for. */
function valuesFor(columns: Columns, target: Target): Seen["values"] {
  let all: Readonly<Record<string, Float32Array>> | null = null;
  return ({ name, kind, schema, size, stored }, record) => {
    if (kind.codes) return kind.encode(columns[name].slice(record * stored, (record + 1) * stored), schema);
    all ??= target.values();
    return all[name].subarray(record * size, (record + 1) * size);
  };
}

function storedIn(columns: Columns): Seen["stored"] {
  return ({ name, kind }, record) => (kind.codes ? columns[name][record] : undefined);
}

function explained({ surprise, means, values, stored }: Seen, field: Field, count: number, i: number): PartSurprise[] {
  const { name, kind, schema, size } = field;
  const part = (column: Float32Array, width: number) => column.subarray(i * width, (i + 1) * width);
  const elements = surprise[name].length / count;
  return kind.explain(
    {
      surprise: part(surprise[name], elements),
      values: values(field, i),
      mean: part(means[name], size),
      stored: stored(field, i),
    },
    schema,
  );
}

/** Reasons with more of them, shares being of all. */
function joined(more: readonly PartSurprise[], reasons: readonly Reason[]): Reason[] {
  const [first] = reasons;
  const before = first && first.share > 0 ? first.nats / first.share : 0;
  const total = before + more.reduce((sum, { nats }) => sum + nats, 0);
  return shared([...more, ...reasons.map(({ share: _, ...part }) => part)], total);
}

function shared(parts: readonly PartSurprise[], total: number): Reason[] {
  return parts
    .map(({ nats, ...said }) => ({
      ...said,
      nats: toTenThousandth(nats),
      share: total > 0 ? toTenThousandth(nats / total) : 0,
    }))
    .sort((a, b) => b.nats - a.nats);
}

function mapValues<T, R>(record: Readonly<Record<string, T>>, change: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
