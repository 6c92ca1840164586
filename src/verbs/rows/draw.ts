/** Draws rows from a model: latents from its prior, then a value for every column; block by block, so that any number fits. */

import type { Column, Columns } from "../../data/dataset.js";
import { VaekitError } from "../../errors.js";
import { type Field, fieldsOf } from "../../fields/list.js";
import { isMissing, type RowCondition } from "../../fields/table/condition.js";
import { LOOKED_AT } from "../../fields/table/describe.js";
import type { Runner } from "../../model/runner.js";
import { Philox } from "../../random.js";
import { ROW_STREAM, SAMPLE_STREAM } from "../streams.js";
import { conditionedLatents } from "./conditioned.js";
import { givenColumns } from "./given.js";

export interface DrawRowsOptions {
  readonly count: number;
  readonly seed: number;
  readonly temperature: number;
  /** Only rows for which it holds. */
  readonly where?: RowCondition;
  readonly signal?: AbortSignal;
}

/** Rows as they would be stored. */
export interface RowBlock {
  readonly count: number;
  readonly columns: Columns;
}

/** Rows drawn at a time, whatever the count, so that the first k of n rows are those of a call for k. */
const BLOCK = 2048;
/** Rows drawn for one that is kept, at the most: less likely conditions are refused. */
const MOST_TRIES = 2000;

/** Rows in blocks, `count` in all. E_DATA for a condition that hardly any row of the model fulfils. */
export async function* drawRows(runner: Runner, options: DrawRowsOptions): AsyncGenerator<RowBlock, void> {
  const { count, seed, temperature, where, signal } = options;
  const fields = fieldsOf(runner.config.schema);
  const { given = [] } = runner.config;
  const isRare = where?.fixed.size && given.length === 0 ? (await shareOf(runner, where, options)) < RARE : false;
  const latents = isRare ? await conditionedLatents(runner, where!, { seed, temperature }) : null;
  const full = fields.map((field) => isAlwaysFull(field, runner.config.data.count));
  const random = new Philox(seed, SAMPLE_STREAM);
  const noise = new Philox(seed, ROW_STREAM);
  const give = (kind: "normal" | "uniform", length: number) =>
    kind === "normal" ? noise.normals(new Float32Array(length)) : noise.uniforms(new Float32Array(length));
  let kept = 0;
  let drawn = 0;
  while (kept < count) {
    signal?.throwIfAborted();
    const z = latents
      ? latents.draw(BLOCK, random)
      : await runner.draw(random.normals(new Float32Array(BLOCK * runner.noiseSize)), BLOCK, temperature);
    const known = givenColumns(runner.config, where?.fixed ?? NOTHING, BLOCK, noise);
    const values = await runner.drawRecords(z, BLOCK, give, known);
    const columns = fields.map(({ name, kind, schema }) => known[name] ?? kind.decode(values[name], schema));
    if (latents) for (const [field, value] of where!.fixed) columns[field].fill(value);
    drawn += BLOCK;
    const isWhole = (row: number) => columns.every((column, i) => !full[i] || isFull(column[row], fields[i]));
    const rows = matching(columns, BLOCK, where)
      .filter(isWhole)
      .subarray(0, count - kept);
    kept += rows.length;
    if (kept < count && drawn > MOST_TRIES * Math.max(kept, 1))
      throw new VaekitError(
        "E_DATA",
        `condition "${where!.text}": ${kept} of ${drawn.toLocaleString("en")} rows drawn fulfil it`,
        "It is too rare for this model: ask for less, or fit a model to such rows (fit --filter).",
      );
    if (rows.length === 0) continue;
    const chosen = columns.map((column) => taken(column, rows));
    yield { count: rows.length, columns: Object.fromEntries(fields.map(({ name }, i) => [name, chosen[i]])) };
  }
}

const NOTHING: ReadonlyMap<number, number> = new Map();

/** Rows that are drawn to see how common a condition is. */
const PILOT = 2048;
/** Rows of a condition that is less common are not waited for: their latents are drawn for the condition. */
const RARE = 0.02;

/** Share of rows of the model for which a condition holds. */
async function shareOf(runner: Runner, where: RowCondition, { seed, temperature }: DrawRowsOptions): Promise<number> {
  for await (const { count, columns } of drawRows(runner, { count: PILOT, seed, temperature })) {
    const list = Object.values(columns);
    return matching(list, count, where).length / count;
  }
  return 0;
}

function matching(columns: readonly Column[], count: number, where: RowCondition | undefined): Uint32Array {
  const all = Uint32Array.from({ length: count }, (_, row) => row);
  return where ? all.filter((row) => where.holds((field) => columns[field][row])) : all;
}

/** Less than one row: what never occurred has the share of a half (`sharesOf`). */
const LESS_THAN_A_ROW = 0.75;

/**
 * Whether every row that was looked at has something in this column, of `rows` in all: then no row is drawn that has not,
 * though the model, which has to score such rows too, leaves them a chance.
 */
function isAlwaysFull({ kind, schema }: Field, rows: number): boolean {
  const shares = kind.codes!(schema).segments[0].shares;
  const none = [shares[shares.length - 1], ...(labelsOf(schema) ? [shares[shares.length - 2]] : [])];
  return none.every((share) => share * Math.min(rows, LOOKED_AT) < LESS_THAN_A_ROW);
}

/** Whether it has a text: a label that is none of those known has none. */
function isFull(stored: number, field: Field): boolean {
  return !isMissing(stored, field) && !(stored >= (labelsOf(field.schema)?.length ?? Number.POSITIVE_INFINITY));
}

function labelsOf({ labels }: Field["schema"]): readonly string[] | undefined {
  return labels as readonly string[] | undefined;
}

function taken(column: Column, rows: Uint32Array): Column {
  const out = new (column.constructor as new (length: number) => Column)(rows.length);
  for (let i = 0; i < rows.length; i++) out[i] = column[rows[i]];
  return out;
}
