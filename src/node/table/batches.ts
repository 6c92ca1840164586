/** Rows of an answer as batches of typed arrays. */

import type { DuckDBDataChunk } from "@duckdb/node-api";
import type { BadCell, Conversion, Converted, RawBatch } from "../../data/table/raw.js";
import { type ConversionSql, NAN } from "./convert.js";

/** Rows of a batch: 16 chunks of the database. */
const BATCH_ROWS = 32_768;
/** Of further rows a batch names one bad cell each. */
const MAX_BAD = 100;

/** The SELECT whose answer `batchesOf` reads: the values, and a list of the cells of a row where one is bad. */
export function batchQuery(conversions: readonly ConversionSql[], from: string): string {
  const checked = conversions.flatMap(({ text }, i) => (text === null ? [] : [{ text, i }]));
  const inner = [
    ...conversions.map(({ value }, i) => `${value} AS v${i}`),
    ...checked.map(({ text, i }) => `${text} AS t${i}`),
  ];
  // A text such as "inf" or "1e999" is no number to compute with.
  const noNumber = (i: number) => `(v${i} IS NULL OR isinf(v${i}))`;
  const outer = conversions.map(({ result, text }, i) => {
    if (result !== "DOUBLE") return `v${i}`;
    return text === null ? `coalesce(v${i}, ${NAN})` : `CASE WHEN ${noNumber(i)} THEN ${NAN} ELSE v${i} END`;
  });
  const isBad = checked.map(({ i }) => noNumber(i)).join(" OR ");
  const cells = checked.map(({ i }) => `CASE WHEN ${noNumber(i)} THEN t${i} END`).join(", ");
  const bad = checked.length === 0 ? "NULL::VARCHAR" : `CASE WHEN ${isBad} THEN to_json([${cells}])::VARCHAR END`;
  return `SELECT ${[...outer, bad].join(", ")} FROM (SELECT ${[...inner, "1"].join(", ")} FROM ${from})`;
}

/** Gathers chunks to batches. */
export async function* batchesOf(
  chunks: AsyncIterable<DuckDBDataChunk>,
  sql: readonly ConversionSql[],
  conversions: readonly Conversion[],
): AsyncGenerator<RawBatch, void> {
  const checked = sql.flatMap(({ text }, i) => (text === null ? [] : [conversions[i].column]));
  let start = 0;
  let gathered = new Gathered(sql);
  for await (const chunk of chunks) {
    gathered.add(chunk, start, checked);
    if (gathered.count < BATCH_ROWS) continue;
    yield gathered.batch(start);
    start += gathered.count;
    gathered = new Gathered(sql);
  }
  if (gathered.count > 0) yield gathered.batch(start);
}

class Gathered {
  count = 0;
  readonly #columns: (Float64Array | Int32Array | (string | null)[])[];
  readonly #bad: BadCell[] = [];

  constructor(sql: readonly ConversionSql[]) {
    const most = BATCH_ROWS * 2; // a chunk more than a batch may come at the end
    this.#columns = sql.map(({ result }) =>
      result === "DOUBLE" ? new Float64Array(most) : result === "INTEGER" ? new Int32Array(most) : [],
    );
  }

  add(chunk: DuckDBDataChunk, start: number, checked: readonly string[]): void {
    const rows = chunk.rowCount;
    this.#columns.forEach((column, i) => {
      const vector = chunk.getColumnVector(i);
      if (Array.isArray(column)) {
        for (let row = 0; row < rows; row++) column.push(vector.getItem(row) as string | null);
      } else column.set(numbersOf(vector, rows), this.count);
    });
    const bad = chunk.getColumnVector(this.#columns.length);
    for (let row = 0; row < rows; row++) {
      const cells = bad.getItem(row);
      if (typeof cells === "string")
        this.#addBad(JSON.parse(cells) as (string | null)[], start + this.count + row, checked);
    }
    this.count += rows;
  }

  #addBad(cells: readonly (string | null)[], row: number, columns: readonly string[]): void {
    let named = 0;
    for (const [i, text] of cells.entries()) {
      if (text === null || (named > 0 && this.#bad.length >= MAX_BAD)) continue;
      this.#bad.push({ row, column: columns[i], text });
      named++;
    }
  }

  batch(start: number): RawBatch {
    const columns = this.#columns.map(
      (column): Converted => (Array.isArray(column) ? column : column.slice(0, this.count)),
    );
    return { start, count: this.count, columns, bad: this.#bad };
  }
}

type Vector = ReturnType<DuckDBDataChunk["getColumnVector"]>;

/** The numbers of a vector without nulls, without asking for each. */
function numbersOf(vector: Vector, count: number): ArrayLike<number> {
  const { items } = vector as unknown as { items?: ArrayLike<number> }; // private to the package, and what it is made of
  if (ArrayBuffer.isView(items) && items.length === count) return items;
  return Array.from({ length: count }, (_, i) => Number(vector.getItem(i)));
}
