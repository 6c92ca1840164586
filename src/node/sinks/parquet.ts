/** Table sink: Parquet, whose columns have types. Rows wait in temporary files until the table is closed. */

import { createReadStream } from "node:fs";
import type { DuckDBType, DuckDBValue } from "@duckdb/node-api";
import { cellsOf, spreadColumns } from "../../data/sinks/rows.js";
import { VaekitError } from "../../errors.js";
import type { Cell } from "../../files/csv.js";
import type { FileWriter, TableColumn, TableSink } from "../../host.js";
import { pathError } from "../system-error.js";
import { type Duck, openDuck } from "../table/duck.js";
import { generalError, tidied } from "../table/explain.js";
import { identifier, list, literal, pathLiteral } from "../table/sql.js";
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

/** Megabytes that the database may hold before it goes to the disk. */
const MEGABYTES = 192;
/** Rows that it keeps; those before lie in files. */
const PART_ROWS = 500_000;
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
      duck = await openDuck(folder, undefined, MEGABYTES);
      const parts = await partsOf(duck, spread, folder, path);
      let isOver = false;
      return {
        write: (rows) => parts.add(cellsOf(columns, rows), rows.count),
        async close() {
          isOver = true;
          try {
            await copyOut(await parts.joined(), path, file);
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

/** Rows on their way: some in the database, those before in files of their own. */
interface Parts {
  /** E_DATA, naming row and column, for a cell that is not of its column's type. */
  add(cells: readonly ((row: number) => Cell)[], count: number): Promise<void>;
  /** Where a file of all rows lies. */
  joined(): Promise<string>;
}

async function partsOf(
  duck: Duck,
  columns: readonly TableColumn[],
  folder: TemporaryFolder,
  path: string,
): Promise<Parts> {
  const { DuckDBDataChunk: Chunk, BIGINT, BOOLEAN, DOUBLE, VARCHAR } = await import("@duckdb/node-api");
  const types: Readonly<Record<Kind["kept"], DuckDBType>> = { BIGINT, BOOLEAN, DOUBLE, VARCHAR };
  // One for all rows: what chunks hold is not seen by the garbage collector.
  const chunk = Chunk.create(
    columns.map(({ type }) => types[KINDS[type].kept]),
    0,
  );
  const create = `CREATE OR REPLACE TABLE kept (${columns.map(({ type }, i) => `c${i} ${KINDS[type].kept}`).join(", ")})`;
  const casts = columns.map(({ name, type }, i) => `CAST(c${i} AS ${KINDS[type].type}) AS ${identifier(name)}`);
  const parts: string[] = [];
  let before = 0;
  let held = 0;
  await duck.rows(create);
  let appender = await duck.appender("kept");

  async function copy(select: string): Promise<string> {
    const part = folder.path(`part-${parts.length}.parquet`);
    try {
      await duck.rows(`COPY (${select}) TO ${literal(part)} (FORMAT parquet, COMPRESSION zstd)`);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw (
        generalError(error, path) ?? new VaekitError("E_DATA", `${path}: ${tidied(error)}`, undefined, { cause: error })
      );
    }
    parts.push(part);
    return part;
  }
  async function endPart(): Promise<void> {
    appender.closeSync();
    await copy(`SELECT ${casts.join(", ")} FROM kept`);
    await duck.rows(create);
    appender = await duck.appender("kept");
    held = 0;
  }

  return {
    async add(cells, count) {
      for (let start = 0; start < count; start += CHUNK_ROWS) {
        const length = Math.min(CHUNK_ROWS, count - start);
        chunk.reset();
        chunk.rowCount = length;
        columns.forEach((column, i) => {
          const of = (_: unknown, j: number) => keptValue(cells[i](start + j), column, path, before + start + j + 1);
          chunk.setColumnValues(i, Array.from({ length }, of));
        });
        appender.appendDataChunk(chunk);
      }
      appender.flushSync();
      before += count;
      held += count;
      if (held >= PART_ROWS) await endPart();
    },
    async joined() {
      if (held > 0 || parts.length === 0) await endPart();
      if (parts.length === 1) return parts[0];
      return copy(`SELECT * FROM read_parquet(${list(parts.map(pathLiteral))})`);
    },
  };
}

function keptValue(cell: Cell, { name, type }: TableColumn, path: string, row: number): DuckDBValue {
  if (cell === null) return null;
  const value = KINDS[type].of(cell);
  if (value !== undefined) return value;
  const got = JSON.stringify(cell);
  throw new VaekitError("E_DATA", `${path}: row ${row}, column "${name}": got ${got}, expected ${type}`);
}

async function copyOut(written: string, path: string, file: FileWriter): Promise<void> {
  try {
    for await (const chunk of createReadStream(written, { highWaterMark: 1 << 20 })) await file.write(chunk as Buffer);
  } catch (error) {
    throw pathError("E_OUT", path, error);
  }
}
