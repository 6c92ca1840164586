/** Card fraud and network intrusion: a VAE without flags beside PyOD's detectors on the same rows, and published figures. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { areaUnderRoc } from "../../src/eval/auc.js";
import { averagePrecision } from "../../src/eval/average-precision.js";
import { type Dataset, type OpenOptions, subset, Vae } from "../../src/index.js";
import { nodeHost, open } from "../../src/node.js";
import { Philox } from "../../src/random.js";
import { NO_PYTHON, peerScript } from "../harness/peer.js";
import { event, measure } from "../harness/process.js";
import type { Cell, Context, Result, Workload } from "../harness/workload.js";

interface Case {
  readonly name: string;
  /** Options of fit that a user gives who knows where the rows come from. */
  readonly contamination: number;
  open(
    data: string,
    context: Context,
  ): Promise<{ readonly train: Dataset; readonly test: Dataset; isAnomaly: boolean[] }>;
  /** More than AUROC and AP. */
  more?(ranked: Float64Array, isAnomaly: readonly boolean[], test: Dataset): Promise<Readonly<Record<string, number>>>;
  /** Published figures. */
  readonly published: string;
}

const labelOf = ({ labels }: Dataset, row: number): string => labels!.names[labels!.indices[row]];
const rowsWhere = (data: Dataset, holds: (label: string) => boolean): Uint32Array =>
  Uint32Array.from({ length: data.count }, (_, row) => row).filter((row) => holds(labelOf(data, row)));

async function opened(path: string, options: OpenOptions): Promise<Dataset> {
  return open(path, options);
}

/** Times, ids and what is computed of past labels are no part of what a card does: only windows over amounts and terminals. */
const FRAUD_DROP = ["TX_DATETIME", "CUSTOMER_ID", "TERMINAL_ID"];
const ALERTS_A_DAY = 100;

const cases: readonly Case[] = [
  {
    name: "card fraud",
    contamination: 0.2,
    published: "IForest .836 / .268, kNN .870 / .297 (measured before)",
    async open(data) {
      const options = { label: "TX_FRAUD", drop: FRAUD_DROP };
      const train = await opened(join(data, "cardfraud-train.csv.gz"), options);
      const test = await opened(join(data, "cardfraud-test.csv.gz"), { label: "TX_FRAUD", schema: train.schema });
      return { train, test, isAnomaly: Array.from({ length: test.count }, (_, row) => labelOf(test, row) === "1") };
    },
    async more(ranked, isAnomaly, test) {
      const days: string[] = [];
      for await (const { columns } of test.cells!())
        for (const time of columns.TX_DATETIME) days.push(time!.slice(0, 10));
      const shares = [...new Set(days)].map((day) => {
        const rows = days.flatMap((own, row) => (own === day ? [row] : []));
        const alerts = rows.toSorted((a, b) => ranked[b] - ranked[a]).slice(0, ALERTS_A_DAY);
        return alerts.filter((row) => isAnomaly[row]).length;
      });
      return { [`frauds among ${ALERTS_A_DAY} alerts a day`]: shares.reduce((a, b) => a + b, 0) / shares.length };
    },
  },
  {
    name: "KDD99 10 %",
    contamination: 0,
    published: "F1: DAGMM .937, MemAE .964",
    async open(data, { seed }) {
      const all = await opened(join(data, "kdd99-10percent.csv.gz"), { label: "column_41" });
      // Attacks are 80 % of the rows and count as normal: half of them are trained on.
      const attacks = rowsWhere(all, (label) => label !== "normal.");
      const order = new Philox(seed).permutation(attacks.length);
      const half = Math.floor(attacks.length / 2);
      const chosen = (part: Uint32Array) => part.map((at) => attacks[at]).sort();
      const tested = Uint32Array.from([
        ...chosen(order.slice(half)),
        ...rowsWhere(all, (label) => label === "normal."),
      ]);
      const test = subset(all, tested.sort());
      return {
        train: subset(all, chosen(order.slice(0, half))),
        test,
        isAnomaly: Array.from({ length: test.count }, (_, row) => labelOf(test, row) === "normal."),
      };
    },
    async more(ranked, isAnomaly) {
      // The share of anomalies counts as known, 20 %.
      const alarms = isAnomaly.filter(Boolean).length;
      const order = Uint32Array.from(ranked.keys()).sort((a, b) => ranked[b] - ranked[a]);
      const found = order.subarray(0, alarms).filter((row) => isAnomaly[row]).length;
      return { F1: found / alarms }; // as many alarms as anomalies: precision, recall and F1 are the same
    },
  },
  {
    name: "NSL-KDD",
    contamination: 0,
    published: "",
    async open(data) {
      const options = { label: "column_41", drop: ["column_42"] };
      const all = await opened(join(data, "nsl-kdd-train20.csv.gz"), options);
      const train = subset(
        all,
        rowsWhere(all, (label) => label === "normal"),
      );
      const test = await opened(join(data, "nsl-kdd-test.csv.gz"), { label: "column_41", schema: all.schema });
      return {
        train,
        test,
        isAnomaly: Array.from({ length: test.count }, (_, row) => labelOf(test, row) !== "normal"),
      };
    },
  },
];

async function run(context: Context): Promise<Result> {
  const data = join(process.env.VAEKIT_DATA ?? join(context.root, "..", "shared", "data"), "tables");
  const columns = [
    { key: "data", title: "data" },
    { key: "detector", title: "detector" },
    { key: "auc", title: "AUROC", digits: 4 },
    { key: "ap", title: "AP", digits: 4 },
    { key: "more", title: "also" },
    { key: "fit", title: "fit, s", digits: 1 },
    { key: "score", title: "score, s", digits: 1 },
  ];
  if (!existsSync(data)) return { protocol: "skipped: no data", columns, rows: [] };
  const rows: Record<string, Cell>[] = [];
  for (const one of cases) {
    if (context.only && !context.only.includes(one.name)) continue;
    const { train, test, isAnomaly } = await one.open(data, context);
    const vae = new Vae({ schema: train.schema, host: nodeHost(), seed: context.seed, threads: context.threads });
    const started = performance.now();
    await vae.fit(train, { contamination: one.contamination });
    const fitted = performance.now();
    const { nats, scores } = await vae.score(test, { reasons: false });
    const scored = performance.now();
    await vae.dispose();
    for (const [name, ranked] of Object.entries({ "vaekit, score": scores, "vaekit, nats alone": nats })) {
      if (!ranked) continue;
      const of = (anomaly: boolean) => ranked.filter((_, row) => isAnomaly[row] === anomaly);
      const more = (await one.more?.(ranked, isAnomaly, test)) ?? {};
      const found = { auc: areaUnderRoc(of(true), of(false)), ap: averagePrecision(of(true), of(false)) };
      const told = Object.entries(more).map(([what, value]) => `${what} ${value.toFixed(3)}`);
      const seconds = { fit: (fitted - started) / 1000, score: (scored - fitted) / 1000 };
      rows.push({ data: one.name, detector: name, ...found, more: told.join(", "), ...seconds });
      context.log(`${one.name}, ${name}: ${found.auc.toFixed(4)} / ${found.ap.toFixed(4)} ${told.join(", ")}`);
    }
    if (one.published)
      rows.push({
        data: one.name,
        detector: "others",
        auc: null,
        ap: null,
        more: one.published,
        fit: null,
        score: null,
      });
    await test.close();
    await train.close();
  }
  const notes: string[] = [];
  if (context.python && (!context.only || context.only.includes("NSL-KDD"))) rows.push(...(await peers(context, data)));
  else notes.push(NO_PYTHON);
  return {
    protocol:
      "card fraud: one week to train on without labels (fit --contamination 0.2, times and ids dropped), the next to test on; its RISK " +
      "windows are computed from past labels. KDD99: the attacks, 80 % of the rows, count as normal; those " +
      "of a random half of all rows are trained on, the other half is tested, as many alarms as there are anomalies. NSL-KDD: trained on the normal rows of train20, tested on the test file; " +
      `PyOD on the same rows, labels one-hot, numbers standardised. No other flags. ${context.threads} threads, seed ${context.seed}.`,
    columns,
    rows,
    notes,
  };
}

/** PyOD's detectors on NSL-KDD. */
async function peers({ root, python, threads }: Context, data: string): Promise<Record<string, Cell>[]> {
  const { lines } = await measure([python!, peerScript(root, "nsl_kdd.py"), data, "--threads", `${threads}`]);
  return lines.flatMap((line) => {
    const found = event(line) as { detector?: string; auc?: number; ap?: number; fit?: number; score?: number } | null;
    if (!found?.detector) return [];
    return [
      {
        data: "NSL-KDD",
        detector: `PyOD ${found.detector}`,
        auc: found.auc ?? null,
        ap: found.ap ?? null,
        more: "",
        fit: found.fit ?? null,
        score: found.score ?? null,
      },
    ];
  });
}

export const workload: Workload = {
  name: "intrusion",
  summary: "card fraud, KDD99 and NSL-KDD, beside PyOD's detectors and published figures",
  run,
};
