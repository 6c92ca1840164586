/** Many rows: a generated table of 20 mixed columns through fit, score, sample and impute; time and memory. */

import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { type Row, Vae } from "../../src/index.js";
import { nodeHost } from "../../src/node.js";
import { Philox } from "../../src/random.js";
import { type Measured, measure } from "../harness/process.js";
import type { Cell, Context, Result, Workload } from "../harness/workload.js";

const MILLION = 1_000_000;
const MANY = 10;
const SERVED = 3000;
const WARM = 300;

/** Twelve numbers (skewed, whole, mostly zero), six columns of labels, a yes or no, a time; some depend on others. */
const SELECT = `
  SELECT id, now, segment, region, device, channel, plan, status, is_new,
    round(exp(2 + a / 2 + CASE segment WHEN 'business' THEN 1 ELSE 0 END), 2) AS amount,
    CASE WHEN u < .8 THEN 0 ELSE round(100 * v, 2) END AS refund,
    (18 + 60 * v)::INTEGER AS age, (1000 * u * v)::INTEGER AS balance, round(a, 4) AS x1, round(a + b / 3, 4) AS x2,
    round(a * b, 4) AS x3, round(b, 3) AS x4, (10 * v * v)::INTEGER AS visits, round(u + v, 3) AS x5,
    CASE WHEN w < .05 THEN NULL ELSE round(b - a, 4) END AS x6, (5 + 3 * a)::INTEGER AS score
  FROM (
    SELECT i AS id, TIMESTAMP '2024-01-01' + to_seconds((u * 31536000)::BIGINT) AS now,
      CASE WHEN u < .3 THEN 'business' ELSE 'private' END AS segment, 'region ' || (v * 12)::INTEGER AS region,
      ['phone', 'tablet', 'laptop'][1 + (w * 2.99)::INTEGER % 3] AS device, 'channel ' || (u * w * 6)::INTEGER AS channel,
      ['free', 'basic', 'pro', 'max'][1 + (v * u * 3.99)::INTEGER % 4] AS plan, CASE WHEN w < .9 THEN 'ok' ELSE 'late' END AS status,
      w < .4 AS is_new, sqrt(-2 * ln(u + 1e-12)) * cos(6.2831853 * v) AS a, sqrt(-2 * ln(w + 1e-12)) * sin(6.2831853 * v) AS b,
      u, v, w
    FROM (SELECT i, random() AS u, random() AS v, random() AS w FROM range(ROWS) r(i))
  )`;

async function generate(path: string, rows: number, seed: number): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  await connection.run(`SELECT setseed(${((seed % 100) + 1) / 101})`);
  const format = path.endsWith(".csv") ? "FORMAT csv, HEADER" : "FORMAT parquet";
  await connection.run(`COPY (${SELECT.replace("ROWS", `${rows}`)}) TO '${path}' (${format})`);
  connection.closeSync();
  instance.closeSync();
}

const columns = [
  { key: "what", title: "command" },
  { key: "rows", title: "rows", digits: 0 },
  { key: "seconds", title: "wall, s", digits: 1 },
  { key: "memory", title: "peak memory, MiB", digits: 0 },
];

async function run(context: Context): Promise<Result> {
  const folder = await context.temporary();
  const small = context.quick ? MILLION / 50 : MILLION;
  const table = join(folder, "rows.csv");
  const many = join(folder, "many.parquet");
  const model = join(folder, "model");
  const how = ["--threads", `${context.threads}`];
  await generate(table, small, context.seed);
  const rows: Record<string, Cell>[] = [];
  const note = (what: string, count: number, { wallSeconds, peakMiB }: Measured) => {
    rows.push({ what, rows: count, seconds: wallSeconds, memory: peakMiB });
    context.log(`${what}: ${wallSeconds.toFixed(1)} s, ${peakMiB?.toFixed(0)} MiB`);
  };
  const command = (words: readonly string[]) => measure([...context.cli, ...words, ...how]);

  note(
    "fit x.csv --epochs 1 --key id",
    small,
    await command(["fit", table, "--out", model, "--epochs", "1", "--key", "id"]),
  );
  note("score x.csv", small, await command(["score", model, table, "--out", join(folder, "s.csv"), "--alerts", "100"]));
  note(
    "score x.csv --out s.parquet",
    small,
    await command(["score", model, table, "--out", join(folder, "s.parquet")]),
  );
  note("sample --out y.csv", small, await command(["sample", model, "-n", `${small}`, "--out", join(folder, "y.csv")]));
  note("impute x.csv --out y.csv", small, await command(["impute", model, table, "--out", join(folder, "f.csv")]));
  if (!context.quick && (!context.only || context.only.includes("many"))) {
    const count = MANY * MILLION;
    await generate(many, count, context.seed + 1);
    note(
      "score x.parquet",
      count,
      await command(["score", model, many, "--out", join(folder, "t.csv"), "--alerts", "100"]),
    );
    note(
      "sample --out y.parquet",
      count,
      await command(["sample", model, "-n", `${count}`, "--out", join(folder, "z.parquet")]),
    );
  }
  const served = await serve(model, context);
  return {
    protocol:
      "A generated table: 12 numbers, 6 columns of labels, a yes or no, a time, an id as key. Whole commands, the largest resident set of the " +
      `process. One row in process (scoreRow with reasons): p50 ${served.p50.toFixed(2)} ms, p99 ${served.p99.toFixed(2)} ms of ` +
      `${SERVED} calls after ${WARM}. ${context.threads} threads, seed ${context.seed}.`,
    columns,
    rows,
    details: served,
  };
}

/** How long a service waits for the score of one row. */
async function serve(
  model: string,
  { threads, seed }: Context,
): Promise<{ readonly p50: number; readonly p99: number }> {
  const vae = await Vae.load(model, { host: nodeHost(), threads });
  const rows: Row[] = [];
  for await (const row of vae.sampleRows(SERVED + WARM, { seed })) rows.push(row);
  const random = new Philox(seed);
  const times: number[] = [];
  for (const at of random.permutation(rows.length)) {
    const started = performance.now();
    await vae.scoreRow(rows[at]);
    times.push(performance.now() - started);
  }
  await vae.dispose();
  const sorted = times.slice(WARM).sort((a, b) => a - b);
  return { p50: sorted[Math.floor(SERVED * 0.5)], p99: sorted[Math.floor(SERVED * 0.99)] };
}

export const workload: Workload = {
  name: "rows",
  summary: "a million rows of 20 columns through fit, score, sample, impute: time and peak memory; one row in process",
  run,
};
