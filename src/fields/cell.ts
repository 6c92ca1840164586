/** What a field kind answers when its values are cells of a table: whether a column is of it, and how cells are read and written. */

import type { FieldSchema } from "../data/dataset.js";
import type { Conversion, RawColumn } from "../data/table/raw.js";

/** Cells of one column, of some rows or of all, as text without surrounding blanks; null is missing. */
export interface CellSample {
  readonly name: string;
  /** As the source declares it. */
  readonly type: RawColumn["type"];
  readonly cells: readonly (string | null)[];
  /** Cells that are not missing. */
  readonly present: number;
  /** How often each text occurs, the commonest first. */
  readonly counts: ReadonlyMap<string, number>;
}

/** A kind that a column may be of. */
export interface Detected<Schema extends FieldSchema = FieldSchema> {
  /** How well it suits, 0..1: the best wins. */
  readonly fit: number;
  readonly schema: Schema;
  /** What was seen that speaks for it. @example "whole numbers from 17 to 90" */
  readonly why: string;
}

/** A cell to a program: null is missing. */
export type CellValue = number | string | boolean | Date | null;

/** A cell as it is stored: a number, or of a text its tokens, an end and padding. */
export type Stored = number | Int32Array;

type Rule<C> = C extends unknown ? Omit<C, "column" | "missing"> : never;
/** How text becomes what is stored. */
export type CellRule = Rule<Conversion>;

export interface CellKind<Schema extends FieldSchema = FieldSchema, Cell extends Stored = Stored> {
  /** Null: the column is not of this kind. */
  detect(column: CellSample): Detected<Schema> | null;
  rule(schema: Schema): CellRule;
  /** A value of a program's as it is stored; undefined where it is none of this kind. */
  store(value: CellValue, schema: Schema): Cell | undefined;
  /** What is stored, for a program. */
  value(stored: Cell, schema: Schema): CellValue;
  /** The same as the source writes it; null is missing. */
  text(stored: Cell, schema: Schema): string | null;
  /** Of columns in typed files. */
  type(schema: Schema): RawColumn["type"];
  /** In a few words. @example "whole numbers, 17 to 90" */
  describe(schema: Schema): string;
}
