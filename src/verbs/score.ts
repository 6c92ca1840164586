/** Says how strange each record is to a model, and which part of it. */

import * as z from "zod";
import { tableSinkFor } from "../data/sinks/write.js";
import { VaekitError } from "../errors.js";
import { whyUncalibrated } from "../eval/conformal.js";
import { openLandmarks } from "../eval/landmarks/landmarks.js";
import { SCORE_SAMPLES, SCORE_SEED } from "../eval/score.js";
import { fieldsOf } from "../fields/list.js";
import type { Calibration } from "../store/calibration.js";
import { look } from "./option.js";
import { data, limit, machine, model, optionalOut, seed } from "./options.js";
import { imageFieldOf } from "./pictures.js";
import { withData, withRunner } from "./runner.js";
import { jsonOf, lineOf, scoreTable, strangestText } from "./score-text.js";
import { type ScoredRecord, scoredRecords, strangestOf } from "./scores.js";
import { rowOptions } from "./table-options.js";
import { verb } from "./verb.js";

const MAX_SAMPLES = 100_000;
const MAX_TOP = 100_000;
/** Texts on a page where it is not said how many. */
const SHOWN_TEXTS = 100;

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
      "a table: id, label, nats, p_value, reasons and, of tables, score, of texts, tokens and nats_per_token (default: print it)",
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
    html: z
      .string()
      .min(1)
      .optional()
      .describe(`page of the strangest texts (--top of them, else ${SHOWN_TEXTS}), each token shaded by its nats`)
      .register(look, { placeholder: "x.html" }),
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
    const { data, out, top, alerts, maxFalseAlarms, heatmaps, html, samples, seed, limit } = input;
    const { key, label, filter, onError, records, model, device, threads } = input;
    const { host, signal, report, print, mark } = context;
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

        const fields = fieldsOf(runner.config.schema);
        const areTexts = fields.every(({ ragged }) => ragged);
        if (heatmaps) imageFieldOf(runner.config);
        if (html && !fields.some(({ ragged }) => ragged))
          throw new VaekitError("E_MODEL", "--html: this model has no field of texts", "Of pictures: --heatmaps DIR.");
        const strangest = strangestOf(alerts ?? top ?? (html ? SHOWN_TEXTS : 0));
        const isShown = ({ pValue }: ScoredRecord) => maxFalseAlarms === undefined || pValue! <= maxFalseAlarms;
        const isPrinted = !out && !top && !alerts;
        const table = out ? await scoreTable(out, { hasScores: landmarks !== null, areTexts }, host) : null;
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
            strangest.add(record);
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
              strangest.add(record);
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
        if (html) {
          const { textHeatPage } = await import("../eval/report/text-heat.js");
          const protocol = `The ${strangest.records.length} strangest of ${count.toLocaleString("en")} records of ${dataset.name}; ${protocolText(samples, calibration, notice)}, seed ${seed}.`;
          const page = textHeatPage({ title: dataset.name, protocol, records: strangest.records });
          await host.files.write(html, page);
          report({ event: "wrote", path: html, what: `${strangest.records.length} texts` });
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
          text: shown.length > 0 ? strangestText(shown, mark) : "",
        };
      }),
    );
  },
});

function protocolText(samples: number, calibration: Calibration | null, notice: string | null): string {
  const judged = notice ? "no p-values" : `p-values by ${calibration!.nats.length} records kept aside`;
  return `${samples} samples each, ${judged}`;
}
