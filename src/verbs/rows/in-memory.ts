/** Rows of a program: drawn, scored and filled as objects. */

import type { Dataset, Schema } from "../../data/dataset.js";
import { fieldsOf } from "../../fields/list.js";
import { parseRowCondition, type RowCondition } from "../../fields/table/condition.js";
import { openRows, type Row, type Rows } from "../../fields/table/rows.js";
import { rowOf } from "../../fields/table/written.js";
import type { Runner } from "../../model/runner.js";
import type { TextRequest } from "../forms/form.js";
import { type ScoredRecord, type ScoringOptions, scoredRecords } from "../scores.js";
import { drawRows } from "./draw.js";
import { type ImputeOptions, imputeRows } from "./impute.js";

/** A condition as text, or values that all rows shall have. @example { income: ">50K" } */
export type RowWhere = string | Readonly<Record<string, string | number | boolean>>;

/** Rows are taken as the model's schema says. */
export async function datasetOf(records: Dataset | Rows, schema: Schema): Promise<Dataset> {
  return Symbol.iterator in records || Symbol.asyncIterator in records ? openRows(records, { schema }) : records;
}

export interface SampleRowsOptions extends TextRequest {
  readonly count: number;
  readonly seed: number;
  readonly temperature: number;
  readonly where?: RowWhere;
  readonly signal?: AbortSignal;
}

/** New rows as they come. E_OPTION, E_UNKNOWN and E_DATA for a condition that cannot be met. */
export async function* sampledRows(
  runner: Runner,
  { where, ...request }: SampleRowsOptions,
): AsyncGenerator<Row, void> {
  const { schema } = runner.config;
  const condition = where === undefined ? undefined : conditionOf(where, schema);
  for await (const { columns, count } of drawRows(runner, { ...request, where: condition, writing: request }))
    for (let row = 0; row < count; row++) yield rowOf(schema, columns, row);
}

function conditionOf(where: RowWhere, schema: Schema): RowCondition {
  const quoted = (text: string, sign: string) => sign + text.replaceAll(sign, sign + sign) + sign;
  const text =
    typeof where === "string"
      ? where
      : Object.entries(where)
          .map(([name, value]) => `${quoted(name, '"')} = ${quoted(String(value), "'")}`)
          .join(" and ");
  return parseRowCondition(text, fieldsOf(schema));
}

/** The score of one row. */
export async function scoredRow(runner: Runner, row: Row, options: ScoringOptions): Promise<ScoredRecord> {
  const dataset = await openRows([row], { schema: runner.config.schema });
  for await (const scored of scoredRecords(runner, dataset, options)) return scored;
  throw new Error("internal: a row without a score");
}

/** The rows with the best guess in place of what is missing; other cells stay as they are. */
export async function imputedRows(
  runner: Runner,
  rows: readonly Row[],
  options: Omit<ImputeOptions, "draws">,
): Promise<Row[]> {
  if (rows.length === 0) return [];
  const { schema } = runner.config;
  const fields = fieldsOf(schema);
  const dataset = await openRows(rows, { schema });
  const filled = rows.map((row) => ({ ...row }));
  for (let from = 0; from < rows.length; from += BATCH) {
    const indices = Uint32Array.from({ length: Math.min(BATCH, rows.length - from) }, (_, i) => from + i);
    const cells = await imputeRows(runner, await dataset.read(indices), indices.length, { ...options, draws: 0 });
    for (const { row, field, best } of cells) {
      const { name, kind, schema } = fields[field];
      if (!Number.isNaN(best)) filled[from + row][name] = kind.cell!.value(best, schema);
    }
  }
  return filled;
}

/** Rows that go through the model at a time. */
const BATCH = 256;
