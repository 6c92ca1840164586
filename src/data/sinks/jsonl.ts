/** Table sink: one JSON object a line. */

import { writeJsonl } from "../../files/jsonl.js";
import type { TableSink } from "../../host.js";
import { type TableRows, tableRows } from "./rows.js";

export const jsonlSink: TableSink = {
  name: "jsonl",
  extensions: [".jsonl", ".ndjson"],
  async write(path, table, host) {
    await host.files.write(path, writeJsonl(objects(tableRows(table))));
  },
};

function* objects({ header, rows }: TableRows): Generator<Record<string, unknown>, void> {
  for (const row of rows()) yield Object.fromEntries(row.map((cell, i) => [header[i], cell]));
}
