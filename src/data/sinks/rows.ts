/** Tables row by row, as the text formats write them: matrices spread to name_0, name_1... */

import { VaekitError } from "../../errors.js";
import { type Cell, shortestFloat32 } from "../../files/csv.js";
import type { Matrix, TableValues } from "../../host.js";

export interface TableRows {
  readonly header: readonly string[];
  rows(): Generator<Cell[], void>;
}

export function isMatrix(column: TableValues["columns"][string]): column is Matrix {
  return !Array.isArray(column);
}

/** E_SHAPE, naming the column, when one has another number of values than the table has rows. */
export function checkColumns(table: TableValues): void {
  for (const [name, column] of Object.entries(table.columns)) {
    const got = isMatrix(column) ? column.values.length : column.length;
    const expected = isMatrix(column) ? table.count * column.width : table.count;
    if (got !== expected) throw new VaekitError("E_SHAPE", `column "${name}": got ${got} values, expected ${expected}`);
  }
}

/** The table's rows; the values of matrices with the digits that a float32 needs. */
export function tableRows(table: TableValues): TableRows {
  checkColumns(table);
  const columns: { name: string; at: (row: number) => Cell }[] = [];
  for (const [name, column] of Object.entries(table.columns)) {
    if (!isMatrix(column)) {
      columns.push({ name, at: (row) => column[row] });
      continue;
    }
    for (let j = 0; j < column.width; j++) {
      columns.push({ name: `${name}_${j}`, at: (row) => shortestFloat32(column.values[row * column.width + j]) });
    }
  }
  return {
    header: columns.map(({ name }) => name),
    *rows() {
      for (let row = 0; row < table.count; row++) yield columns.map(({ at }) => at(row));
    },
  };
}
