/** Anomaly detection on the 28 sets of ADBench, one default setting for all: beside what PyOD's detectors gave on the same rows. */

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { areaUnderRoc } from "../../src/eval/auc.js";
import { averagePrecision } from "../../src/eval/average-precision.js";
import { openRows, Vae } from "../../src/index.js";
import { nodeHost } from "../../src/node.js";
import { type AnomalyProtocol, type AnomalySplit, anomalySplits } from "../harness/anomaly-sets.js";
import type { Cell, Context, Result, Workload } from "../harness/workload.js";

/** What a user says who knows that there are anomalies among the training rows: a share that none of the sets is told by. */
const CONTAMINATION: Readonly<Record<AnomalyProtocol, number>> = { oneclass: 0, unsup: 0.2 };
const PEERS = ["VAE", "AE", "KNN", "IForest"] as const;
const QUICK_SETS = 4;

interface Judged {
  readonly auc: number;
  readonly ap: number;
  readonly seconds: number;
}

async function judge({ protocol, seed, load }: AnomalySplit, threads: number): Promise<Judged> {
  const { train, test } = await load();
  const data = await openRows(train.rows);
  const vae = new Vae({ schema: data.schema, host: nodeHost(), seed, threads });
  const started = performance.now();
  await vae.fit(data, { contamination: CONTAMINATION[protocol] });
  const seconds = (performance.now() - started) / 1000;
  const { nats, scores } = await vae.score(test.rows, { reasons: false });
  await vae.dispose();
  const ranked = scores ?? nats;
  const of = (isAnomaly: boolean) => ranked.filter((_, i) => test.isAnomaly[i] === isAnomaly);
  const [anomalies, others] = [of(true), of(false)];
  return { auc: areaUnderRoc(anomalies, others), ap: averagePrecision(anomalies, others), seconds };
}

interface PeerLine {
  readonly ds: string;
  readonly protocol: string;
  readonly seed: number;
  readonly m: string;
  readonly auc: number;
  readonly ap: number;
  readonly fit: number;
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const pair = (all: readonly { readonly auc: number; readonly ap: number }[]): string =>
  all.length === 0
    ? ""
    : `${(100 * mean(all.map(({ auc }) => auc))).toFixed(1)} / ${(100 * mean(all.map(({ ap }) => ap))).toFixed(1)}`;

async function run(context: Context): Promise<Result> {
  const data = process.env.VAEKIT_DATA ?? join(context.root, "..", "shared", "data");
  const splits = await anomalySplits(data);
  const columns = [
    { key: "protocol", title: "protocol" },
    { key: "set", title: "set" },
    { key: "ours", title: "vaekit" },
    ...PEERS.map((name) => ({ key: name, title: `PyOD ${name}` })),
    { key: "seconds", title: "fit, s", digits: 2 },
  ];
  if (!splits) return { protocol: "skipped: no data", columns, rows: [] };
  const path = join(data, "..", "baselines", "adbench-pyod.jsonl");
  const lines = existsSync(path) ? (await readFile(path, "utf8")).trim().split("\n") : [];
  const peers = lines.map((line) => JSON.parse(line) as PeerLine);
  const sets = [...new Set(splits.map(({ set }) => set))].slice(0, context.quick ? QUICK_SETS : undefined);
  const rows: Record<string, Cell>[] = [];
  const details: object[] = [];
  for (const protocol of ["oneclass", "unsup"] as const) {
    if (context.only && !context.only.includes(protocol)) continue;
    const all: Judged[][] = [];
    for (const set of sets) {
      const found: Judged[] = [];
      for (const split of splits.filter((one) => one.set === set && one.protocol === protocol)) {
        const judged = await judge(split, context.threads);
        found.push(judged);
        details.push({ set, protocol, seed: split.seed, ...judged });
      }
      all.push(found);
      const theirs = PEERS.map((m) => [
        m,
        pair(peers.filter((line) => line.ds === set && line.protocol === protocol && line.m === m)),
      ]);
      rows.push({
        protocol,
        set,
        ours: pair(found),
        ...Object.fromEntries(theirs),
        seconds: mean(found.map(({ seconds }) => seconds)),
      });
      context.log(`${protocol} ${set}: ${pair(found)}`);
    }
    const own = peers.filter((line) => line.protocol === protocol && sets.includes(line.ds));
    rows.push({
      protocol,
      set: "mean",
      ours: pair(all.flat()),
      ...Object.fromEntries(PEERS.map((m) => [m, pair(own.filter((line) => line.m === m))])),
      seconds: mean(all.flat().map(({ seconds }) => seconds)),
    });
    context.log(`${protocol} mean: ${pair(all.flat())}`);
  }
  return {
    protocol:
      `AUROC / AP x 100, mean of seeds 1 and 2, ${sets.length} sets of ADBench on fixed splits. oneclass: trained on half of the ` +
      `normal rows, fit without flags; unsup: anomalies among the training rows, fit --contamination ${CONTAMINATION.unsup}. ` +
      `Ranked by score (nats and distances from landmarks, 4 draws a row). ${context.threads} threads; PyOD's figures were ` +
      `measured before on the same rows, with its defaults.`,
    columns,
    rows,
    details,
  };
}

export const workload: Workload = {
  name: "adbench",
  summary: "anomaly detection on 28 sets, trained on normal rows and on contaminated ones, beside PyOD's detectors",
  run,
};
