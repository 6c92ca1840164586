/** The -ELBO of each record by itself: which records a model explains well, and which badly. */

import { batches } from "../data/batches.js";
import type { Dataset } from "../data/dataset.js";
import { fieldsOf } from "../fields/list.js";
import type { Runner } from "../model/runner.js";
import { mostRows } from "./call-size.js";
import { noiseOf, recordHashes, targetOf } from "./target.js";

/** Per record, in the order they were asked for, nats, at beta 1 without free bits. */
export interface RecordTerms {
  /** reconstruction + kl (Kingma & Welling 2014, eq. 10). */
  readonly negativeElbo: Float64Array;
  /** -log p(x|z), mean over the draws. */
  readonly reconstruction: Float64Array;
  /** KL(q(z|x) || p(z)). */
  readonly kl: Float64Array;
  /** Draws of z per record. */
  readonly draws: number;
}

export interface RecordTermsOptions {
  /** Of the noise, which is keyed by it, the record and the draw. Default 0. */
  readonly seed?: number;
  /** Default 1. */
  readonly draws?: number;
  /** Records at a time; the terms do not depend on it. Default 128. */
  readonly batchSize?: number;
  readonly signal?: AbortSignal;
}

const DEFAULT_BATCH = 128;

/** The terms of the records `indices`, in one pass. A record's terms depend on its content and the seed alone. */
export async function recordTerms(
  runner: Runner,
  dataset: Dataset,
  indices: Uint32Array,
  { seed = 0, draws = 1, batchSize = DEFAULT_BATCH, signal }: RecordTermsOptions = {},
): Promise<RecordTerms> {
  const fields = fieldsOf(runner.config.schema);
  const binarize = runner.config.training.binarize === true;
  const reconstruction = new Float64Array(indices.length);
  const kl = new Float64Array(indices.length);
  let start = 0;
  for await (const { indices: batch, columns } of batches(dataset, indices, {
    batchSize: Math.min(batchSize, mostRows(fields)),
  })) {
    signal?.throwIfAborted();
    const count = batch.length;
    const hashes = recordHashes(columns, fields, count);
    const target = targetOf(columns, fields, hashes, { binarize, seed });
    for (let draw = 0; draw < draws; draw++) {
      const noise = noiseOf(hashes, runner.latent, { seed, first: draw, particles: 1 });
      const scored = await runner.score(target.columns, count, 1, noise);
      for (let i = 0; i < count; i++) reconstruction[start + i] += scored.reconstruction[i] / draws;
      if (draw === 0) kl.set(scored.kl, start);
    }
    start += count;
  }
  return { negativeElbo: reconstruction.map((value, i) => value + kl[i]), reconstruction, kl, draws };
}
