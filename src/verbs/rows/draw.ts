/** Draws rows from a model: latents from its prior, then a value for every column; block by block, so that any number fits. */

import type { Column, Columns } from "../../data/dataset.js";
import { VaekitError } from "../../errors.js";
import { type Field, fieldsOf } from "../../fields/list.js";
import { isMissing, type RowCondition } from "../../fields/table/condition.js";
import { LOOKED_AT } from "../../fields/table/describe.js";
import { takenRows } from "../../fields/table/stored.js";
import type { Runner } from "../../model/runner.js";
import { Philox } from "../../random.js";
import type { TextRequest } from "../forms/form.js";
import { ROW_STREAM, SAMPLE_STREAM } from "../streams.js";
import { writingOf } from "../texts/strategy.js";
import { storedTexts, textFields, writeTexts } from "../texts/write-texts.js";
import { conditionedLatents } from "./conditioned.js";
import { givenColumns } from "./given.js";

export interface DrawRowsOptions {
  readonly count: number;
  readonly seed: number;
  readonly temperature: number;
  /** Only rows for which it holds. */
  readonly where?: RowCondition;
  /** How texts are written; null: they are left out, as for figures that are not about them. */
  readonly writing: TextRequest | null;
  readonly signal?: AbortSignal;
}

/** Rows as they would be stored. */
export interface RowBlock {
  readonly count: number;
  readonly columns: Columns;
  /** The latents that they were drawn from, [count, latent]. */
  readonly z: Float32Array;
}

/** Rows drawn at a time, whatever the count, so that the first k of n rows are those of a call for k. */
const BLOCK = 2048;
/** Rows drawn for one that is kept, at the most: less likely conditions are refused. */
const MOST_TRIES = 2000;

/** Rows in blocks, `count` in all. E_DATA for a condition that hardly any row of the model fulfils. */
export async function* drawRows(runner: Runner, options: DrawRowsOptions): AsyncGenerator<RowBlock, void> {
  const { count, seed, temperature, where, writing, signal } = options;
  const fields = fieldsOf(runner.config.schema);
  const texts = writing ? textFields(runner.config) : [];
  const atOnce = fields.filter(({ ragged }) => !ragged);
  const { given = [] } = runner.config;
  const hasCells = fields.every(({ kind }) => kind.cell);
  const isRare =
    where?.fixed.size && given.length === 0 && hasCells ? (await shareOf(runner, where, options)) < RARE : false;
  const latents = isRare ? await conditionedLatents(runner, where!, { seed, temperature }) : null;
  const full = atOnce.filter((field) => field.kind.codes && isAlwaysFull(field, runner.config.data.count));
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
    const columns: Record<string, Column> = Object.fromEntries(
      atOnce.map(({ name, kind, schema }) => [name, known[name] ?? kind.decode(values[name], schema)]),
    );
    if (latents) for (const [field, value] of where!.fixed) columns[fields[field].name].fill(value);
    drawn += BLOCK;
    const isWhole = (row: number) => full.every((field) => isFull(columns[field.name][row], field));
    const rows = matching(columns, BLOCK, where, fields)
      .filter(isWhole)
      .subarray(0, count - kept);
    const first = kept;
    kept += rows.length;
    if (kept < count && drawn > MOST_TRIES * Math.max(kept, 1))
      throw new VaekitError(
        "E_DATA",
        `condition "${where!.text}": ${kept} of ${drawn.toLocaleString("en")} rows drawn fulfil it`,
        "It is too rare for this model: ask for less, or fit a model to such rows (fit --filter).",
      );
    if (rows.length === 0) continue;
    const chosen = (field: Field) => takenRows(field, columns[field.name], rows);
    const found = Object.fromEntries(atOnce.map((field) => [field.name, chosen(field)]));
    const own = takenRows({ stored: runner.latent }, z, rows) as Float32Array;
    for (const field of texts) {
      const how = writingOf(writing!, field, { seed, signal });
      const strategy = how.strategy.by === "sampling" ? { ...how.strategy, firstRow: first } : how.strategy;
      const written = await writeTexts(runner, field, own, rows.length, { ...how, strategy }, found);
      found[field.name] = storedTexts(field, written);
    }
    yield { count: rows.length, columns: found, z: own };
  }
}

const NOTHING: ReadonlyMap<number, number> = new Map();

/** Rows that are drawn to see how common a condition is. */
const PILOT = 2048;
/** Rows of a condition that is less common are not waited for: their latents are drawn for the condition. */
const RARE = 0.02;

/** Share of rows of the model for which a condition holds. */
async function shareOf(runner: Runner, where: RowCondition, { seed, temperature }: DrawRowsOptions): Promise<number> {
  const fields = fieldsOf(runner.config.schema);
  for await (const { count, columns } of drawRows(runner, { count: PILOT, seed, temperature, writing: null }))
    return matching(columns, count, where, fields).length / count;
  return 0;
}

function matching(
  columns: Columns,
  count: number,
  where: RowCondition | undefined,
  fields: readonly Field[],
): Uint32Array {
  const all = Uint32Array.from({ length: count }, (_, row) => row);
  return where ? all.filter((row) => where.holds((field) => columns[fields[field].name][row])) : all;
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
