/** Says how strange each record is to a model, and which part of it. */

import * as z from "zod";
import { tableSinkFor, writeTable } from "../data/sinks/write.js";
import { whyUncalibrated } from "../eval/conformal.js";
import { SCORE_SAMPLES, SCORE_SEED } from "../eval/score.js";
import { writeCsv } from "../files/csv.js";
import type { TableValues } from "../host.js";
import type { Calibration } from "../store/calibration.js";
import { look } from "./option.js";
import { data, limit, machine, model, optionalOut, seed } from "./options.js";
import { withData, withRunner } from "./runner.js";
import { reasonsText, type ScoredRecord, scoredRecords, strangestOf } from "./scores.js";
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
    out: optionalOut("s.csv|s.jsonl|s.npz", "a table: id, label, nats, p_value, reasons (default: print it)"),
    top: z
      .int()
      .min(1)
      .max(MAX_TOP)
      .optional()
      .describe("show the N strangest records, the strangest first")
      .register(look, { placeholder: "N" }),
    heatmaps: z
      .string()
      .min(1)
      .optional()
      .describe("folder for a picture of each record (with --top: of those) that shows where it is strange")
      .register(look, { placeholder: "DIR" }),
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
  async run({ data, out, top, heatmaps, samples, seed, limit, ...options }, context) {
    const { host, signal, report, print } = context;
    if (out) tableSinkFor(out, host);
    return withRunner(options, context, (runner, { calibration }) =>
      withData(data, runner.config, { limit, seed }, context, async (dataset) => {
        const { count } = dataset;
        const notice = whyUncalibrated(calibration, samples);
        if (notice) report({ event: "notice", message: notice });
        const work = (what: string, total: number) => (done: number) => report({ event: "work", what, done, total });

        const table = out ? columnsOf() : null;
        const strangest = strangestOf(top ?? 0);
        const isPrinted = !out && !top;
        const scoring = { calibration, samples, seed, explain: true, signal, onProgress: work("scored", count) };
        for await (const record of scoredRecords(runner, dataset, scoring)) {
          table?.add(record);
          if (top) strangest.add(record);
          if (isPrinted) print(lineOf(record));
        }
        if (out && table) {
          await writeTable(out, table.values(), host);
          report({ event: "wrote", path: out, what: `${count} scores, ${protocolText(samples, calibration, notice)}` });
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
        const summary = {
          path: out ?? null,
          count,
          samples,
          seed,
          calibrated: notice ? null : calibration!.nats.length,
        };
        return {
          json: { ...summary, ...(top ? { top: strangest.records.map((record) => jsonOf(record)) } : {}) },
          text: top ? tableText(strangest.records) : "",
        };
      }),
    );
  },
});

const COLUMNS = ["id", "label", "nats", "p_value", "reasons"] as const;

function jsonOf({ id, label, nats, pValue, reasons }: ScoredRecord): Record<(typeof COLUMNS)[number], unknown> {
  return { id, label, nats, p_value: pValue, reasons };
}

/** A record as it is printed, below the names of the columns where it is the first. */
function lineOf(record: ScoredRecord): { json: unknown; text: string } {
  const { id, label, nats, pValue, reasons } = record;
  const lines = writeCsv(COLUMNS, [[id, label, nats, pValue, reasonsText(reasons)]]);
  return { json: jsonOf(record), text: record.index === 0 ? lines : lines.slice(lines.indexOf("\n") + 1) };
}

/** Collects the columns of the table: no pictures, some hundred bytes a record. */
function columnsOf(): { add(record: ScoredRecord): void; values(): TableValues } {
  const columns = {
    id: [] as string[],
    label: [] as (string | null)[],
    nats: [] as number[],
    p_value: [] as (number | null)[],
    reasons: [] as string[],
  } satisfies Record<(typeof COLUMNS)[number], unknown[]>;
  return {
    add({ id, label, nats, pValue, reasons }) {
      columns.id.push(id);
      columns.label.push(label);
      columns.nats.push(nats);
      columns.p_value.push(pValue);
      columns.reasons.push(reasonsText(reasons));
    },
    values: () => ({ count: columns.id.length, columns }),
  };
}

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
    { name: "p-value", cells: records.map(({ pValue }) => pText(pValue)), align: right },
    { name: "most surprising", cells: records.map(({ reasons }) => reasonsText(reasons)) },
  ]);
}

/** Two digits that say something. */
function pText(pValue: number | null): string {
  return pValue === null ? "" : pValue >= 0.1 ? pValue.toFixed(2) : String(Number(pValue.toPrecision(2)));
}
