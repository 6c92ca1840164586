/** Sinks for NumPy: a table as one array per column, pictures as one array `images`. */

import { VaekitError } from "../../errors.js";
import type { Cell } from "../../files/csv.js";
import { type NpzArray, writeNpz } from "../../files/npz.js";
import type { Cells, Matrix, PictureSink, TableColumn, TableSink } from "../../host.js";
import { checkedCells, isMatrix } from "./rows.js";

/**
 * Matrices are float32 [count, width]; columns int64 where all values are whole or truth (0 and 1), float64, or text (null
 * is ""). The rows are held in memory until the table is closed: an archive begins with its arrays' lengths.
 */
export const npzTableSink: TableSink = {
  name: "npz",
  extensions: [".npz"],
  async open(path, columns, _options, host) {
    let count = 0;
    let batches: (readonly Cells[])[] = [];
    const twice = columns.find(({ name }, i) => columns.findIndex((other) => other.name === name) !== i);
    if (twice) throw new VaekitError("E_SHAPE", `column "${twice.name}" is there twice`);
    return {
      async write(rows) {
        batches.push(checkedCells(columns, rows));
        count += rows.count;
      },
      async close() {
        const arrays = new Map(
          columns.map((column, i) => [
            column.name,
            joined(
              column,
              batches.map((cells) => cells[i]),
              count,
            ),
          ]),
        );
        await host.files.write(path, writeNpz(arrays, true));
      },
      async abort() {
        batches = [];
      },
    };
  },
};

function joined({ width }: TableColumn, parts: readonly Cells[], count: number): NpzArray {
  if (width === undefined) {
    const cells = parts.flatMap((part) => Array.from(part as Exclude<Cells, Matrix>));
    return { shape: [count], values: arrayOf(cells.map((cell) => (typeof cell === "boolean" ? Number(cell) : cell))) };
  }
  const values = new Float32Array(count * width);
  let at = 0;
  for (const part of parts.filter(isMatrix)) {
    values.set(part.values, at);
    at += part.values.length;
  }
  return { shape: [count, width], values };
}

function arrayOf(column: readonly Exclude<Cell, boolean>[]): NpzArray["values"] {
  if (column.some((value) => typeof value === "string"))
    return column.map((value) => (value === null ? "" : String(value)));
  if (column.length > 0 && column.every((value) => Number.isSafeInteger(value))) {
    return BigInt64Array.from(column as number[], BigInt);
  }
  return Float64Array.from(column as (number | null)[], (value) => value ?? Number.NaN);
}

/** uint8 `images` [count, height, width, channels], and their `names` where there are any. */
export const npzPictureSink: PictureSink = {
  name: "npz",
  extensions: [".npz"],
  async write(path, { count, height, width, channels, pixels, names }, _layout, host) {
    const arrays = new Map<string, NpzArray>([["images", { shape: [count, height, width, channels], values: pixels }]]);
    if (names) arrays.set("names", { shape: [count], values: names });
    await host.files.write(path, writeNpz(arrays, true));
    return [path];
  },
};
