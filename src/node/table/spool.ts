/** Rows that are made once and kept on the disk until the table is closed: a query need not answer twice the same. */

import type { Duck } from "./duck.js";
import { literal } from "./sql.js";
import type { TemporaryFolder } from "./temporary-folder.js";

/** The table that rows are kept in, and the same in parts. */
export const SPOOL = "spool.main.kept";
export const SPOOL_PARTS = { table: "kept", schema: "main", catalog: "spool" } as const;

/** A database on the disk beside the one in memory. */
export async function attachSpool(duck: Duck, folder: TemporaryFolder): Promise<void> {
  await duck.rows(`ATTACH ${literal(folder.path("spool.duckdb"))} AS spool`);
}

/** Changes when a row changes. */
export async function spoolStamp(duck: Duck): Promise<{ count: number; stamp: string }> {
  const [[count, digest]] = await duck.rows(
    `SELECT count(*), coalesce(sum(hash(kept, rowid)::HUGEINT), 0)::VARCHAR FROM ${SPOOL} AS kept`,
  );
  return { count: Number(count), stamp: `${count}:${digest}` };
}
