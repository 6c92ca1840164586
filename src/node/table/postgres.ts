/** The rows of a table or query of a PostgreSQL server: postgres://user@host/database?table=name, or ?query=select... */

import type { DuckDBAppender } from "@duckdb/node-api";
import type { Sql } from "postgres";
import { VaekitError } from "../../errors.js";
import { systemCode } from "../system-error.js";
import type { Duck } from "./duck.js";
import { generalError } from "./explain.js";
import type { PlainOptions } from "./plain-file.js";
import { type Origin, relationOf } from "./relation.js";
import { attachSpool, SPOOL, SPOOL_PARTS, spoolStamp } from "./spool.js";
import { identifier } from "./sql.js";

export const POSTGRES_PREFIX = /^postgres(ql)?:\/\//i;
const FORM = "Write postgres://USER@HOST/DATABASE?table=NAME, or ?query=SELECT...";

const READS = "Only queries that read are run.";

const CONNECT_SECONDS = 10;
/** Rows that are asked for at a time. */
const ROWS_AT_A_TIME = 1_000;

/** What the server's types become, by their number in its catalogue; all others are text. */
const TYPES: Readonly<Record<number, string>> = {
  16: "BOOLEAN",
  20: "BIGINT",
  21: "BIGINT",
  23: "BIGINT",
  26: "BIGINT",
  700: "DOUBLE",
  701: "DOUBLE",
  1700: "DOUBLE",
  1082: "DATE",
  1114: "TIMESTAMP",
  1184: "TIMESTAMP WITH TIME ZONE",
};

interface Request {
  /** What to connect to. */
  readonly server: string;
  readonly query: string;
  /** The address without its password. */
  readonly name: string;
}

/**
 * The rows, fetched once in a transaction that may only read. E_OPTION for a query that is wrong, E_PATH where the server
 * cannot be reached, E_DATA where it ends the query. No password is in an error or a name.
 */
export async function postgresOrigin(address: string, options: PlainOptions, duck: Duck): Promise<Origin> {
  const { signal } = options;
  const { server, query, name } = requestOf(address);
  const { default: postgres } = await import("postgres");
  const sql = postgres(server, {
    max: 1,
    connect_timeout: CONNECT_SECONDS,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: "vaekit", TimeZone: "UTC", DateStyle: "ISO" },
  });
  const running = { stop: () => {} };
  const stop = () => running.stop();
  signal?.addEventListener("abort", stop);
  try {
    await attachSpool(duck, options.folder);
    const columns = await fetchRows(sql, query, name, duck, running);
    const casts = columns.map(({ type }, i) => (type === "VARCHAR" ? `c${i}` : `TRY_CAST(c${i} AS ${type}) AS c${i}`));
    const relation = await relationOf(`SELECT ${casts.join(", ")} FROM ${SPOOL}`, duck);
    const named = relation.columns.map((column, i) => ({ ...column, name: columns[i].name }));
    const explain = (error: unknown) => (error instanceof Error && generalError(error, name)) || error;
    return { name, relation: { ...relation, columns: named }, notices: [], ...(await spoolStamp(duck)), explain };
  } catch (error) {
    if (signal?.aborted) throw new VaekitError("E_INTERRUPTED", `${name}: stopped while it was read`);
    throw postgresError(error, name);
  } finally {
    signal?.removeEventListener("abort", stop);
    await sql.end({ timeout: 1 });
  }
}

/** The address as it may be shown. */
export function withoutPassword(address: string): string {
  return address.replace(/^(postgres(?:ql)?:\/\/[^/@:]*):[^/@]*@/i, "$1@");
}

function requestOf(address: string): Request {
  const name = withoutPassword(address);
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw new VaekitError("E_OPTION", `${name}: not an address`, FORM);
  }
  const table = url.searchParams.get("table");
  const query = url.searchParams.get("query");
  if ((table === null) === (query === null) || (table ?? query)?.trim() === "") {
    throw new VaekitError("E_OPTION", `${name}: expected a table or a query`, FORM);
  }
  url.searchParams.delete("table");
  url.searchParams.delete("query");
  const select = query ?? `SELECT * FROM ${table!.split(".").map(identifier).join(".")}`;
  return { server: url.href, query: select, name };
}

interface ServerColumn {
  readonly name: string;
  readonly type: string;
}

/** Copies the answer into the spool, all cells as the server's text. */
async function fetchRows(
  sql: Sql,
  query: string,
  name: string,
  duck: Duck,
  running: { stop(): void },
): Promise<readonly ServerColumn[]> {
  return sql.begin("READ ONLY", async (transaction): Promise<readonly ServerColumn[]> => {
    const { columns } = await transaction.unsafe(query).describe();
    if (columns.length === 0) throw new VaekitError("E_OPTION", `${name}: a statement without an answer`, READS);
    await duck.rows(`CREATE TABLE ${SPOOL} (${columns.map((_, i) => `c${i} VARCHAR`).join(", ")})`);
    const appender = await duck.appender(SPOOL_PARTS);
    const asked = transaction.unsafe(query).raw();
    running.stop = () => asked.cancel();
    try {
      for await (const rows of asked.cursor(ROWS_AT_A_TIME)) {
        for (const row of rows as unknown as (Buffer | null)[][]) appendRow(appender, row);
        appender.flushSync();
      }
    } finally {
      appender.closeSync();
    }
    return columns.map(({ name, type }) => ({ name, type: TYPES[type] ?? "VARCHAR" }));
  }) as Promise<readonly ServerColumn[]>;
}

function appendRow(appender: DuckDBAppender, row: readonly (Buffer | null)[]): void {
  for (const cell of row) {
    if (cell === null) appender.appendNull();
    else appender.appendVarchar(cell.toString());
  }
  appender.endRow();
}

function postgresError(error: unknown, name: string): unknown {
  if (error instanceof VaekitError || !(error instanceof Error)) return error;
  const code = systemCode(error) ?? "";
  const message = error.message.replace(/:\/\/[^@\s]*@/g, "://");
  if (/^(28|3D)/.test(code)) return new VaekitError("E_PATH", `${name}: ${message}`, FORM, { cause: error });
  if (code.startsWith("42") || code === "25006") {
    const position = "position" in error && error.position ? `, at character ${error.position}` : "";
    const hint = "hint" in error && typeof error.hint === "string" ? error.hint : READS;
    return new VaekitError("E_OPTION", `${name}: ${message}${position}`, hint, { cause: error });
  }
  if (/^(E[A-Z]+|CONNECT.*|CONNECTION.*)$/.test(code)) {
    return new VaekitError(
      "E_PATH",
      `${name}: the server cannot be reached (${code})`,
      "Is it running, and is this its host and port?",
      {
        cause: error,
      },
    );
  }
  return generalError(error, name) ?? new VaekitError("E_DATA", `${name}: ${message}`, undefined, { cause: error });
}
