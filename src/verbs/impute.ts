/** Fills in what is missing in the rows of a table; of pictures what stands beside them, such as a label. */

import * as z from "zod";
import type { CellBatch, Dataset } from "../data/dataset.js";
import { openTable } from "../data/sinks/write.js";
import { VaekitError } from "../errors.js";
import { comparable } from "../eval/tables/rows.js";
import { type Field, fieldsOf } from "../fields/list.js";
import type { Runner } from "../model/runner.js";
import { look } from "./option.js";
import { data, machine, model, out, seed } from "./options.js";
import { writeTold } from "./rows/classify.js";
import { type ImputedCell, type ImputeOptions, imputeRows } from "./rows/impute.js";
import { withData, withRunner } from "./runner.js";
import { escapeFormulas } from "./sample.js";
import { rowOptions } from "./table-options.js";
import { type VerbContext, verb } from "./verb.js";

const MAX_DRAWS = 1000;

/** How cells are filled. */
export const imputeOptions = z.strictObject({
  draws: z
    .int()
    .min(1)
    .max(MAX_DRAWS)
    .default(1)
    .describe(
      "1: each row once, with the best guess; more: each row so many times with draws, and a column for their spread",
    )
    .register(look, { placeholder: "N" }),
  samples: z
    .int()
    .min(1)
    .max(MAX_DRAWS)
    .default(32)
    .describe("draws of a row's latents that are weighed against each other")
    .register(look, { placeholder: "N", more: true }),
  seed,
});

export const impute = verb({
  name: "impute",
  summary: "Fill in what is missing in the rows of a table, or the labels of pictures",
  input: z.strictObject({
    model,
    data,
    out: out("full.csv|full.parquet|full.jsonl", "the same table, filled"),
    ...imputeOptions.shape,
    filter: rowOptions().filter,
    escapeFormulas,
    ...machine,
  }),
  cli: {
    positional: ["model", "data"],
    example: "vaekit impute models/adult holes.csv --out full.csv",
    streams: false,
  },
  async run({ data, out, draws, samples, seed, filter, escapeFormulas, ...options }, context) {
    return withRunner(options, context, (runner) =>
      withData(data, runner.config, { filter }, context, async (dataset) => {
        const how = { draws, samples, seed };
        const write = dataset.cells ? writeImputed : writeTold;
        const { rows, cells, left } = await write(runner, dataset, out, { ...how, escapeFormulas }, context);
        const kept = left > 0 ? `, ${left.toLocaleString("en")} left empty as the model expects nothing there` : "";
        report(context, out, `${rows.toLocaleString("en")} rows, ${cells.toLocaleString("en")} cells filled${kept}`);
        return { json: { path: out, rows, filled: cells, left, ...how }, text: "" };
      }),
    );
  },
});

function report(context: VerbContext, path: string, what: string): void {
  context.report({ event: "wrote", path, what });
}

/** Rows that go through the model at a time. */
const BATCH = 2048;

interface Counts {
  readonly rows: number;
  readonly cells: number;
  readonly left: number;
}

async function writeImputed(
  runner: Runner,
  dataset: Dataset,
  path: string,
  { escapeFormulas, ...options }: ImputeOptions & { readonly escapeFormulas: boolean },
  { host, signal, report }: VerbContext,
): Promise<Counts> {
  const fields = fieldsOf(runner.config.schema);
  const facts = runner.config.schema.table?.columns ?? [];
  const before = new Map(facts.map(({ name, before = "" }) => [name, before]));
  const filling = { fields, before, draws: options.draws };
  let table: Awaited<ReturnType<typeof openTable>> | null = null;
  let [rows, cells, left] = [0, 0, 0];
  try {
    for await (const batch of dataset.cells!()) {
      for (let from = 0; from < batch.count; from += BATCH) {
        signal.throwIfAborted();
        const count = Math.min(BATCH, batch.count - from);
        // Whole batches, whatever the rest, so that a row's answer is the same: products of other heights may round otherwise.
        const indices = Uint32Array.from({ length: BATCH }, (_, i) => batch.start + from + Math.min(i, count - 1));
        const columns = await dataset.read(indices);
        const imputed = (await imputeRows(runner, columns, BATCH, options)).filter(({ row }) => row < count);
        const isFilled = ({ best }: ImputedCell) => !Number.isNaN(best);
        const found = imputed.filter(isFilled);
        cells += found.length;
        left += imputed.length - found.length;
        const part = partOf(batch, from, count);
        const filled = fill(part, found, filling);
        table ??= await openTable(path, columnsOf(path, batch.names, filling), { escapeFormulas }, host);
        await table.write(filled);
        rows += count;
        report({ event: "work", what: "filled", done: rows, total: dataset.count });
      }
    }
    await table?.close();
  } catch (error) {
    await table?.abort();
    throw error;
  }
  return { rows, cells, left };
}

/** What draws add: their number, and how far they spread. */
const DRAW = "draw";
const SPREAD = "_spread";

interface FillOptions {
  readonly fields: readonly Field[];
  readonly before: ReadonlyMap<string, string>;
  readonly draws: number;
}
type Cells = Record<string, (string | number | null)[]>;

/** The rows with their holes filled: once, or `draws` times with the columns `draw` and NAME_spread. */
function fill(
  { count, columns }: Pick<CellBatch, "count" | "columns">,
  imputed: readonly ImputedCell[],
  { fields, before, draws }: FillOptions,
): { count: number; columns: Cells } {
  const put = (cells: Cells, { row, field }: ImputedCell, stored: number, at: number): void => {
    const { name, kind, schema } = fields[field];
    const text = kind.cell!.text(stored, schema);
    if (text !== null) cells[name][at + row] = (before.get(name) ?? "") + text;
  };
  if (draws === 1) {
    const cells: Cells = Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, [...column]]));
    for (const cell of imputed) put(cells, cell, cell.best, 0);
    return { count, columns: cells };
  }
  const repeated = <T>(column: readonly T[]): T[] => Array.from({ length: draws }, () => column).flat();
  const cells: Cells = Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, repeated(column)]));
  cells[DRAW] = Array.from({ length: draws * count }, (_, i) => Math.floor(i / count) + 1);
  for (const { name } of comparable(fields)) cells[name + SPREAD] = new Array(draws * count).fill(null);
  for (const cell of imputed)
    for (const [draw, stored] of cell.draws.entries()) {
      put(cells, cell, stored, draw * count);
      cells[fields[cell.field].name + SPREAD][draw * count + cell.row] = Number(cell.spread.toPrecision(6));
    }
  return { count: draws * count, columns: cells };
}

function partOf({ columns }: CellBatch, from: number, count: number): Pick<CellBatch, "count" | "columns"> {
  const part = Object.entries(columns).map(([name, cells]) => [name, cells.slice(from, from + count)]);
  return { count, columns: Object.fromEntries(part) };
}

/** The source's columns in its order, and those that draws add. E_OUT where one of them is there already. */
function columnsOf(
  path: string,
  names: readonly string[],
  { fields, draws }: FillOptions,
): { name: string; type: "text" | "number" }[] {
  const added = draws === 1 ? [] : [DRAW, ...comparable(fields).map(({ name }) => name + SPREAD)];
  const twice = added.find((name) => names.includes(name));
  if (twice !== undefined)
    throw new VaekitError(
      "E_OUT",
      `${path}: column "${twice}" is in the data, and what is drawn would stand there`,
      "Rename it, or ask for the best guess alone: --draws 1.",
    );
  return [
    ...names.map((name) => ({ name, type: "text" as const })),
    ...added.map((name) => ({ name, type: "number" as const })),
  ];
}
