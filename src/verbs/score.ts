/** Says how strange each record is to a model, and which part of it. */

import * as z from "zod";
import { openTable, tableSinkFor } from "../data/sinks/write.js";
import { VaekitError } from "../errors.js";
import { whyUncalibrated } from "../eval/conformal.js";
import { openLandmarks } from "../eval/landmarks/landmarks.js";
import { SCORE_SAMPLES, SCORE_SEED } from "../eval/score.js";
import { writeCsv } from "../files/csv.js";
import type { Host } from "../host.js";
import type { Calibration } from "../store/calibration.js";
import { look } from "./option.js";
import { data, limit, machine, model, optionalOut, seed } from "./options.js";
import { withData, withRunner } from "./runner.js";
import { reasonsText, type ScoredRecord, scoredRecords, shortReasons, strangestOf } from "./scores.js";
import { rowOptions } from "./table-options.js";
import { textTable } from "./text-table.js";
import { verb } from "./verb.js";

const MAX_SAMPLES = 100_000;
const MAX_TOP = 100_000;

const samples = z
  .int()
  .min(1)
  .max(MAX_SAMPLES)
  .default(SCORE_SAMPLES)
  .describe("draws per record; p-values belong to the default")
  .register(look, { placeholder: "N" });

/** How records are scored. */
export const scoreOptions = z.strictObject({
  samples,
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(SCORE_SEED).describe("seed of the draws"),
  reasons: z.boolean().default(true).describe("say which parts of a record are surprising"),
});

export const score = verb({
  name: "score",
  summary: "Say how strange each record is: nats, p-value, and which part of it",
  input: z.strictObject({
    model,
    data,
    out: optionalOut(
      "s.csv|s.parquet|s.jsonl|s.npz",
      "a table: id, label, nats, p_value, reasons and, of tables, score (default: print it)",
    ),
    top: z
      .int()
      .min(1)
      .max(MAX_TOP)
      .optional()
      .describe("show the N strangest records, the strangest first")
      .register(look, { placeholder: "N" }),
    alerts: z
      .int()
      .min(1)
      .max(MAX_TOP)
      .optional()
      .describe("write the N strangest records only, the strangest first")
      .register(look, { placeholder: "N" }),
    maxFalseAlarms: z
      .number()
      .gt(0)
      .lte(1)
      .optional()
      .describe("write only records that are as strange as at most this share of ordinary ones (by p-value)")
      .register(look, { placeholder: "SHARE" }),
    heatmaps: z
      .string()
      .min(1)
      .optional()
      .describe("folder for a picture of each record (with --top: of those) that shows where it is strange")
      .register(look, { placeholder: "DIR" }),
    key: z
      .string()
      .min(1)
      .optional()
      .describe("column of a table whose cells stand as id (default: the number of the row)")
      .register(look, { placeholder: "COLUMN" }),
    ...rowOptions(),
    samples,
    limit,
    seed,
    ...machine,
  }),
  cli: {
    positional: ["model", "data"],
    example: "vaekit score models/mnist mnist#test --out scores.csv --top 20",
    streams: false,
  },
  async run(input, context) {
    const { data, out, top, alerts, maxFalseAlarms, heatmaps, samples, seed, limit } = input;
    const { key, label, filter, onError, records, model, device, threads } = input;
    const { host, signal, report, print } = context;
    if (out) tableSinkFor(out, host);
    if (alerts && maxFalseAlarms)
      throw new VaekitError("E_USAGE", "--alerts and --max-false-alarms each choose what is written: give one of them");
    const reading = { limit, seed, key, label, filter, onError, records };
    return withRunner({ model, device, threads }, context, (runner, { engine, calibration, landmarks }) =>
      withData(data, runner.config, reading, context, async (dataset) => {
        const { count } = dataset;
        const notice = whyUncalibrated(calibration, samples);
        if (notice) report({ event: "notice", message: notice });
        if (notice && maxFalseAlarms)
          throw new VaekitError("E_MODEL", `--max-false-alarms needs p-values: ${notice}`, "Use --alerts N.");
        const work = (what: string, total: number) => (done: number) => report({ event: "work", what, done, total });

        const strangest = strangestOf(alerts ?? top ?? 0);
        const isShown = ({ pValue }: ScoredRecord) => maxFalseAlarms === undefined || pValue! <= maxFalseAlarms;
        const isPrinted = !out && !top && !alerts;
        const table = out ? await scoreTable(out, landmarks !== null, host) : null;
        let written = 0;
        let isFirst = true;
        const near = landmarks && (await openLandmarks(runner.config, landmarks, engine));
        // Reasons are looked for where they are shown: of a few records among many once it is known which.
        const isChosen = alerts !== undefined || maxFalseAlarms !== undefined || (top !== undefined && !out);
        const how = { samples, seed, explain: !isChosen, landmarks: near };
        const scoring = { ...how, calibration, signal, onProgress: work("scored", count) };
        try {
          const write = async (record: ScoredRecord): Promise<void> => {
            written++;
            await table?.add(record);
            if (isPrinted) print(lineOf(record, isFirst));
            isFirst = false;
          };
          const chosen: number[] = [];
          for await (const record of scoredRecords(runner, dataset, scoring)) {
            if (top || alerts) strangest.add(record);
            if (alerts || !isShown(record)) continue;
            if (maxFalseAlarms === undefined) await write(record);
            else chosen.push(record.index);
          }
          if (isChosen) {
            const ranked = strangest.records.map(({ index }) => index);
            const isWritten = new Set(alerts ? ranked : chosen);
            const order = [...new Set([...isWritten, ...ranked])];
            strangest.clear();
            const again = scoredRecords(runner, dataset, { ...scoring, explain: true, onProgress: undefined }, order);
            for await (const record of again) {
              if (top || alerts) strangest.add(record);
              if (isWritten.has(record.index)) await write(record);
            }
          }
          await table?.close();
        } catch (error) {
          await table?.abort();
          throw error;
        } finally {
          await near?.dispose();
        }
        if (out) {
          const what = written === count ? `${count} scores` : `${written} of ${count} records`;
          report({ event: "wrote", path: out, what: `${what}, ${protocolText(samples, calibration, notice)}` });
        }
        if (heatmaps) {
          const { writeHeatMaps } = await import("./heat-maps.js");
          const order = Uint32Array.from(
            top ? strangest.records : { length: count },
            (record, i) => record?.index ?? i,
          );
          const onProgress = work("drawn", order.length);
          const drawing = { runner, dataset, order, host };
          await writeHeatMaps(heatmaps, drawing, { samples, seed, signal, onProgress });
          report({ event: "wrote", path: heatmaps, what: `${order.length} heat maps` });
        }
        if (isPrinted) return { json: undefined, text: "" };
        const shown = strangest.records.slice(0, top ?? (out ? 0 : alerts) ?? 0);
        const summary = {
          path: out ?? null,
          count,
          written: out ? written : 0,
          samples,
          seed,
          calibrated: notice ? null : calibration!.nats.length,
        };
        return {
          json: { ...summary, ...(shown.length > 0 ? { top: shown.map((record) => jsonOf(record)) } : {}) },
          text: shown.length > 0 ? tableText(shown) : "",
        };
      }),
    );
  },
});

const COLUMNS = [
  { name: "id", type: "text" },
  { name: "label", type: "text" },
  { name: "nats", type: "number" },
  { name: "p_value", type: "number" },
  { name: "reasons", type: "text" },
] as const;
/** What records are ranked by, where that is more than nats. */
const SCORE = { name: "score", type: "number" } as const;

function jsonOf({ id, label, nats, score, pValue, reasons }: ScoredRecord): Record<string, unknown> {
  return { id, label, nats, p_value: pValue, reasons, ...(score === null ? {} : { score }) };
}

function cellsOf({ id, label, nats, score, pValue, reasons }: ScoredRecord): Record<string, string | number | null> {
  const cells = { id, label, nats, p_value: pValue, reasons: reasonsText(reasons) };
  return score === null ? cells : { ...cells, score };
}

/** A record as it is printed, below the names of the columns where it is the first. */
function lineOf(record: ScoredRecord, isFirst: boolean): { json: unknown; text: string } {
  const cells = cellsOf(record);
  const lines = writeCsv(Object.keys(cells), [Object.values(cells)]);
  return { json: jsonOf(record), text: isFirst ? lines : lines.slice(lines.indexOf("\n") + 1) };
}

/** Records on their way to a table, some at a time. */
async function scoreTable(path: string, hasScores: boolean, host: Host) {
  const ofTable = hasScores ? [...COLUMNS, SCORE] : COLUMNS;
  const table = await openTable(path, ofTable, {}, host);
  const waiting: Record<string, string | number | null>[] = [];
  async function flush(): Promise<void> {
    const columns = ofTable.map(({ name }) => [name, waiting.map((cells) => cells[name])]);
    await table.write({ count: waiting.length, columns: Object.fromEntries(columns) });
    waiting.length = 0;
  }
  return {
    async add(record: ScoredRecord): Promise<void> {
      waiting.push(cellsOf(record));
      if (waiting.length === ROWS_AT_A_TIME) await flush();
    },
    async close(): Promise<void> {
      await flush();
      await table.close();
    },
    abort: () => table.abort(),
  };
}
const ROWS_AT_A_TIME = 4096;

function protocolText(samples: number, calibration: Calibration | null, notice: string | null): string {
  const judged = notice ? "no p-values" : `p-values by ${calibration!.nats.length} records kept aside`;
  return `${samples} samples each, ${judged}`;
}

function tableText(records: readonly ScoredRecord[]): string {
  const right = "right" as const;
  const hasLabels = records.some(({ label }) => label !== null);
  return textTable([
    { name: "", cells: records.map((_, i) => String(i + 1)), align: right },
    { name: "id", cells: records.map(({ id }) => id) },
    ...(hasLabels ? [{ name: "label", cells: records.map(({ label }) => label ?? "") }] : []),
    { name: "nats", cells: records.map(({ nats }) => nats.toFixed(2)), align: right },
    ...(records.some(({ score }) => score !== null)
      ? [{ name: "score", cells: records.map(({ score }) => score?.toFixed(2) ?? ""), align: right }]
      : []),
    { name: "p-value", cells: records.map(({ pValue }) => pText(pValue)), align: right },
    { name: "most surprising", cells: records.map(({ reasons }) => shortReasons(reasons)) },
  ]);
}

/** Two digits that say something. */
function pText(pValue: number | null): string {
  return pValue === null ? "" : pValue >= 0.1 ? pValue.toFixed(2) : String(Number(pValue.toPrecision(2)));
}
