/** One column of a table as its text, with the others out of sight. */

import type { OpenOptions } from "../../data/dataset.js";
import type { RawColumn, RawTable } from "../../data/table/raw.js";
import { unknown, VaekitError } from "../../errors.js";
import { parseNumber } from "../number-text.js";
import { expectColumns, LOOKED_AT } from "./describe.js";
import { MISSING } from "./sample.js";

/** What a column of another type holds. */
const HELD: Readonly<Record<Exclude<RawColumn["type"], "text">, string>> = {
  integer: "numbers",
  number: "numbers",
  boolean: "true and false",
  date: "dates",
  timestamp: "times",
};

/**
 * The table with `column`, which is text whatever it looks like, and with the columns `label` and `key` where they are
 * asked for. E_COLUMN for a column that is not there, that holds something else than text, or that is label or key as well.
 */
export async function textColumn(
  raw: RawTable,
  column: string,
  { label, key, missing = MISSING, seed = 0 }: Pick<OpenOptions, "label" | "key" | "missing" | "seed">,
): Promise<RawTable> {
  expectColumns(raw.name, raw.columns, [column, label, key]);
  if (column === label || column === key) {
    const other = column === label ? "label" : "key";
    throw new VaekitError("E_COLUMN", `${raw.name}: column "${column}" is asked for as text and as ${other}`);
  }
  const places = [...raw.columns.keys()].filter((i) => [column, label, key].includes(raw.columns[i].name));
  const columns = places.map((i) => raw.columns[i]);
  const { type } = columns.find(({ name }) => name === column) as RawColumn;
  const held = type === "text" ? await numbersIn(raw, column, missing, seed) : HELD[type];
  if (held !== null) throw noText(raw, column, held);
  return {
    name: raw.name,
    columns,
    count: raw.count,
    fingerprint: raw.fingerprint,
    notices: raw.notices,
    async sample(limit, seed) {
      const cells = await raw.sample(limit, seed);
      return places.map((i) => cells[i]);
    },
    read(conversions) {
      const names = columns.map(({ name }) => name);
      for (const { column } of conversions) if (!names.includes(column)) throw unknown("column", column, names);
      return raw.read(conversions);
    },
    close: () => raw.close(),
  };
}

/** Text files declare nothing: whether all cells are numbers is seen in a sample. */
async function numbersIn(
  raw: RawTable,
  column: string,
  missing: readonly string[],
  seed: number,
): Promise<string | null> {
  const sample = await raw.sample(LOOKED_AT, seed);
  const cells = sample[raw.columns.findIndex(({ name }) => name === column)];
  const texts = cells.map((cell) => cell?.trim() ?? "").filter((text) => text !== "" && !missing.includes(text));
  const isNumber = (text: string) => !Number.isNaN(parseNumber(text, ".")) || !Number.isNaN(parseNumber(text, ","));
  return texts.length > 0 && texts.every(isNumber) ? "numbers" : null;
}

function noText({ name, columns }: RawTable, column: string, held: string): VaekitError {
  const others = columns.filter((other) => other.type === "text" && other.name !== column).map(({ name }) => name);
  const listed = others.slice(0, 10).join(", ");
  const hint = others.length > 0 ? `Other columns: ${listed}.` : "Without --column it is read as a table.";
  return new VaekitError("E_COLUMN", `${name}: column "${column}" holds ${held}, expected text`, hint);
}
