/** Measures what the doctor judges by: the posterior's reach, the aggregate posterior, ReLU units, what is left to explain. */

import { batches } from "../../data/batches.js";
import type { Dataset } from "../../data/dataset.js";
import { sampleIndices } from "../../data/split.js";
import { fieldsOf } from "../../fields/list.js";
import type { Checkup } from "../../model/checkup.js";
import type { Runner } from "../../model/runner.js";
import { keyedNormals } from "../../random.js";
import { mostRows } from "../call-size.js";
import { type Moments, moments } from "../moments.js";
import { mutualInformation } from "../mutual-information.js";
import type { Rows } from "../tables/rows.js";
import { divergenceFromStandard } from "./aggregate.js";
import { countCopies, countRepeated } from "./copies.js";
import { neverDrawn } from "./never-drawn.js";
import { reachOf } from "./reach.js";
import { swappedLatents } from "./swapped.js";

/** Enough records for shares of a few percent, and done in a fraction of a second. */
const RECORDS = 1000;
const BATCH = 250;

export interface MeasureOptions {
  readonly seed: number;
  /** Which records were trained on and which kept aside; null: they are not those of this data set. */
  readonly split: { readonly train: Uint32Array; readonly valid: Uint32Array } | null;
  /** Of a table: rows drawn from the model. */
  readonly drawn?: Rows | null;
  readonly signal?: AbortSignal;
}

/** On a sample of `data` drawn by the seed; records kept aside are among it. Null where the model gives no finite numbers. */
export async function measure(
  runner: Runner,
  data: Dataset,
  { seed, split, drawn = null, signal }: MeasureOptions,
): Promise<Checkup | null> {
  const { latent, config } = runner;
  const all = fieldsOf(config.schema);
  const hasTexts = all.some(({ ragged }) => ragged);
  const batchSize = Math.min(BATCH, mostRows(all));
  const order = sampleIndices(data.count, RECORDS, seed);
  const mu = new Float32Array(order.length * latent);
  const logvar = new Float32Array(mu.length);
  const peaks = new Map<string, Float32Array>();
  const fields = new Map<string, FieldMoments>();
  const nats = new Map<string, Moments>();
  const [own, swapped] = [moments(), moments()];
  for await (const { step, indices, columns } of batches(data, order, { batchSize })) {
    signal?.throwIfAborted();
    const noise = keyedNormals(new Float32Array(indices.length * latent), seed, [step, 0], 0);
    const probed = await runner.probe(columns, indices.length, noise);
    if (hasTexts && indices.length > 1) {
      const found = await swappedLatents(runner, columns, probed, noise);
      for (const cost of found.own) own.add(cost);
      for (const cost of found.swapped) swapped.add(cost);
    }
    mu.set(probed.mu, step * batchSize * latent);
    logvar.set(probed.logvar, step * batchSize * latent);
    for (const [name, peak] of Object.entries(probed.layers)) {
      const known = peaks.get(name);
      peaks.set(name, known ? known.map((value, i) => Math.max(value, peak[i])) : Float32Array.from(peak));
    }
    for (const [name, costs] of Object.entries(probed.nats)) {
      const of = nats.get(name) ?? moments();
      nats.set(name, of);
      for (const cost of costs) of.add(cost);
    }
    for (const [name, { residual, spread }] of Object.entries(probed.fields)) {
      const of = fields.get(name) ?? fieldMoments();
      fields.set(name, of);
      for (let i = 0; i < residual.length; i++) {
        of.residual.add(residual[i]);
        if (!spread) continue;
        of.variance.add(spread.variance[i]);
        of.atLeast.add(spread.atLeast[i]);
        of.atMost.add(spread.atMost[i]);
      }
    }
  }
  const checkup: Checkup = {
    records: order.length,
    mu: reachOf(mu, latent),
    logvar: reachOf(logvar, latent),
    aggregateDivergence: divergenceFromStandard(mu, logvar, latent),
    layers: Object.fromEntries(
      [...peaks].map(([name, peak]) => [name, { units: peak.length, silent: peak.filter((most) => most <= 0).length }]),
    ),
    fields: Object.fromEntries(
      [...fields].map(([name, { residual, variance, atLeast, atMost }]) => [
        name,
        {
          residual: residual.mean,
          variance: variance.count > 0 ? variance.mean : null,
          atLeast: atLeast.mean,
          atMost: atMost.mean,
        },
      ]),
    ),
    copies: split && split.valid.length > 0 ? await countCopies(data, split, signal) : null,
    ...(own.count > 0 && {
      latentUse: {
        records: own.count,
        own: own.mean,
        swapped: swapped.mean,
        mutualInformation: mutualInformation({ mu, logvar, count: order.length, width: latent }, seed),
      },
    }),
    ...(drawn && {
      rows: {
        nats: Object.fromEntries([...nats].map(([name, { mean }]) => [name, mean])),
        ...neverDrawn(drawn, config.facts.count),
        ...(await countRepeated(data, signal)),
      },
    }),
  };
  return allFinite(checkup) ? checkup : null;
}

interface FieldMoments {
  readonly residual: Moments;
  readonly variance: Moments;
  readonly atLeast: Moments;
  readonly atMost: Moments;
}
function fieldMoments(): FieldMoments {
  return { residual: moments(), variance: moments(), atLeast: moments(), atMost: moments() };
}

/** JSON has no numbers for what is not finite. */
function allFinite(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  return typeof value !== "object" || value === null || Object.values(value).every(allFinite);
}
