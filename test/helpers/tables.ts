/** Tables for tests: files written in a moment, opened, read whole. */

import { writeFileSync } from "node:fs";
import type { Conversion, Converted, RawTable } from "../../src/data/table/raw.js";
import { openRawTable, type RawTableOptions } from "../../src/node/table/open.js";

/** The address of a source without part or index. */
export function addressOf(source: string) {
  return { text: source, source, part: null, index: null };
}

/** Opens, hands over and closes. */
export async function withTable<T>(
  source: string,
  use: (table: RawTable) => Promise<T> | T,
  options: RawTableOptions = {},
): Promise<T> {
  const table = await openRawTable(addressOf(source), options);
  try {
    return await use(table);
  } finally {
    await table.close();
  }
}

/** Writes the file and reads it back: names, rows of text, and what was said. */
export async function tableOf(path: string, content: string | Uint8Array, options: RawTableOptions = {}) {
  writeFileSync(path, content);
  return readTable(path, options);
}

export async function readTable(source: string, options: RawTableOptions = {}) {
  return withTable(
    source,
    async ({ columns, count, notices, sample }) => {
      const cells = await sample(Number.MAX_SAFE_INTEGER, 0);
      const rows = Array.from({ length: count }, (_, row) => cells.map((column) => column[row]));
      return { names: columns.map(({ name }) => name), types: columns.map(({ type }) => type), rows, notices };
    },
    options,
  );
}

/** All rows of the conversions, batches joined; `bad` has the cells that are none of their kind. */
export async function readAll(table: RawTable, conversions: readonly Conversion[]) {
  const columns: (number | string | null)[][] = conversions.map(() => []);
  const bad = [];
  const starts = [];
  for await (const batch of table.read(conversions)) {
    starts.push([batch.start, batch.count]);
    batch.columns.forEach((column: Converted, i) => {
      for (const cell of column) columns[i].push(cell);
    });
    bad.push(...batch.bad);
  }
  return { columns, bad, starts };
}
