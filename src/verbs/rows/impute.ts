/** Values for missing cells: draws from p(missing cells | the other cells of the row). */

import type { Column, Columns } from "../../data/dataset.js";
import { noiseOf, type RecordHash, recordHashes } from "../../eval/target.js";
import { type Field, fieldsOf } from "../../fields/list.js";
import { isMissing } from "../../fields/table/condition.js";
import { storedAt, takenRows } from "../../fields/table/stored.js";
import type { Runner } from "../../model/runner.js";
import { keyedUniforms } from "../../random.js";
import { weightsOf } from "./conditioned.js";
import { hiddenOf } from "./hidden.js";

export interface ImputeOptions {
  /** Draws of the row's latents, which are weighed against each other. */
  readonly samples: number;
  /** Values per missing cell beside the best guess. */
  readonly draws: number;
  /** Of the draws, which are keyed by it and the row's content. */
  readonly seed: number;
  /** No draw of the latents counts more than sqrt(samples) of them do on average: beside a picture one would outweigh all others. */
  readonly truncated?: boolean;
}

/** What may stand in a missing cell, as it would be stored. */
export interface ImputedCell {
  readonly row: number;
  readonly field: number;
  /** Of numbers and dates the median, of labels the likeliest; NaN where the model thinks that nothing belongs there. */
  readonly best: number;
  readonly draws: readonly number[];
  /** Of numbers the standard deviation of the draws (dates: milliseconds), of labels the chance that the best is wrong. */
  readonly spread: number;
}

/** Noise of values lies behind that of latents. */
const VALUE_DRAWS = 2 ** 31;

/** Fills the missing cells of `count` rows, but for texts. A row's answer depends on its content and the seed alone. */
export async function imputeRows(
  runner: Runner,
  columns: Columns,
  count: number,
  options: ImputeOptions,
): Promise<ImputedCell[]> {
  const fields = fieldsOf(runner.config.schema);
  const isHole = fields.map((field) => {
    const column = columns[field.name];
    const isEmpty = (row: number) => Number(isMissing(storedAt(field, column, row), field));
    return Uint8Array.from({ length: count }, (_, row) => (field.kind.cell ? isEmpty(row) : 0));
  });
  const isFilled = (row: number) => isHole.some((hole, i) => hole[row] && !fields[i].ragged);
  const all = Uint32Array.from({ length: count }, (_, row) => row).filter(isFilled);
  const filled: ImputedCell[] = [];
  for (let from = 0; from < all.length; from += AT_A_TIME)
    filled.push(
      ...(await fillRows(runner, fields, columns, { rows: all.subarray(from, from + AT_A_TIME), isHole }, options)),
    );
  return filled;
}

/** Rows with holes that go through the model at a time, each with all of its draws. */
const AT_A_TIME = 128;

async function fillRows(
  runner: Runner,
  fields: readonly Field[],
  columns: Columns,
  { rows, isHole }: { readonly rows: Uint32Array; readonly isHole: readonly Uint8Array[] },
  options: ImputeOptions,
): Promise<ImputedCell[]> {
  const partial = fields.map((field, number): [string, Column] => {
    const { name, stored } = field;
    const known = takenRows(field, columns[name], rows);
    for (const [i, row] of rows.entries())
      if (isHole[number][row]) known.fill(hiddenOf(field), i * stored, (i + 1) * stored);
    return [name, known];
  });
  const holes = Array.from(rows).flatMap((row, place) =>
    fields.flatMap(({ ragged }, field) => (isHole[field][row] && !ragged ? [{ row, place, field }] : [])),
  );
  const filled = await fillHoles(runner, fields, Object.fromEntries(partial), { holes, count: rows.length }, options);
  return filled.map((cell, i) => ({ ...cell, row: holes[i].row, field: holes[i].field }));
}

interface Holes {
  /** `place` is that of the row among the rows with holes. */
  readonly holes: readonly { readonly place: number; readonly field: number }[];
  readonly count: number;
}

async function fillHoles(
  runner: Runner,
  fields: readonly Field[],
  known: Columns,
  { holes, count }: Holes,
  { samples, draws, seed, truncated = false }: ImputeOptions,
): Promise<Omit<ImputedCell, "row" | "field">[]> {
  const hashes = recordHashes(known, fields, count);
  const noise = noiseOf(hashes, runner.latent, { seed, first: 0, particles: samples });
  const { logWeights } = await runner.score(known, count, samples, noise);
  const { mu, logvar } = await runner.encode(known, count);
  const size = count * runner.latent;
  const z = noise.map((eps, i) => mu[i % size] + Math.exp(logvar[i % size] / 2) * eps);
  const values = await runner.drawRecords(
    z,
    samples * count,
    (_, length) => uniformsOf(hashes, length, samples, seed),
    repeated(known, samples),
  );
  const wanted = new Set(holes.map(({ field }) => field));
  const drawn = fields.map(({ name, kind, schema }, field) =>
    wanted.has(field) && values[name] ? kind.decode(values[name], schema) : [],
  );
  const weights = hashes.map((_, row) => {
    const own = weightsOf(Float64Array.from({ length: samples }, (_, k) => logWeights[k * count + row]));
    return truncated ? own.map((weight) => Math.min(weight, 1 / Math.sqrt(samples))) : own; // Ionides 2008
  });
  const picks = new Float32Array(draws);
  return holes.map(({ place, field }) => {
    const own = Array.from({ length: samples }, (_, k) => ({
      value: (drawn[field][k * count + place] ?? Number.NaN) as number, // a field that the model is given
      weight: weights[place][k],
    })).filter(({ value }) => !isMissing(value, fields[field]));
    if (own.length === 0) return { best: Number.NaN, draws: [], spread: Number.NaN };
    const best = bestOf(own, fields[field]);
    keyedUniforms(picks, seed, hashes[place], VALUE_DRAWS + samples + field);
    const values = Array.from(picks, (u) => chosen(own, u));
    return { best, draws: values, spread: spreadOf(own, best, fields[field]) };
  });
}

/** Each column `times` times, one after the other. */
function repeated(columns: Columns, times: number): Columns {
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]) => {
      const out = new (column.constructor as new (length: number) => Column)(column.length * times);
      for (let k = 0; k < times; k++) out.set(column as Float64Array, k * column.length);
      return [name, out];
    }),
  );
}

interface Weighed {
  readonly value: number;
  readonly weight: number;
}

/** Uniform numbers for each row of each particle, keyed by the row. */
function uniformsOf(hashes: readonly RecordHash[], length: number, samples: number, seed: number): Float32Array {
  const width = length / (samples * hashes.length);
  const all = new Float32Array(length);
  for (let k = 0; k < samples; k++)
    for (const [row, hash] of hashes.entries()) {
      const at = (k * hashes.length + row) * width;
      keyedUniforms(all.subarray(at, at + width), seed, hash, VALUE_DRAWS + k);
    }
  return all;
}

function isCode({ kind, schema }: Field): boolean {
  return kind.cell!.rule(schema).as === "code";
}

function bestOf(cells: readonly Weighed[], field: Field): number {
  if (isCode(field)) {
    const votes = new Map<number, number>();
    for (const { value, weight } of cells) votes.set(value, (votes.get(value) ?? 0) + weight);
    return [...votes].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
  }
  return chosen(
    cells.toSorted((a, b) => a.value - b.value),
    0.5,
  );
}

/** The cell at which the running sum of the weights reaches this share of all. */
function chosen(cells: readonly Weighed[], share: number): number {
  const total = cells.reduce((sum, { weight }) => sum + weight, 0);
  let reached = 0;
  for (const { value, weight } of cells) {
    reached += weight;
    if (reached >= share * total) return value;
  }
  return cells[cells.length - 1].value;
}

function spreadOf(cells: readonly Weighed[], best: number, field: Field): number {
  const total = cells.reduce((sum, { weight }) => sum + weight, 0);
  if (isCode(field)) return cells.reduce((sum, { value, weight }) => sum + (value === best ? 0 : weight), 0) / total;
  const mean = cells.reduce((sum, { value, weight }) => sum + value * weight, 0) / total;
  return Math.sqrt(cells.reduce((sum, { value, weight }) => sum + weight * (value - mean) ** 2, 0) / total);
}
