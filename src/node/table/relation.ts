/** A table inside the database: something to select from, and what its columns are to a person. */

import type { RawColumn } from "../../data/table/raw.js";
import type { Duck } from "./duck.js";

export interface RelationColumn extends RawColumn {
  /** The expression for its cells as text. */
  readonly text: string;
  /** The expression for its cells as they are. */
  readonly native: string;
}

export interface Relation {
  /** What stands behind FROM; its columns are c0, c1... */
  readonly from: string;
  readonly columns: readonly RelationColumn[];
}

/** Where the table came from. */
export interface Origin {
  /** As it may be shown, where the address may not. */
  readonly name?: string;
  readonly relation: Relation;
  readonly notices: readonly string[];
  /** Changes with the data: paths, sizes and times, or a digest. */
  readonly stamp: string;
  /** Rows, where they have been counted already. */
  readonly count?: number;
  /** The error that a person can act on for one of the database. */
  explain(error: unknown): unknown;
}

/** A column of text. */
export function textColumn(name: string, index: number): RelationColumn {
  return { name, type: "text", native: `c${index}`, text: `c${index}` };
}

/** What a query gives, its columns called c0, c1... */
export async function relationOf(query: string, duck: Duck): Promise<Relation> {
  const described = await duck.describe(query);
  const aliases = described.map((_, i) => `c${i}`).join(", ");
  return {
    from: `(${query}\n) AS source(${aliases})`,
    columns: described.map(({ name, type }, i) => column(name, type, `c${i}`)),
  };
}

type Named = { readonly name: string };

/**
 * Whether some names may differ in case alone: the database calls "A" beside "a" "A_1", which is no name in the file. Of
 * those that look so, `isMadeUp` sorts out the ones that are.
 */
export function hasRenamed(columns: readonly Named[], isMadeUp: (column: Named) => boolean = () => true): boolean {
  const known = new Set(columns.map(({ name }) => name.toLowerCase()));
  const looksSo = ({ name }: Named) => /_\d+$/.test(name) && known.has(name.toLowerCase().replace(/_\d+$/, ""));
  return columns.some((column) => looksSo(column) && isMadeUp(column));
}

interface Reading {
  readonly type: RawColumn["type"];
  /** The expression for its text. */
  text(cell: string): string;
}

const plain = (cell: string) => `${cell}::VARCHAR`;
const INTEGERS = /^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/;

/** The first that fits a type of the database. */
const READINGS: readonly (readonly [RegExp, Reading])[] = [
  [/^TIMESTAMP WITH TIME ZONE$/, { type: "timestamp", text: (cell) => `(${cell} AT TIME ZONE 'UTC')::VARCHAR` }],
  [/^TIMESTAMP/, { type: "timestamp", text: (cell) => `${cell}::TIMESTAMP::VARCHAR` }],
  [/^DATE$/, { type: "date", text: plain }],
  [/^BOOLEAN$/, { type: "boolean", text: plain }],
  [INTEGERS, { type: "integer", text: plain }],
  [/^FLOAT$/, { type: "number", text: withoutZeros }],
  [/^(DOUBLE|DECIMAL\([\d,]+\))$/, { type: "number", text: (cell) => withoutZeros(`${cell}::DOUBLE`) }],
  [/^JSON$/, { type: "text", text: (cell) => `(${cell}->>'$')` }],
  [/^(STRUCT|MAP|UNION)\(|\]$/, { type: "text", text: (cell) => `to_json(${cell})::VARCHAR` }],
];
const OTHERS: Reading = { type: "text", text: plain };

function column(name: string, type: string, cell: string): RelationColumn {
  const reading = READINGS.find(([pattern]) => pattern.test(type))?.[1] ?? OTHERS;
  return { name, type: reading.type, native: cell, text: type === "VARCHAR" ? cell : reading.text(cell) };
}

/** "1" for what the database writes as "1.0". */
function withoutZeros(number: string): string {
  return `regexp_replace(${number}::VARCHAR, '\\.0$', '')`;
}
