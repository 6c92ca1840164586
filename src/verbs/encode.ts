/** Turns records into latents. */

import * as z from "zod";
import type { Dataset } from "../data/dataset.js";
import { tableSinkFor, writeTable } from "../data/sinks/write.js";
import type { TableValues } from "../host.js";
import type { Encoded, Runner } from "../model/runner.js";
import { fitting } from "./forms/list.js";
import { data, limit, machine, model, out, seed } from "./options.js";
import { allRecords, type BatchOptions, encodeRecords } from "./pictures.js";
import { withData, withRunner } from "./runner.js";
import { verb } from "./verb.js";

export const encode = verb({
  name: "encode",
  summary: "Turn records into latents, one row per record",
  input: z.strictObject({
    model,
    data,
    out: out("z.csv|z.jsonl|z.npz", "a table: id, label, mu_0.., logvar_0.. (in npz: id, label, mu, logvar)"),
    limit,
    seed,
    ...machine,
  }),
  cli: {
    positional: ["model", "data"],
    example: "vaekit encode models/mnist mnist#test --out z.csv",
    streams: false,
  },
  async run({ data, out, limit, seed, ...options }, context) {
    tableSinkFor(out, context.host);
    return withRunner(options, context, (runner) =>
      withData(data, runner.config, { limit, seed }, context, async (dataset) => {
        const { count: total } = dataset;
        const codes = await encodeDataset(runner, dataset, {
          signal: context.signal,
          onProgress: (done) => context.report({ event: "work", what: "encoded", done, total }),
        });
        await writeTable(out, tableOf(codes, runner.latent), context.host);
        context.report({ event: "wrote", path: out, what: `${total} rows of ${runner.latent} latents` });
        return { json: { path: out, count: total, latent: runner.latent }, text: "" };
      }),
    );
  },
});

/** Posterior of each record of a data set, in its order. */
export interface Codes extends Encoded {
  readonly count: number;
  readonly ids: readonly string[];
  /** Class of each record; null where the data has none. */
  readonly labels: readonly string[] | null;
}

/** Encodes all records, in batches. E_SHAPE when the data is of another size than the model's. */
export async function encodeDataset(runner: Runner, data: Dataset, options: BatchOptions = {}): Promise<Codes> {
  const dataset = await fitting(data, runner.config);
  const indices = allRecords(dataset);
  const { labels } = dataset;
  return {
    count: dataset.count,
    ids: Array.from(indices, (index) => dataset.id(index)),
    labels: labels && Array.from(labels.indices, (index) => labels.names[index]),
    ...(await encodeRecords(runner, dataset, indices, options)),
  };
}

function tableOf({ count, ids, labels, mu, logvar }: Codes, width: number): TableValues {
  return {
    count,
    columns: {
      id: ids,
      label: labels ?? Array.from({ length: count }, () => null),
      mu: { values: mu, width },
      logvar: { values: logvar, width },
    },
  };
}
