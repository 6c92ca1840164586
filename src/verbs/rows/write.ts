/** Writes rows as their source does, batch after batch. */

import type { Columns, Schema } from "../../data/dataset.js";
import { openTable } from "../../data/sinks/write.js";
import { writtenColumns } from "../../fields/table/written.js";
import type { Host } from "../../host.js";

export interface RowWriter {
  /** The next rows, as they are stored; `more` are the cells of columns that come after those of the schema. */
  write(columns: Columns, count: number, more?: readonly (readonly (string | number | null)[])[]): Promise<void>;
  close(): Promise<void>;
  /** Leaves nothing. */
  abort(): Promise<void>;
}

export interface RowWriterOptions {
  readonly escapeFormulas?: boolean;
  readonly more?: readonly { readonly name: string; readonly type: "text" | "integer" | "number" }[];
}

/** E_OUT for a format that no table can be written in. */
export async function rowWriter(
  path: string,
  schema: Schema,
  { escapeFormulas = false, more = [] }: RowWriterOptions,
  host: Host,
): Promise<RowWriter> {
  const written = writtenColumns(schema);
  const columns = [...written.map(({ name, type }) => ({ name, type })), ...more];
  const table = await openTable(path, columns, { escapeFormulas }, host);
  let start = 0;
  return {
    async write(stored, count, added = []) {
      const cells = [...written.map((column) => column.cells(stored, start, count)), ...added];
      start += count;
      await table.write({ count, columns: Object.fromEntries(columns.map(({ name }, i) => [name, cells[i]])) });
    },
    close: async () => void (await table.close()),
    abort: () => table.abort(),
  };
}
