/** Cells and rows of columns as they are stored: a number for each row, of texts as many as the longest has tokens. */

import type { Column } from "../../data/dataset.js";
import type { Stored } from "../cell.js";
import type { Field } from "../list.js";

/** The cell of one row. */
export function storedAt({ stored }: Pick<Field, "stored">, column: Column, row: number): Stored {
  return stored === 1 ? column[row] : (column.subarray(row * stored, (row + 1) * stored) as Int32Array);
}

/** Some rows of a column, in the given order. */
export function takenRows({ stored }: Pick<Field, "stored">, column: Column, rows: ArrayLike<number>): Column {
  const out = new (column.constructor as new (length: number) => Column)(rows.length * stored);
  for (let i = 0; i < rows.length; i++)
    for (let j = 0; j < stored; j++) out[i * stored + j] = column[rows[i] * stored + j];
  return out;
}
