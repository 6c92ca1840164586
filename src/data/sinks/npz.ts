/** Sinks for NumPy: a table as one array per column, pictures as one array `images`. */

import { type NpzArray, writeNpz } from "../../files/npz.js";
import type { PictureSink, TableSink } from "../../host.js";
import { checkColumns, isMatrix } from "./rows.js";

/** Matrices are float32 [count, width]; columns int64 where all values are whole, float64, or text (null is ""). */
export const npzTableSink: TableSink = {
  name: "npz",
  extensions: [".npz"],
  async write(path, table, host) {
    checkColumns(table);
    const arrays = new Map<string, NpzArray>();
    for (const [name, column] of Object.entries(table.columns)) {
      if (isMatrix(column)) arrays.set(name, { shape: [table.count, column.width], values: column.values });
      else arrays.set(name, { shape: [table.count], values: arrayOf(column) });
    }
    await host.files.write(path, writeNpz(arrays, true));
  },
};

function arrayOf(column: readonly (string | number | null)[]): NpzArray["values"] {
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
