/** Finds the records that lie nearest in latent space, or near copies among records. */

import * as z from "zod";
import type { Dataset } from "../data/dataset.js";
import { writePictures, writeTable } from "../data/sinks/write.js";
import { VaekitError } from "../errors.js";
import type { Host } from "../host.js";
import type { Runner } from "../model/runner.js";
import { DEFAULT_TOLERANCE, type Duplicates, findDuplicates } from "./duplicates.js";
import { findNeighbors, type Neighbors } from "./nearest-records.js";
import { look } from "./option.js";
import { limit, machine, model, optionalOut, seed } from "./options.js";
import { drawnRows, type RecordRow } from "./record-rows.js";
import { withData, withRunner } from "./runner.js";
import { textTable } from "./text-table.js";
import { type VerbContext, type VerbResult, verb } from "./verb.js";

const MAX_TOP = 1000;
const top = z.int().min(1).max(MAX_TOP).default(12).describe("neighbours of each record");
/** How many neighbours are found. */
export const neighborsOptions = z.strictObject({ top });

const tolerance = z
  .number()
  .positive()
  .max(1)
  .default(DEFAULT_TOLERANCE)
  .describe("with --duplicates: largest root mean square difference of pixels, of 0..1")
  .register(look, { placeholder: "X" });
/** What counts as a near copy. */
export const duplicatesOptions = z.strictObject({ tolerance, seed });

export const neighbors = verb({
  name: "neighbors",
  summary: "Find the records nearest in latent space, or near copies (--duplicates)",
  input: z.strictObject({
    model,
    query: z
      .string()
      .min(1)
      .describe("records whose neighbours are looked for")
      .register(look, { placeholder: "QUERY" }),
    data: z
      .string()
      .min(1)
      .optional()
      .describe("where to look, with the forms of data (default: among the records of QUERY)")
      .register(look, { placeholder: "DATA" }),
    out: optionalOut(
      "n.png|n.csv|n.jsonl|n.npz",
      "a sheet with the query first in each row, or a table (default: print it)",
    ),
    top: top.register(look, { placeholder: "N" }),
    duplicates: z.boolean().default(false).describe("list copies and near copies among the records of QUERY"),
    tolerance,
    limit,
    seed,
    ...machine,
  }),
  cli: {
    positional: ["model", "query", "data"],
    example: "vaekit neighbors models/mnist mnist#test/4 mnist#test --top 12 --out n.png",
    streams: false,
  },
  async run({ query, data, out, top, duplicates, tolerance, limit, seed, ...options }, context) {
    const { host, signal, report } = context;
    if (out) expectSink(out, host);
    if (duplicates && data !== undefined)
      throw new VaekitError("E_USAGE", `--duplicates looks at one DATA, got ${query} and ${data}`);
    const work = (total: number) => (done: number) => report({ event: "work", what: "encoded", done, total });
    return withRunner(options, context, (runner) =>
      withData(query, runner.config, { limit: data ? undefined : limit, seed }, context, async (asked) => {
        if (duplicates) {
          const onCompared = (done: number, total: number) => report({ event: "work", what: "compared", done, total });
          const progress = { signal, onProgress: work(asked.count), onCompared };
          const found = await findDuplicates(runner, asked, { tolerance, seed, ...progress });
          if (found.notice) report({ event: "notice", message: found.notice });
          return answer(duplicatesAnswer(found), { runner, asked, data: asked, out, context });
        }
        const find = async (dataset: Dataset, isSame: boolean) => {
          const found = await findNeighbors(runner, asked, isSame ? null : dataset, {
            top,
            signal,
            onProgress: work(asked.count + (isSame ? 0 : dataset.count)),
          });
          return answer(neighborsAnswer(found), { runner, asked, data: dataset, out, context });
        };
        if (data === undefined) return find(asked, true);
        return withData(data, runner.config, { limit, seed }, context, (dataset) => find(dataset, false));
      }),
    );
  },
});

function neighborsAnswer({ found, metric }: Neighbors): Answer {
  const rows = found.flatMap(({ query, neighbors }) =>
    neighbors.map(({ id, label, distance }, i) => ({ query, rank: i + 1, id, label, distance })),
  );
  return {
    what: `${rows.length} neighbours of ${found.length} record${found.length === 1 ? "" : "s"}`,
    facts: { metric, queries: found.length },
    header: ["query", "rank", "id", "label", "distance"],
    rows,
    drawn: found.map(({ neighbors }, lead) => ({
      lead,
      others: neighbors.map(({ index, label, distance }) => ({
        index,
        caption: [label, distance.toFixed(1)].filter((text) => text !== null).join("  "),
      })),
    })),
  };
}

function duplicatesAnswer({ pairs, tolerance, records }: Duplicates): Answer {
  const leads = [...new Set(pairs.map(({ first }) => first.index))];
  const copies = pairs.filter(({ kind }) => kind === "exact").length;
  return {
    what: `${copies} exact and ${pairs.length - copies} near copies among ${records} records`,
    facts: { records, tolerance, copies, nearCopies: pairs.length - copies },
    header: ["kind", "id", "other_id", "label", "other_label", "difference", "distance"],
    rows: pairs.map(({ kind, first, second, difference, distance }) => ({
      kind,
      id: first.id,
      other_id: second.id,
      label: first.label,
      other_label: second.label,
      difference,
      distance,
    })),
    drawn: leads.map((lead) => ({
      lead,
      others: pairs
        .filter(({ first }) => first.index === lead)
        .map(({ kind, second, difference }) => ({
          index: second.index,
          caption: kind === "exact" ? "copy" : `rms ${difference.toFixed(3)}`,
        })),
    })),
  };
}

// --- answers ---------------------------------------------------------------------------------------------------------------

type Row = Readonly<Record<string, string | number | null>>;
/** An answer in its three forms: a table, a sheet, and what is said of it. */
interface Answer {
  readonly what: string;
  readonly facts: Readonly<Record<string, unknown>>;
  /** Names of the columns, in order. */
  readonly header: readonly string[];
  readonly rows: readonly Row[];
  readonly drawn: readonly RecordRow[];
}

/** Some extensions are those of tables and of pictures: here an .npz is a table. */
function tableSink(path: string, { tableSinks }: Host) {
  return tableSinks.find(({ extensions }) => extensions.some((extension) => path.toLowerCase().endsWith(extension)));
}

/** Only one picture, not a folder of pictures, can show rows. */
function expectSink(path: string, host: Host): void {
  const extensions = [...host.pictureSinks, ...host.tableSinks].flatMap((sink) => sink.extensions);
  if (
    extensions.some((extension) => extension !== "/" && extension !== ".gif" && path.toLowerCase().endsWith(extension))
  )
    return;
  throw new VaekitError(
    "E_OUT",
    `${path}: neighbours cannot be written as this`,
    "Known: .png, .webp, .csv, .jsonl, .npz.",
  );
}

interface Place {
  readonly runner: Runner;
  readonly asked: Dataset;
  readonly data: Dataset;
  readonly out: string | undefined;
  readonly context: VerbContext;
}

async function answer(
  { what, facts, header, rows, drawn }: Answer,
  { runner, asked, data, out, context: { host, report } }: Place,
): Promise<VerbResult> {
  const said = { ...facts, count: rows.length };
  if (out === undefined) {
    report({ event: "notice", message: what });
    return { json: { ...said, found: rows }, text: rows.length > 0 ? rowsText(header, rows) : "" };
  }
  if (tableSink(out, host)) {
    const columns = Object.fromEntries(header.map((name) => [name, rows.map((row) => row[name])]));
    await writeTable(out, { count: rows.length, columns }, host);
  } else if (drawn.length === 0) {
    report({ event: "notice", message: `${what}: nothing to draw, so ${out} was not written` });
    return { json: { path: null, ...said }, text: "" };
  } else {
    const { picture, notice } = await drawnRows(runner, asked, data, drawn);
    if (notice) report({ event: "notice", message: notice });
    await writePictures(out, picture, {}, host);
  }
  report({ event: "wrote", path: out, what });
  return { json: { path: out, ...said }, text: "" };
}

function rowsText(header: readonly string[], rows: readonly Row[]): string {
  const names = header.filter((name) => rows.some((row) => row[name] !== null));
  return textTable(
    names.map((name) => ({
      name: name.replaceAll("_", " "),
      cells: cellsOf(rows.map((row) => row[name])),
      align: rows.some((row) => typeof row[name] === "number") ? "right" : "left",
    })),
  );
}

/** Numbers with as many digits behind the point as the one that has most. */
function cellsOf(values: readonly (string | number | null)[]): string[] {
  const digits = Math.max(0, ...values.map((value) => (typeof value === "number" ? decimals(value) : 0)));
  return values.map((value) => (typeof value === "number" ? value.toFixed(digits) : (value ?? "")));
}

function decimals(value: number): number {
  return /\.(\d+)$/.exec(String(value))?.[1].length ?? 0;
}
