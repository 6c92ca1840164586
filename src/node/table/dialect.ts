/** How a text file writes its table: what separates the cells, what quotes them, and whether the first row names them. */

import { VaekitError } from "../../errors.js";

export interface Dialect {
  readonly delimiter: string;
  readonly quote: string;
  /** Lines above the header or the first row. */
  readonly skip: number;
  readonly hasHeader: boolean;
  /** One a column, no two alike. */
  readonly names: readonly string[];
  readonly notices: readonly string[];
}

export interface DialectOptions {
  /** What separates the cells. Default: what divides the first lines most evenly. */
  readonly delimiter?: string;
  /** Whether the first row names the columns. Default: judged by how it differs from the rows below. */
  readonly header?: boolean;
}

/** Where two divide a text equally well, the earlier is taken: a comma may also be the sign of decimals. */
const DELIMITERS = ["\t", ";", "|", ","];
const QUOTES = ['"', "'"];
/** Never found in a text: stands for "none". */
const UNUSED = "\x1f";
const MAX_RECORDS = 1_000;
/** The share of rows that must have as many cells as the first for a sign to be the delimiter. */
const EVEN_SHARE = 0.5;
const MAX_NAME_LENGTH = 100;

const NUMERIC = /^[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?%?$/i;
const TEMPORAL = /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T]\d{1,2}:.*)?$|^\d{1,2}:\d{2}(:\d{2})?$/;
const MISSING = ["", "?", "-", "na", "n/a", "nan", "null", "none"];

/** Judges the beginning of the file `name`. E_DATA where there is no row at all. */
export function dialectOf(
  text: string,
  whole: boolean,
  { delimiter: given, header }: DialectOptions,
  name: string,
): Dialect {
  const notices: string[] = [];
  const { rest, skip, declared } = withoutPreamble(text);
  if (rest.trim() === "") throw new VaekitError("E_DATA", `${name}: no rows: the file is empty`, "Write it again.");
  const quote = quoteOf(rest);
  const { delimiter, records } = divided(rest, whole, quote, given ?? declared);
  const hasHeader = header ?? isHeader(records);
  const [first] = records;
  if (!hasHeader) {
    const last = first.length - 1;
    const names = last === 0 ? "its column is named column_0" : `its columns are named column_0 to column_${last}`;
    notices.push(`${name}: no header in the first line (${preview(first)}): ${names}`);
  }
  const names = hasHeader ? distinctNames(first, name, notices) : first.map((_, i) => `column_${i}`);
  return { delimiter, quote, skip, hasHeader, names, notices };
}

/** Whether text divides into columns at all, as a file named .txt may. */
export function looksLikeTable(text: string, whole: boolean): boolean {
  const { rest, declared } = withoutPreamble(text);
  if (rest.trim() === "") return false;
  const { records } = divided(rest, whole, quoteOf(rest), declared);
  const width = records[0].length;
  return width > 1 && records.length > 1 && records.every((record) => record.length === width);
}

/** Empty lines, and the line "sep=;" that spreadsheets write. */
function withoutPreamble(text: string): { rest: string; skip: number; declared?: string } {
  const blank = /^(?:[ \t]*\r?\n)*/.exec(text)?.[0] ?? "";
  const declared = /^sep=(.)\r?\n/i.exec(text.slice(blank.length));
  const preamble = blank + (declared?.[0] ?? "");
  return { rest: text.slice(preamble.length), skip: preamble.split("\n").length - 1, declared: declared?.[1] };
}

/** A single quote only where cells begin and end with it and the other is not to be seen. */
function quoteOf(text: string): string {
  if (text.includes('"')) return QUOTES[0];
  const quoted = text.match(/(?<=^|[\t;|,])'[^'\r\n]*'(?=$|[\t;|,\r])/gm)?.length ?? 0;
  const apostrophes = text.split("'").length - 1;
  return quoted > 1 && quoted * 2 === apostrophes ? QUOTES[1] : QUOTES[0];
}

interface Division {
  readonly delimiter: string;
  readonly records: readonly (readonly string[])[];
}

/** The sign by which most rows have as many cells as the first one, two at least. */
function divided(text: string, whole: boolean, quote: string, given?: string): Division {
  const tried = (given ? [given] : DELIMITERS).map((delimiter) => {
    const records = recordsOf(text, whole, delimiter, quote);
    const width = records[0].length;
    const even = records.filter((record) => record.length === width).length / records.length;
    return { delimiter, records, even: width > 1 ? even : 0 };
  });
  const best = tried.reduce((a, b) => (b.even > a.even ? b : a));
  if (given || best.even >= EVEN_SHARE) return best;
  const unseen = [",", "\t", ";", "|"].find((delimiter) => !text.includes(delimiter)) ?? UNUSED;
  return { delimiter: unseen, records: recordsOf(text, whole, unseen, quote) };
}

/** The first rows; the last one is left out where the text ends within it. */
function recordsOf(text: string, whole: boolean, delimiter: string, quote: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let at = 0;
  while (at <= text.length && records.length < MAX_RECORDS) {
    const [cell, end] = cellAt(text, at, delimiter, quote);
    record.push(cell);
    at = end;
    if (text[at] === delimiter) at++;
    else {
      if (at >= text.length && !whole && records.length > 0) break;
      if (record.length > 1 || record[0] !== "") records.push(record);
      record = [];
      at += text.startsWith("\r\n", at) ? 2 : 1;
    }
  }
  return records;
}

/** A cell and where it ends; a quote opens one where it is the first sign that is not blank. */
function cellAt(text: string, start: number, delimiter: string, quote: string): [cell: string, end: number] {
  let at = start;
  while (text[at] === " ") at++;
  let quoted = "";
  if (text[at] === quote) {
    for (;;) {
      const close = text.indexOf(quote, at + 1);
      if (close < 0) return [text.slice(start), text.length];
      quoted += text.slice(at + 1, close);
      at = close + 1;
      if (text[at] !== quote) break;
      quoted += quote;
    }
  } else at = start;
  let end = at;
  while (end < text.length && text[end] !== delimiter && text[end] !== "\n" && text[end] !== "\r") end++;
  return [quoted + text.slice(at, end), end];
}

const isMissing = (cell: string) => MISSING.includes(cell.trim().toLowerCase());
const isValue = (cell: string) => NUMERIC.test(cell.trim()) || TEMPORAL.test(cell.trim());

/**
 * Whether the first row names the columns: it has no numbers, and either numbers stand below it, or its cells are names
 * that are not found among those below.
 */
function isHeader([first, ...below]: readonly (readonly string[])[]): boolean {
  if (first.some(isValue)) return false;
  const columns = first.map((_, i) => below.map((record) => record[i] ?? "").filter((cell) => !isMissing(cell)));
  if (columns.some((cells) => cells.length > 0 && cells.every(isValue))) return true;
  const trimmed = first.map((cell) => cell.trim());
  const isNameLike = (cell: string) => cell.length <= MAX_NAME_LENGTH && /\p{L}/u.test(cell) && !cell.includes("\n");
  return (
    new Set(trimmed).size === trimmed.length &&
    trimmed.every(isNameLike) &&
    columns.every((cells, i) => !cells.some((cell) => cell.trim() === trimmed[i]))
  );
}

/** Names without blanks around them; a second "x" becomes "x_2", and what has none is named by its place. */
function distinctNames(header: readonly string[], file: string, notices: string[]): string[] {
  const given = header.map((name, i) => name.trim() || `column_${i}`);
  const taken = new Set(given);
  const seen = new Set<string>();
  return given.map((name) => {
    let distinct = name;
    for (let i = 2; seen.has(distinct); i++) {
      const next = `${name}_${i}`;
      if (!taken.has(next)) distinct = next;
    }
    if (distinct !== name) {
      taken.add(distinct);
      notices.push(`${file}: column "${name}" is there twice: the later one is named "${distinct}"`);
    }
    seen.add(distinct);
    return distinct;
  });
}

function preview(record: readonly string[]): string {
  const cells = record.slice(0, 3).map((cell) => cell.trim().slice(0, 20));
  return cells.join(", ") + (record.length > 3 ? ", ..." : "");
}
