/** Tables row by row, as most formats write them: matrices spread to name_0, name_1... */

import { VaekitError } from "../../errors.js";
import { type Cell, shortestFloat32 } from "../../files/csv.js";
import type { Cells, Matrix, TableColumn, TableValues } from "../../host.js";

export function isMatrix(cells: Cells): cells is Matrix {
  return !Array.isArray(cells) && !ArrayBuffer.isView(cells);
}

/** The columns of a table whose matrices are spread. E_SHAPE for two of one name. */
export function spreadColumns(columns: readonly TableColumn[]): TableColumn[] {
  const spread = columns.flatMap(({ name, type, width }): TableColumn[] =>
    width === undefined ? [{ name, type }] : Array.from({ length: width }, (_, i) => ({ name: `${name}_${i}`, type })),
  );
  const names = new Set<string>();
  for (const { name } of spread) {
    if (names.has(name)) throw new VaekitError("E_SHAPE", `column "${name}" is there twice`);
    names.add(name);
  }
  return spread;
}

/** The cells of each column, in order. E_SHAPE, naming the column, for one that is not there or of another length. */
export function checkedCells(columns: readonly TableColumn[], rows: TableValues): readonly Cells[] {
  return columns.map(({ name, width }) => {
    const cells = rows.columns[name];
    if (cells === undefined) throw new VaekitError("E_SHAPE", `no column "${name}" among the rows`);
    const got = isMatrix(cells) ? cells.values.length : cells.length;
    const expected = rows.count * (width ?? 1);
    if (got !== expected || isMatrix(cells) !== (width !== undefined)) {
      throw new VaekitError("E_SHAPE", `column "${name}": got ${got} values, expected ${expected}`);
    }
    return cells;
  });
}

/** How to get at the cells of each spread column by row. Values of float32 have the digits that a float32 needs. */
export function cellsOf(columns: readonly TableColumn[], rows: TableValues): ((row: number) => Cell)[] {
  return checkedCells(columns, rows).flatMap((cells, i): ((row: number) => Cell)[] => {
    const { type } = columns[i];
    if (isMatrix(cells)) {
      const { values, width } = cells;
      return Array.from({ length: width }, (_, j) => (row) => shortestFloat32(values[row * width + j]));
    }
    if (cells instanceof Float32Array) return [(row) => shortestFloat32(cells[row])];
    if (type === "date" || type === "timestamp") return [(row) => momentText(cells[row], type)];
    return [(row) => cells[row]];
  });
}

/** Milliseconds since 1970 as "2024-01-31" or "2024-01-31 10:00:00"; null for what is no time. */
function momentText(cell: Cell, type: "date" | "timestamp"): Cell {
  if (typeof cell !== "number") return cell;
  const date = new Date(cell);
  if (Number.isNaN(date.getTime())) return null;
  const text = date
    .toISOString()
    .replace("T", " ")
    .replace(/(\.000)?Z$/, "");
  return type === "date" ? text.slice(0, text.indexOf(" ")) : text;
}

/** The columns that a whole table has, of the types that its cells have. */
export function columnsOf({ columns }: TableValues): TableColumn[] {
  return Object.entries(columns).map(([name, cells]): TableColumn => {
    if (isMatrix(cells)) return { name, type: "number", width: cells.width };
    return { name, type: typeOf(cells) };
  });
}

function typeOf(cells: Exclude<Cells, Matrix>): TableColumn["type"] {
  if (cells instanceof Float64Array || cells instanceof Float32Array) return "number";
  if (!Array.isArray(cells)) return "integer";
  const kinds = new Set((cells as readonly Cell[]).map((cell) => (cell === null ? "null" : typeof cell)));
  kinds.delete("null");
  if (kinds.size !== 1 || kinds.has("string")) return "text";
  if (kinds.has("boolean")) return "boolean";
  return cells.every((cell) => cell === null || Number.isSafeInteger(cell)) ? "integer" : "number";
}
