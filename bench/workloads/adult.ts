/** Synthetic rows of UCI Adult, from a model fitted without flags, judged by tools that are not ours. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { NO_PYTHON } from "../harness/peer.js";
import { measure } from "../harness/process.js";
import { type Spread, spread } from "../harness/spread.js";
import type { Cell, Context, Result, Workload } from "../harness/workload.js";

/** As many as there are training rows. */
const ROWS = 32_561;
const SEEDS = 3;

interface Verdict {
  readonly shape_error: number;
  readonly pair_error: number;
  readonly tstr_auc: number;
  readonly trtr_auc: number;
  readonly dcr_share: number;
  readonly duplicates: number;
}

async function run(context: Context): Promise<Result> {
  const data = process.env.VAEKIT_DATA ?? join(context.root, "..", "shared", "data");
  const judge = join(data, "..", "baselines", "adult_judge.py");
  const columns = [
    { key: "model", title: "model" },
    { key: "shape", title: "shape error, %" },
    { key: "pair", title: "pair error, %" },
    { key: "auc", title: "AUC, trained on synthetic rows", digits: 4 },
    { key: "dcr", title: "dcr_share", digits: 3 },
    { key: "copies", title: "copies", digits: 4 },
    { key: "fit", title: "fit, s", digits: 1 },
    { key: "sample", title: "sample, s", digits: 1 },
  ];
  if (!existsSync(judge)) return { protocol: "skipped: no data", columns, rows: [] };
  if (!context.python) return { protocol: `skipped: ${NO_PYTHON}`, columns, rows: [] };
  const train = join(data, "tables", "adult.csv.gz");
  const seeds = Array.from({ length: context.quick ? 1 : SEEDS }, (_, i) => context.seed + i);
  const all: (Verdict & { readonly fit: number; readonly sample: number })[] = [];
  for (const seed of seeds) {
    const folder = await context.temporary();
    const [model, rows] = [join(folder, "model"), join(folder, "rows.csv")];
    const how = ["--threads", `${context.threads}`, "--seed", `${seed}`];
    const epochs = context.quick ? ["--epochs", "2"] : [];
    const fit = await measure([...context.cli, "fit", train, "--out", model, ...epochs, ...how, "--json"]);
    const sample = await measure([...context.cli, "sample", model, "-n", `${ROWS}`, "--out", rows, ...how]);
    const { lines } = await measure([context.python, judge, rows, "--data", join(data, "tables")]);
    const verdict = JSON.parse(lines.at(-1)!.text) as Verdict;
    all.push({ ...verdict, fit: fit.wallSeconds, sample: sample.wallSeconds });
    context.log(`seed ${seed}: ${JSON.stringify(all.at(-1))}`);
  }
  const of = (key: keyof (typeof all)[0]): Spread => spread(all.map((one) => one[key]));
  const ours: Record<string, Cell> = {
    model: "vaekit, no flags",
    shape: of("shape_error"),
    pair: of("pair_error"),
    auc: of("tstr_auc"),
    dcr: of("dcr_share"),
    copies: of("duplicates"),
    fit: of("fit"),
    sample: of("sample"),
  };
  const theirs = { model: "TVAE (ctgan 0.12.1), measured before", shape: 8.34, pair: 9.52, auc: 0.8826, dcr: 0.517 };
  return {
    protocol:
      `UCI Adult: ${ROWS} rows drawn from a model of the ${ROWS} training rows, seeds ${seeds.join(", ")}; judged by SDMetrics ` +
      "(100 - column shapes, 100 - column pair trends), XGBoost trained on the drawn rows and tested on the 16,281 test rows " +
      `(on the real rows it reaches ${all[0].trtr_auc}), dcr_share: .50 is none memorised, .75 all copied. Medians and ranges; whole ` +
      `commands, ${context.threads} threads.`,
    columns,
    rows: [ours, { ...theirs, copies: null, fit: 279, sample: null }],
    details: all,
  };
}

export const workload: Workload = {
  name: "adult",
  summary: "synthetic rows of UCI Adult beside TVAE, judged by SDMetrics and XGBoost",
  run,
};
