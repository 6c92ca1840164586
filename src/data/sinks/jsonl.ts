/** Table sinks: JSON objects, one a line or all in one array. */

import type { Cell } from "../../files/csv.js";
import type { TableColumn } from "../../host.js";
import { textSink } from "./text.js";

export const jsonlSink = textSink("jsonl", [".jsonl", ".ndjson"], (columns) => {
  const object = objectOf(columns);
  return { begin: "", row: (cells) => `${object(cells)}\n`, end: () => "" };
});

export const jsonSink = textSink("json", [".json"], (columns) => {
  const object = objectOf(columns);
  return {
    begin: "[",
    row: (cells, isFirst) => `${isFirst ? "\n" : ",\n"}${object(cells)}`,
    end: (isEmpty) => (isEmpty ? "]\n" : "\n]\n"),
  };
});

/** A row as text. Numbers that JSON does not know (NaN, Infinity) become null. */
function objectOf(columns: readonly TableColumn[]): (cells: readonly Cell[]) => string {
  const keys = columns.map(({ name }) => JSON.stringify(name));
  return (cells) => `{${cells.map((cell, i) => `${keys[i]}:${valueText(cell, columns[i])}`).join(",")}}`;
}

/** A number as JSON writes it. */
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i;

/** Texts in columns of numbers and of truth are what they say, where JSON can say it. */
function valueText(cell: Cell, { type }: TableColumn): string {
  if (typeof cell !== "string") return JSON.stringify(cell);
  if ((type === "number" || type === "integer") && NUMBER.test(cell)) return cell;
  if (type === "boolean" && (cell === "true" || cell === "false")) return cell;
  return JSON.stringify(cell);
}
