/** Rows as their source writes them: columns in its order, blanks and formats as there, constants and new keys put back. */

import type { Columns, Schema, TableColumn } from "../../data/dataset.js";
import type { CellValue } from "../cell.js";
import { fieldsOf } from "../list.js";
import { storedAt } from "./stored.js";

export interface WrittenColumn {
  readonly name: string;
  readonly type: TableColumn["type"];
  /** Cells of `count` rows, of which `columns` are the stored values; the first of them is row `start` of all. */
  cells(columns: Columns, start: number, count: number): (string | null)[];
}

/** The columns that are written: not those that were left out of the model, and no labels. */
export function writtenColumns(schema: Schema): WrittenColumn[] {
  const fields = new Map(fieldsOf(schema).map((field) => [field.name, field]));
  const facts =
    schema.table?.columns ??
    [...fields.keys()].map((name): TableColumn => ({ name, role: "field", type: "text", why: "" }));
  return facts.flatMap(({ name, role, type, value = null, before = "", blank = "" }): WrittenColumn[] => {
    // In typed files a missing cell is null whatever text the source had for it.
    const nothing = type === "text" && blank !== "" ? before + blank : null;
    const put = (text: string | null) => (text === null ? nothing : before + text);
    const field = fields.get(name);
    if (field) {
      const { kind, schema } = field;
      const ownType = type === "text" ? type : kind.cell!.type(schema);
      const cell = (columns: Columns, row: number) => put(kind.cell!.text(storedAt(field, columns[name], row), schema));
      const cells: WrittenColumn["cells"] = (columns, _, count) =>
        Array.from({ length: count }, (_, row) => cell(columns, row));
      return [{ name, type: ownType, cells }];
    }
    if (role === "constant")
      return [{ name, type, cells: (_, __, count) => new Array<string | null>(count).fill(put(value)) }];
    if (role === "key")
      return [
        { name, type, cells: (_, start, count) => Array.from({ length: count }, (_, i) => put(String(start + i + 1))) },
      ];
    return [];
  });
}

/** A row for a program. */
export function rowOf(schema: Schema, columns: Columns, row: number): Record<string, CellValue> {
  return Object.fromEntries(
    fieldsOf(schema).map((field) => {
      const { name, kind, schema } = field;
      return [name, kind.cell!.value(storedAt(field, columns[name], row), schema)];
    }),
  );
}
