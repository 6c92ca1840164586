/** The embedded database that reads table files and writes Parquet: its limits, its queries, its errors. */

import { availableParallelism } from "node:os";
import type { DuckDBAppender, DuckDBConnection, DuckDBDataChunk } from "@duckdb/node-api";
import { VaekitError } from "../../errors.js";
import type { TemporaryFolder } from "./temporary-folder.js";

/** Megabytes that it may hold before it goes to the disk. */
const MEGABYTES = 512;
const MAX_THREADS = 4;

export type SqlValue = string | number | bigint | boolean | null;

export interface TableParts {
  readonly table: string;
  readonly schema: string;
  readonly catalog: string;
}

/** One database in memory, for one table. */
export interface Duck {
  /** Runs a statement; the rows of its answer, of which there are few. */
  rows(sql: string): Promise<SqlValue[][]>;
  /** The types and names of what a query gives, without running it. */
  describe(sql: string): Promise<{ readonly name: string; readonly type: string }[]>;
  /** The answer in chunks of a few thousand rows, in order; on a connection of its own. */
  stream(sql: string): AsyncGenerator<DuckDBDataChunk, void>;
  /** Adds rows to a table, of the spool or else of the memory. */
  appender(table: string | TableParts): Promise<DuckDBAppender>;
  close(): void;
}

/**
 * Starts a database. No extension is loaded or downloaded, and what does not fit the memory goes into `folder`. All that
 * runs ends with an error once `signal` says so. E_DATA where there is no build of DuckDB for this system.
 */
export async function openDuck(folder: TemporaryFolder, signal?: AbortSignal, megabytes = MEGABYTES): Promise<Duck> {
  const { DuckDBInstance } = await load();
  const database = await DuckDBInstance.create(":memory:", {
    threads: String(Math.min(MAX_THREADS, availableParallelism())),
    memory_limit: `${megabytes}MB`,
    temp_directory: folder.path("spill"),
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const open = new Set<DuckDBConnection>();
  const connect = async () => {
    const connection = await database.connect();
    open.add(connection);
    return connection;
  };
  const disconnect = (connection: DuckDBConnection) => {
    if (open.delete(connection)) connection.closeSync();
  };
  const interrupt = () => {
    for (const connection of open) connection.interrupt();
  };
  signal?.addEventListener("abort", interrupt);
  const main = await connect();
  await main.run("SET TimeZone = 'UTC'");
  return {
    async rows(sql) {
      return (await (await main.run(sql)).getRows()) as SqlValue[][];
    },
    async describe(sql) {
      const rows = await (await main.run(`DESCRIBE ${sql}`)).getRows();
      return rows.map(([name, type]) => ({ name: String(name), type: String(type) }));
    },
    async *stream(sql) {
      const connection = await connect();
      try {
        await connection.run("SET TimeZone = 'UTC'");
        const result = await connection.stream(sql);
        for (;;) {
          const chunk = await result.fetchChunk();
          if (!chunk || chunk.rowCount === 0) return;
          yield chunk;
        }
      } finally {
        disconnect(connection);
      }
    },
    appender: (table) =>
      typeof table === "string"
        ? main.createAppender(table)
        : main.createAppender(table.table, table.schema, table.catalog),
    close() {
      signal?.removeEventListener("abort", interrupt);
      for (const connection of open) disconnect(connection);
      database.closeSync();
    },
  };
}

async function load() {
  try {
    return await import("@duckdb/node-api");
  } catch (cause) {
    const reason = (cause instanceof Error ? cause.message : String(cause)).split("\n")[0];
    throw new VaekitError(
      "E_DATA",
      `tables cannot be read on this system: DuckDB does not load (${reason})`,
      "Install vaekit anew with its optional dependencies; DuckDB has builds for Linux (glibc), macOS and Windows.",
      { cause },
    );
  }
}
