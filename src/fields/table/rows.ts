/** Rows in memory as a table: an object each, as a program has them. */

import type { Dataset, OpenOptions } from "../../data/dataset.js";
import { sampleIndices } from "../../data/split.js";
import type { BadCell, Conversion, RawBatch, RawColumn, RawTable } from "../../data/table/raw.js";
import { hashBytes } from "../../random.js";
import type { CellValue } from "../cell.js";
import { convertCells } from "./convert.js";
import { tableDataset } from "./dataset.js";
import { textColumn } from "./text-column.js";

/** A row by column names; what is undefined is missing. */
export type Row = Readonly<Record<string, CellValue | undefined>>;

/** Rows that are there, or that come one after the other; those that come are held in memory. */
export type Rows = readonly Row[] | Iterable<Row> | AsyncIterable<Row>;

async function collected(rows: Iterable<Row> | AsyncIterable<Row>): Promise<Row[]> {
  const all: Row[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

/**
 * Rows as a data set. Columns are those of the first thousand rows, in the order in which they come; `options.schema` says
 * what they are, else it is found out.
 *
 * @example const data = await openRows([{ age: 41, job: "clerk" }, { age: 27, job: "smith" }]);
 */
export async function openRows(given: Rows, options: OpenOptions = {}): Promise<Dataset> {
  const rows = Array.isArray(given) ? (given as readonly Row[]) : await collected(given);
  const table = rowTable(rows, Object.keys(options.schema?.fields ?? {}));
  const { column } = options;
  if (column === undefined) return tableDataset(table, options);
  return tableDataset(await textColumn(table, column, options), { ...options, drop: [] });
}

/** Rows of which the columns are taken. */
const LOOKED_AT = 1000;
const BATCH = 10_000;
const NAME = "rows in memory";

export function rowTable(rows: readonly Row[], known: readonly string[] = []): RawTable {
  // A key that no row has is as good as one that is undefined: missing.
  const names = new Set([...rows.slice(0, LOOKED_AT).flatMap((row) => Object.keys(row)), ...known]);
  const columns = [...names].map((name): RawColumn => ({ name, type: typeOf(rows, name) }));
  return {
    name: NAME,
    columns,
    count: rows.length,
    get fingerprint() {
      const text = new TextEncoder().encode(JSON.stringify(rows));
      return hashBytes(text).join("-");
    },
    notices: [],
    async sample(limit, seed) {
      const chosen = sampleIndices(rows.length, limit, seed);
      return columns.map(({ name }) => {
        const length = timeLength(rows, name);
        return Array.from(chosen, (row) => {
          const value = rows[row][name];
          return value instanceof Date ? (textOf(value)?.slice(0, length) ?? null) : textOf(value);
        });
      });
    },
    async *read(conversions) {
      for (let start = 0; start < rows.length; start += BATCH)
        yield converted(rows.slice(start, start + BATCH), start, conversions);
    },
    async close() {},
  };
}

function typeOf(rows: readonly Row[], name: string): RawColumn["type"] {
  const value = rows.find((row) => row[name] !== undefined && row[name] !== null)?.[name];
  if (value instanceof Date) return "timestamp";
  return typeof value === "number" ? "number" : typeof value === "boolean" ? "boolean" : "text";
}

/** A cell as a text file would have it. */
function textOf(value: CellValue | undefined): string | null {
  if (value === undefined || value === null) return null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : timeText(value);
  return typeof value === "number" && Number.isNaN(value) ? null : String(value);
}

const [DAY, SECOND] = [86_400_000, 1000];

/** Signs of the texts of a column's times that say something: those of days, or without what is less than a second. */
function timeLength(rows: readonly Row[], name: string): number | undefined {
  const isWhole = (unit: number) =>
    rows.every(({ [name]: value }) => !(value instanceof Date) || !(value.getTime() % unit));
  return isWhole(DAY) ? "2024-02-29".length : isWhole(SECOND) ? "2024-02-29 12:34:56".length : undefined;
}

function timeText(time: Date): string {
  return time.toISOString().replace("T", " ").replace("Z", "000");
}

function converted(rows: readonly Row[], start: number, conversions: readonly Conversion[]): RawBatch {
  const bad: BadCell[] = [];
  const columns = conversions.map((conversion) => {
    const cells = rows.map((row) => row[conversion.column]);
    const known = (i: number) => {
      const value = cells[i];
      return typeof value === "number" ? value : value instanceof Date ? value.getTime() : null;
    };
    return convertCells(cells.map(textOf), conversion, start, bad, known);
  });
  return { start, count: rows.length, columns, bad };
}
