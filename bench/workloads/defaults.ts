/** What the defaults for pictures rest on: each choice with and without, validation -ELBO of short runs. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { nodeHost, open } from "../../src/node.js";
import { Vae, type VaeOptions } from "../../src/vae.js";
import type { Cell, Context, Result, Workload } from "../harness/workload.js";

type Wishes = Omit<VaeOptions, "schema" | "host"> & { readonly ema?: number };

interface Trial {
  readonly choice: string;
  readonly set: string;
  readonly records: number;
  readonly epochs: number;
  readonly batchSize: number;
  /** The same run under each of these, the default last. */
  readonly ways: Readonly<Record<string, Wishes>>;
}

const conv = (groups: number): Wishes => ({ net: { name: "conv", groups } });
const norm = { "without (ReLU)": conv(0), "with (SiLU)": conv(8) };
const pace = (sigmaPace: number): Wishes => ({ ...conv(8), likelihood: { name: "normal", sigmaPace } });
const ema = (decay: number): Wishes => ({ net: "mlp", ema: decay });

const TRIALS: readonly Trial[] = [
  { choice: "group norm", set: "mnist", records: 20_000, epochs: 3, batchSize: 128, ways: norm },
  { choice: "group norm", set: "frey", records: 2000, epochs: 20, batchSize: 64, ways: norm },
  { choice: "group norm", set: "cifar", records: 6000, epochs: 5, batchSize: 64, ways: norm },
  {
    choice: "pace of a learned sigma",
    set: "frey",
    records: 2000,
    epochs: 25,
    batchSize: 64,
    ways: { "1": pace(1), "10": pace(10) },
  },
  {
    choice: "weight averaging",
    set: "mnist",
    records: 12_000,
    epochs: 8,
    batchSize: 64,
    ways: { "0.99": ema(0.99), "0.999": ema(0.999), none: ema(0) },
  },
];

function addressOf(set: string): string | null {
  if (set === "mnist") return set;
  const { VAEKIT_DATA } = process.env;
  const file = { frey: "freyfaces", cifar: "cifar10-train.zip" }[set];
  const path = VAEKIT_DATA && file ? join(VAEKIT_DATA, "images", file) : null;
  return path && existsSync(path) ? path : null;
}

/** Trains once; validation -ELBO under N(0, I). */
async function fitted(trial: Trial, address: string, { ema: decay, ...wishes }: Wishes, context: Context) {
  const { threads, seed, quick } = context;
  const data = await open(address, { limit: quick ? 500 : trial.records, seed });
  const vae = new Vae({ schema: data.schema, prior: "standard-normal", threads, seed, host: nodeHost(), ...wishes });
  try {
    const how = { epochs: quick ? 1 : trial.epochs, batchSize: trial.batchSize, seed, ...(decay && { ema: decay }) };
    await vae.fit(data, how);
    return vae.config.metrics.negativeElbo as number;
  } finally {
    await vae.dispose();
    await data.close();
  }
}

async function run(context: Context): Promise<Result> {
  const rows: Record<string, Cell>[] = [];
  const missing = new Set<string>();
  for (const trial of TRIALS) {
    const address = addressOf(trial.set);
    if (!address) {
      missing.add(trial.set);
      continue;
    }
    for (const [way, wishes] of Object.entries(trial.ways)) {
      const { choice, set, records, epochs, batchSize } = trial;
      const row = { choice, way, set, records, epochs, batchSize, elbo: await fitted(trial, address, wishes, context) };
      rows.push(row);
      context.log(`${choice} ${way}, ${set}: ${row.elbo}`);
    }
  }
  return {
    protocol:
      "Validation -ELBO in nats (5 % of the records kept aside, one draw, prior N(0, I), beta 1) of short one-cycle runs; " +
      "conv net for all but the weight averaging (MLP); one seed. The last way of each choice is the default.",
    columns: [
      { key: "choice", title: "choice" },
      { key: "way", title: "way" },
      { key: "set", title: "set" },
      { key: "records", title: "records at most", digits: 0 },
      { key: "epochs", title: "epochs", digits: 0 },
      { key: "batchSize", title: "batch", digits: 0 },
      { key: "elbo", title: "validation -ELBO, nats" },
    ],
    rows,
    notes: missing.size > 0 ? [`Not at hand (VAEKIT_DATA): ${[...missing].join(", ")}.`] : [],
  };
}

export const workload: Workload = {
  name: "defaults",
  summary: "what the defaults for pictures rest on: each choice with and without",
  run,
};
