/** Rows of which only some cells are known, as a model takes them. */

import { type Column, type Columns, HIDDEN_CODE, HIDDEN_NUMBER } from "../../data/dataset.js";
import type { Field } from "../../fields/list.js";

/** What stands for a cell of this field that nobody looks at: of a text for each of its tokens. */
export function hiddenOf({ kind, schema }: Field): number {
  return kind.cell!.rule(schema).as === "code" || kind.ragged ? HIDDEN_CODE : HIDDEN_NUMBER;
}

/** `count` rows that are equal: these values by the number of their field, the others hidden. */
export function partialRows(fields: readonly Field[], known: ReadonlyMap<number, number>, count: number): Columns {
  return Object.fromEntries(
    fields.map((field, i) => {
      const hidden = hiddenOf(field);
      const column: Column = new (hidden === HIDDEN_CODE ? Int32Array : Float64Array)(count * field.stored);
      column.fill(known.get(i) ?? hidden);
      return [field.name, column];
    }),
  );
}
