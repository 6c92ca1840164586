/** Rows of which only some cells are known, as a model takes them. */

import { type Column, type Columns, HIDDEN_CODE, HIDDEN_NUMBER } from "../../data/dataset.js";
import type { Field } from "../../fields/list.js";

/** What stands for a cell of this field that nobody looks at. */
export function hiddenOf({ kind, schema }: Field): number {
  return kind.cell!.rule(schema).as === "code" ? HIDDEN_CODE : HIDDEN_NUMBER;
}

/** `count` rows that are equal: these values by the number of their field, the others hidden. */
export function partialRows(fields: readonly Field[], known: ReadonlyMap<number, number>, count: number): Columns {
  return Object.fromEntries(
    fields.map((field, i) => {
      const isCode = field.kind.cell!.rule(field.schema).as === "code";
      const column: Column = isCode ? new Int32Array(count) : new Float64Array(count);
      column.fill(known.get(i) ?? hiddenOf(field));
      return [field.name, column];
    }),
  );
}
