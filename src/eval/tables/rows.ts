/** Rows of a table as they are stored, and what metrics ask of their columns. */

import type { Column, Columns, Dataset } from "../../data/dataset.js";
import type { Field } from "../../fields/list.js";
import { takenRows } from "../../fields/table/stored.js";

/** Rows by column, in the terms of `fields`, each of which has one number a row. */
export interface Rows {
  readonly fields: readonly Field[];
  readonly columns: Columns;
  readonly count: number;
}

/** The fields that figures are of: those whose cells are one number each. Texts have figures of their own. */
export function comparable(fields: readonly Field[]): readonly Field[] {
  return fields.filter(({ stored }) => stored === 1);
}

/** Which columns are not compared, for people; "" where all are. */
export function leftOutText(fields: readonly Field[]): string {
  const left = fields.filter((field) => !comparable([field]).includes(field)).map(({ name }) => name);
  if (left.length === 0) return "";
  return `; not compared: ${left.join(", ")} (${left.length === 1 ? "text" : "texts"})`;
}

/** Whether cells are one of so many labels; else they are numbers or times. */
export function hasLabels({ kind, schema }: Field): boolean {
  return kind.cell!.rule(schema).as === "code";
}

/** A cell of each row as one of `count` codes. */
export interface Codes {
  readonly codes: Int32Array;
  readonly count: number;
}

/** Places among the labels; then "other", then missing. */
export function labelCodes({ columns }: Rows, { name, schema }: Field): Codes {
  const labels = (schema.labels as readonly string[]).length;
  return { codes: Int32Array.from(columns[name], (code) => (code < 0 ? labels + 1 : code)), count: labels + 2 };
}

/** Numbers or times that are there. */
export function presentValues({ columns }: Rows, { name }: Field): Float64Array {
  return Float64Array.from(columns[name] as Float64Array).filter((value) => !Number.isNaN(value));
}

/** Some of the rows, in the given order. */
export function chosenRows({ fields, columns }: Rows, order: Uint32Array): Rows {
  return {
    fields,
    columns: Object.fromEntries(fields.map((field) => [field.name, takenRows(field, columns[field.name], order)])),
    count: order.length,
  };
}

/** Rows that follow each other, as one. */
export function joinedRows(fields: readonly Field[], parts: readonly Omit<Rows, "fields">[]): Rows {
  const count = parts.reduce((total, part) => total + part.count, 0);
  const columns = fields.map((field) => {
    const column: Column = hasLabels(field) ? new Int32Array(count) : new Float64Array(count);
    let start = 0;
    for (const part of parts) {
      column.set(part.columns[field.name], start);
      start += part.count;
    }
    return [field.name, column];
  });
  return { fields, columns: Object.fromEntries(columns), count };
}

/** Rows `order` of a data set whose schema the fields are of. */
export async function readRows(dataset: Dataset, fields: readonly Field[], order: Uint32Array): Promise<Rows> {
  return { fields, columns: await dataset.read(order), count: order.length };
}

/** A share as a percentage with three digits behind the point. */
export function percent(share: number): number {
  return Math.round(share * 1e5) / 1e3;
}

export function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
