/** Table sinks: values separated by commas or tabs, with a header. */

import { csvLine } from "../../files/csv.js";
import type { TableSink } from "../../host.js";
import { textSink } from "./text.js";

export const csvSink = separated("csv", ".csv", ",");
export const tsvSink = separated("tsv", ".tsv", "\t");

function separated(name: string, extension: string, delimiter: string): TableSink {
  return textSink(name, [extension], (columns, { escapeFormulas }) => {
    const form = { delimiter, escapeFormulas };
    const header = columns.map((column) => column.name);
    return { begin: csvLine(header, form), row: (cells) => csvLine(cells, form), end: () => "" };
  });
}
