/** Measures a model on a data set: likelihoods, latents in use, errors, each with the protocol it was measured under. */

import { batches } from "../data/batches.js";
import type { Columns, Dataset } from "../data/dataset.js";
import { sampleIndices } from "../data/split.js";
import { VaekitError } from "../errors.js";
import { type Field, fieldsOf } from "../fields/list.js";
import { likelihoods } from "../model/list.js";
import type { Runner } from "../model/runner.js";
import { activeUnits } from "./active-units.js";
import { bitsPerDim } from "./bits-per-dim.js";
import { mostRows } from "./call-size.js";
import { elbo } from "./elbo.js";
import { importance } from "./importance.js";
import type { Measured, MetricFacts } from "./metric.js";
import { perplexity } from "./perplexity.js";
import { type Protocol, protocolOf } from "./protocol.js";
import { expectFields, noiseOf, type RecordHash, recordHashes, targetOf } from "./target.js";
import { textTokens } from "./text-tokens.js";

export type { Protocol };

export interface EvaluateOptions {
  /** Particles per record of the importance-weighted estimate. Default 16. */
  readonly samples?: number;
  /** At most this many records, drawn by the seed. Default all. */
  readonly limit?: number;
  /** Of the noise, which is keyed by it, the record and the draw. Default 0. */
  readonly seed?: number;
  /** Records at a time; the figures do not depend on it. Default 128. */
  readonly batchSize?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: { readonly records: number; readonly total: number }) => void;
}

/** Means over records, in nats per record unless said otherwise. */
export interface Figures {
  readonly records: number;
  /** At beta 1, without free bits. */
  readonly negativeElbo: number;
  readonly reconstruction: number;
  readonly kl: number;
  /** Importance-weighted estimate of -log p(x); null where the likelihood is no density. */
  readonly nll: number | null;
  readonly nllStandardError: number | null;
  readonly samples: number;
  readonly activeUnits: number;
  /** Null unless the likelihood is discretised. */
  readonly bitsPerDim: number | null;
}

/** Figures with their protocol; and by field kind what else there is to say, such as `image: { meanSquaredError }`. */
export interface Evaluation extends Figures {
  readonly protocol: Protocol;
  readonly [fieldKind: string]: unknown;
}

export const DEFAULT_SAMPLES = 16;
const DEFAULT_BATCH = 128;
/** Records times particles in one call: more are done in turns, so that memory does not grow with `samples`. */
const MAX_ROWS = 512;

/**
 * Evaluates `runner`'s model on `dataset`. A record's answer depends on its content and the seed, not on its neighbours,
 * the order or the batch size. Errors: E_OPTION for options out of range, E_DATA where there are no records or a
 * field is missing, E_INTERRUPTED when `signal` says so.
 */
export async function evaluate(runner: Runner, dataset: Dataset, options: EvaluateOptions = {}): Promise<Evaluation> {
  const { samples = DEFAULT_SAMPLES, limit = dataset.count, seed = 0, batchSize = DEFAULT_BATCH } = options;
  if (dataset.count === 0) throw new VaekitError("E_DATA", `${dataset.name}: no records to evaluate on`);
  for (const [name, value] of Object.entries({ samples, limit, batchSize })) {
    if (!Number.isSafeInteger(value) || value < 1)
      throw new VaekitError("E_OPTION", `invalid ${name}: got ${value}, expected a whole number above 0`);
  }
  const { config } = runner;
  const fields = fieldsOf(config.schema);
  const binarize = config.training.binarize === true;
  const facts = factsOf(runner, fields);
  const runs = {
    elbo: elbo.start(facts),
    importance: importance.start(facts),
    bitsPerDim: bitsPerDim.start(facts),
    activeUnits: activeUnits.start(facts),
    perplexity: perplexity.start(facts),
  };
  const explained = fields.filter(({ name }) => !config.given?.includes(name));
  const errors = new Map(explained.map(({ kind }) => [kind.name, kind.reconstruction()]));
  const rows = mostRows(fields);
  const batch = Math.min(batchSize, rows);
  const perCall = Math.max(1, Math.floor(Math.min(MAX_ROWS, rows) / batch));

  const order = sampleIndices(dataset.count, limit, seed);
  let records = 0;
  for await (const { indices, columns } of batches(dataset, order, { batchSize: batch })) {
    if (options.signal?.aborted)
      throw new VaekitError("E_INTERRUPTED", `${dataset.name}: stopped after ${records} of ${order.length} records`);
    const count = indices.length;
    expectFields(columns, fields, count, dataset.name);
    const hashes = recordHashes(columns, fields, count);
    const target = targetOf(columns, fields, hashes, { binarize, seed });
    const measured = await measure(runner, target.columns, hashes, { samples, seed, perCall });
    const tokens = textTokens(columns, fields);
    for (const run of Object.values(runs)) run.add({ ...measured, tokens });
    const values = target.values();
    const means = await expectedAt(runner, explained, target.columns, measured.mu);
    for (const { name, kind, schema } of explained) {
      const width = means[name].length / count;
      errors.get(kind.name)!.add(starts(values[name], count, width), means[name], schema);
    }
    records += count;
    options.onProgress?.({ records, total: order.length });
  }

  const { tokens, ...perplexities } = runs.perplexity.result();
  const kinds = [...errors].map(([kind, error]) => [
    kind,
    tokens > 0 ? { tokens, ...perplexities, ...error.result() } : error.result(),
  ]);
  return {
    records,
    ...runs.elbo.result(),
    ...runs.importance.result(),
    samples,
    ...runs.activeUnits.result(),
    ...runs.bitsPerDim.result(),
    protocol: protocolOf(config, dataset, { records, samples, seed }),
    ...Object.fromEntries(kinds),
  };
}

function factsOf({ config, latent }: Runner, fields: readonly Field[]): MetricFacts {
  const parts = Object.values(config.likelihoods).map(({ name }) => likelihoods.get(name));
  return {
    latent,
    dimensions: fields.reduce((total, { size }) => total + size, 0),
    isDensity: parts.every((part) => part.isDensity),
    discretised: parts.every((part) => part.discretised),
  };
}

/**
 * What the decoder expects at the posterior's means, by field. Of texts the likeliest token in each place, from those before it as they are;
 * as wide as the longest of these.
 */
async function expectedAt(
  runner: Runner,
  fields: readonly Field[],
  columns: Columns,
  mu: Float32Array,
): Promise<Readonly<Record<string, Float32Array>>> {
  const count = mu.length / runner.latent;
  const hasTexts = fields.some(({ ragged }) => ragged);
  const atOnce = fields.every(({ ragged }) => ragged) ? {} : await runner.decode(mu, count, columns);
  if (!hasTexts) return atOnce;
  const { means } = await runner.explain(columns, count, 1, new Float32Array(mu.length)); // no noise: z is the mean
  return { ...means, ...atOnce };
}

/** The first `width` values of each row. */
function starts(values: Float32Array, count: number, width: number): Float32Array {
  const stored = values.length / count;
  if (stored === width) return values;
  const out = new Float32Array(count * width);
  for (let row = 0; row < count; row++) out.set(values.subarray(row * stored, row * stored + width), row * width);
  return out;
}

interface Draws {
  readonly samples: number;
  readonly seed: number;
  /** Particles in one call. */
  readonly perCall: number;
}

/** Encodes and scores a batch, its particles in turns, then puts them together per record in their own order. */
async function measure(
  runner: Runner,
  columns: Columns,
  hashes: readonly RecordHash[],
  { samples, seed, perCall }: Draws,
): Promise<Omit<Measured, "tokens">> {
  const { latent } = runner;
  const count = hashes.length;
  const { mu } = await runner.encode(columns, count);
  const logWeights = new Float64Array(count * samples);
  const losses = new Float64Array(count * samples);
  const kl = new Float64Array(count);
  for (let first = 0; first < samples; first += perCall) {
    const particles = Math.min(perCall, samples - first);
    const scored = await runner.score(columns, count, particles, noiseOf(hashes, latent, { seed, first, particles }));
    for (let k = 0; k < particles; k++) {
      for (let i = 0; i < count; i++) {
        logWeights[i * samples + first + k] = scored.logWeights[k * count + i];
        losses[i * samples + first + k] = scored.reconstruction[k * count + i];
      }
    }
    // In closed form it is the same every time; estimated at the samples it is their mean.
    for (let i = 0; i < count; i++) kl[i] += ((scored.kl[i] - kl[i]) * particles) / (first + particles);
  }
  const reconstruction = new Float64Array(count);
  for (let i = 0; i < losses.length; i++) reconstruction[Math.floor(i / samples)] += losses[i] / samples;
  return { count, particles: samples, latent, reconstruction, kl, logWeights, mu };
}
