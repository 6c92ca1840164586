/** Tables of files and databases, opened by their address. */

import type { Address } from "../../data/dataset.js";
import { sampleIndices } from "../../data/split.js";
import type { Conversion, RawTable } from "../../data/table/raw.js";
import { unknown, VaekitError } from "../../errors.js";
import { hashBytes } from "../../random.js";
import { batchesOf, batchQuery } from "./batches.js";
import { conversionSql } from "./convert.js";
import type { DialectOptions } from "./dialect.js";
import { type Duck, openDuck } from "./duck.js";
import { filterError, filtered, isFromFilter } from "./filter.js";
import { formOf } from "./forms.js";
import type { Origin } from "./relation.js";
import { temporaryFolder } from "./temporary-folder.js";

export interface RawTableOptions extends DialectOptions {
  /** A condition over the columns; only rows that meet it are there. @example age > 30 AND city = 'Paris' */
  readonly filter?: string;
  /** Rows of a text file that have another number of cells: an error (default), or they are left out with a notice. */
  readonly onError?: "fail" | "skip";
  readonly onNotice?: (notice: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Opens the table at `address`: csv, tsv, txt, Parquet and JSON files, also packed as .gz or .zst and several by a pattern;
 * `duckdb:SELECT...` over such files; `postgres://...?table=` or `?query=`. Rows are streamed from the disk each time they
 * are read. E_OPTION for a filter or query that is wrong, E_PATH, E_FILE for damaged files (a row with another number of
 * cells is named by its line), E_DATA for no rows, E_INTERRUPTED.
 */
export async function openRawTable(address: Address, options: RawTableOptions = {}): Promise<RawTable> {
  const { filter, onNotice, onError = "fail", signal } = options;
  if (signal?.aborted) throw new VaekitError("E_INTERRUPTED", `${address.text}: stopped before it was read`);
  const form = formOf(address);
  const folder = await temporaryFolder();
  let duck: Duck | undefined;
  const close = async () => {
    duck?.close();
    await folder.remove();
  };
  try {
    duck = await openDuck(folder, signal);
    const origin = await form.open(address, { ...options, onError, folder }, duck);
    const table = await rawTable(origin.name ?? address.text, origin, filter, duck, close);
    for (const notice of table.notices) onNotice?.(notice);
    return table;
  } catch (error) {
    await close();
    throw error;
  }
}

async function rawTable(
  name: string,
  origin: Origin,
  filter: string | undefined,
  duck: Duck,
  close: () => Promise<void>,
): Promise<RawTable> {
  const relation = filter === undefined ? origin.relation : await filtered(origin.relation, filter, duck);
  const { from, columns } = relation;
  const explain = (error: unknown) =>
    filter !== undefined && isFromFilter(error) ? filterError(error) : origin.explain(error);
  const explained = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw explain(error);
    }
  };
  const counted = filter === undefined ? origin.count : undefined;
  const count = counted ?? Number((await explained(() => duck.rows(`SELECT count(*) FROM ${from}`)))[0][0]);
  if (count === 0) {
    const what = filter === undefined ? "no rows" : "no rows that meet the filter";
    const hint = filter === undefined ? "There is nothing below its header." : `The filter is: ${filter}`;
    throw new VaekitError("E_DATA", `${name}: ${what}`, hint);
  }

  let samples = 0;
  async function* stream(sql: string) {
    try {
      yield* duck.stream(sql);
    } catch (error) {
      throw explain(error);
    }
  }

  return {
    name,
    columns: columns.map(({ name, type }) => ({ name, type })),
    count,
    fingerprint: fingerprintOf([origin.stamp, filter ?? "", ...columns.map(({ name }) => name)]),
    notices: origin.notices,
    async sample(limit, seed) {
      const cells = columns.map((): (string | null)[] => []);
      const picked = `picked_${samples++}`;
      try {
        for await (const chunk of stream(await sampleQuery(limit, seed, picked))) {
          cells.forEach((column, i) => {
            const vector = chunk.getColumnVector(i);
            for (let row = 0; row < chunk.rowCount; row++) column.push(vector.getItem(row) as string | null);
          });
        }
      } finally {
        await duck.rows(`DROP TABLE IF EXISTS ${picked}`);
      }
      return cells;
    },
    read(conversions) {
      const sql = conversions.map((conversion) => conversionSql(conversion, columnOf(conversion)));
      return batchesOf(stream(batchQuery(sql, from)), sql, conversions);
    },
    close,
  };

  function columnOf({ column }: Conversion) {
    const found = columns.find(({ name }) => name === column);
    if (!found)
      throw unknown(
        "column",
        column,
        columns.map(({ name }) => name),
      );
    return found;
  }

  async function sampleQuery(limit: number, seed: number, picked: string): Promise<string> {
    const texts = columns.map(({ text }) => text).join(", ");
    if (limit >= count) return `SELECT ${texts} FROM ${from}`;
    await duck.rows(`CREATE TABLE ${picked} (row BIGINT)`);
    const appender = await duck.appender(picked);
    for (const index of sampleIndices(count, limit, seed)) {
      appender.appendBigInt(BigInt(index));
      appender.endRow();
    }
    appender.closeSync();
    // The picks are few: they are the side that is held, and rows pass by them.
    const numbered = `SELECT row_number() OVER () - 1 AS row, * FROM ${from}`;
    return `SELECT ${texts} FROM (${numbered}) WHERE row IN (SELECT row FROM ${picked}) ORDER BY row`;
  }
}

function fingerprintOf(parts: readonly string[]): string {
  return hashBytes(new TextEncoder().encode(parts.join("\0")))
    .map((word) => word.toString(16).padStart(8, "0"))
    .join("");
}
