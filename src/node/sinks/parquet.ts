/** Table sink: Parquet, whose columns have types. Rows are kept in a database on the disk until the table is closed. */

import { createReadStream } from "node:fs";
import type { DuckDBDataChunk, DuckDBType, DuckDBValue } from "@duckdb/node-api";
import { cellsOf, spreadColumns } from "../../data/sinks/rows.js";
import { VaekitError } from "../../errors.js";
import type { Cell } from "../../files/csv.js";
import type { Host, TableColumn, TableSink } from "../../host.js";
import { pathError } from "../system-error.js";
import { type Duck, openDuck } from "../table/duck.js";
import { generalError, tidied } from "../table/explain.js";
import { attachSpool, SPOOL, SPOOL_PARTS } from "../table/spool.js";
import { identifier, literal } from "../table/sql.js";
import { type TemporaryFolder, temporaryFolder } from "../table/temporary-folder.js";

type ColumnType = TableColumn["type"];

interface Kind {
  /** The type in the file. */
  readonly type: string;
  /** The type that cells are kept in; times are kept as text, which the database reads. */
  readonly kept: "VARCHAR" | "BIGINT" | "DOUBLE" | "BOOLEAN";
  /** The cell as it is kept; undefined for one that is none of this kind. */
  of(cell: Exclude<Cell, null>): string | number | bigint | boolean | undefined;
}

const INTEGER = /^\s*[+-]?\d{1,18}\s*$/;
const KINDS: Readonly<Record<ColumnType, Kind>> = {
  text: { type: "VARCHAR", kept: "VARCHAR", of: String },
  integer: {
    type: "BIGINT",
    kept: "BIGINT",
    of(cell) {
      if (typeof cell === "string") return INTEGER.test(cell) ? BigInt(cell.trim().replace("+", "")) : undefined;
      return Number.isSafeInteger(Number(cell)) ? BigInt(cell) : undefined;
    },
  },
  number: {
    type: "DOUBLE",
    kept: "DOUBLE",
    of(cell) {
      if (typeof cell !== "string") return Number(cell);
      const number = cell.trim() === "" ? Number.NaN : Number(cell);
      return Number.isNaN(number) ? undefined : number;
    },
  },
  boolean: {
    type: "BOOLEAN",
    kept: "BOOLEAN",
    of: (cell) => ({ true: true, false: false, "1": true, "0": false })[String(cell).trim().toLowerCase()],
  },
  date: { type: "DATE", kept: "VARCHAR", of: timeText },
  timestamp: { type: "TIMESTAMP", kept: "VARCHAR", of: timeText },
};

/** Numbers have become text before. */
function timeText(cell: Exclude<Cell, null>): string | undefined {
  return typeof cell === "string" ? cell : undefined;
}

/** Rows that are handed over at a time: what a chunk of the database holds. */
const CHUNK_ROWS = 2_048;

export const parquetSink: TableSink = {
  name: "parquet",
  extensions: [".parquet"],
  async open(path, columns, _options, host) {
    const spread = spreadColumns(columns);
    checkCase(spread, path);
    const file = await host.files.writer(path); // a path that cannot be written is refused before the work
    const folder = await temporaryFolder();
    let duck: Duck | undefined;
    const end = async () => {
      duck?.close();
      await folder.remove();
    };
    try {
      duck = await openDuck(folder);
      await attachSpool(duck, folder);
      const kept = spread.map(({ type }, i) => `c${i} ${KINDS[type].kept}`);
      await duck.rows(`CREATE TABLE ${SPOOL} (${kept.join(", ")})`);
      const add = await appending(duck, spread, path);
      let rowsBefore = 0;
      let isOver = false;
      return {
        async write(rows) {
          add.rows(cellsOf(columns, rows), rows.count, rowsBefore);
          rowsBefore += rows.count;
        },
        async close() {
          isOver = true;
          try {
            add.close();
            await copyOut(spread, path, folder, duck!, file);
          } finally {
            await end();
          }
          await file.close();
        },
        async abort() {
          if (!isOver) await end();
          isOver = true;
          await file.abort();
        },
      };
    } catch (error) {
      await file.abort();
      await end();
      throw error;
    }
  },
};

/** The database would give other names to columns whose names differ in case alone. */
function checkCase(columns: readonly TableColumn[], path: string): void {
  const names = new Map<string, string>();
  for (const { name } of columns) {
    const known = names.get(name.toLowerCase());
    names.set(name.toLowerCase(), name);
    if (known === undefined) continue;
    const what = `columns "${known}" and "${name}" differ in case alone, which is not written as Parquet`;
    throw new VaekitError("E_OUT", `${path}: ${what}`, "Write .csv or .jsonl.");
  }
}

interface Appending {
  /** E_DATA, naming row and column, for a cell that is not of its column's type. */
  rows(cells: readonly ((row: number) => Cell)[], count: number, before: number): void;
  close(): void;
}

async function appending(duck: Duck, columns: readonly TableColumn[], path: string): Promise<Appending> {
  const { DuckDBDataChunk: Chunk, BIGINT, BOOLEAN, DOUBLE, VARCHAR } = await import("@duckdb/node-api");
  const types: Readonly<Record<Kind["kept"], DuckDBType>> = { BIGINT, BOOLEAN, DOUBLE, VARCHAR };
  const kept = columns.map(({ type }) => types[KINDS[type].kept]);
  const appender = await duck.appender(SPOOL_PARTS);
  return {
    rows(cells, count, before) {
      for (let start = 0; start < count; start += CHUNK_ROWS) {
        const length = Math.min(CHUNK_ROWS, count - start);
        const chunk: DuckDBDataChunk = Chunk.create(kept, length);
        columns.forEach(({ name, type }, i) => {
          const kind = KINDS[type];
          const values = Array.from({ length }, (_, j): DuckDBValue => {
            const cell = cells[i](start + j);
            if (cell === null) return null;
            const value = kind.of(cell);
            if (value !== undefined) return value;
            throw new VaekitError(
              "E_DATA",
              `${path}: row ${before + start + j + 1}, column "${name}": got ${JSON.stringify(cell)}, expected ${type}`,
            );
          });
          chunk.setColumnValues(i, values);
        });
        appender.appendDataChunk(chunk);
      }
      appender.flushSync();
    },
    close: () => appender.closeSync(),
  };
}

async function copyOut(
  columns: readonly TableColumn[],
  path: string,
  folder: TemporaryFolder,
  duck: Duck,
  file: Awaited<ReturnType<Host["files"]["writer"]>>,
): Promise<void> {
  const written = folder.path("written.parquet");
  const casts = columns.map(({ name, type }, i) => `CAST(c${i} AS ${KINDS[type].type}) AS ${identifier(name)}`);
  try {
    await duck.rows(
      `COPY (SELECT ${casts.join(", ")} FROM ${SPOOL}) TO ${literal(written)} (FORMAT parquet, COMPRESSION zstd)`,
    );
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw (
      generalError(error, path) ?? new VaekitError("E_DATA", `${path}: ${tidied(error)}`, undefined, { cause: error })
    );
  }
  try {
    for await (const chunk of createReadStream(written, { highWaterMark: 1 << 20 })) await file.write(chunk as Buffer);
  } catch (error) {
    throw pathError("E_OUT", path, error);
  }
}
