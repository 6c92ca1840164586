/** Records in latent space, with what tells copies apart: a hash of each record's content. */

import { batches } from "../data/batches.js";
import type { Dataset } from "../data/dataset.js";
import { latentStatistics } from "../eval/latents.js";
import { recordHashes } from "../eval/target.js";
import { fieldsOf } from "../fields/list.js";
import type { Runner } from "../model/runner.js";
import type { Codes } from "./encode.js";
import { fitting } from "./forms/list.js";
import { allRecords, BATCH, type BatchOptions } from "./pictures.js";

export interface KnownCodes extends Codes {
  /** One text per record; equal ones are of equal content, but for one pair in 10^19. */
  readonly hashes: readonly string[];
}

/** Posterior and hash of each record, read once. E_SHAPE when the data is of another size than the model's. */
export async function knownCodes(
  runner: Runner,
  data: Dataset,
  { signal, onProgress }: BatchOptions = {},
): Promise<KnownCodes> {
  const dataset = await fitting(data, runner.config);
  const fields = fieldsOf(runner.config.schema);
  const { count, labels } = dataset;
  const mu = new Float32Array(count * runner.latent);
  const logvar = new Float32Array(mu.length);
  const hashes: string[] = [];
  for await (const { columns, indices } of batches(dataset, allRecords(dataset), { batchSize: BATCH })) {
    signal?.throwIfAborted();
    const start = hashes.length;
    for (const [a, b] of recordHashes(columns, fields, indices.length)) hashes.push(`${a} ${b}`);
    const encoded = await runner.encode(columns, indices.length);
    mu.set(encoded.mu, start * runner.latent);
    logvar.set(encoded.logvar, start * runner.latent);
    onProgress?.(hashes.length);
  }
  return {
    count,
    ids: Array.from({ length: count }, (_, index) => dataset.id(index)),
    labels: labels && Array.from(labels.indices, (index) => labels.names[index]),
    mu,
    logvar,
    hashes,
  };
}

/** How precisely the model knows each latent: as it was measured after training, else over these records. */
export function posteriorVarianceOf({ config, latent }: Runner, { mu, logvar }: Codes): readonly number[] {
  return (config.latents ?? latentStatistics(mu, logvar, latent)).posteriorVariance;
}
