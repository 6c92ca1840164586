/** Comma-separated values (RFC 4180): a writer, and a strict reader of files with a header. */

import { VaekitError } from "../errors.js";

export type Cell = string | number | boolean | null;

/** A parsed file: a header and rows of as many fields. */
export interface Csv {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** How a row is written. */
export interface CsvForm {
  /** Default: a comma. */
  readonly delimiter?: string;
  /** Puts an apostrophe before texts that a spreadsheet would run as formulas. Default no. */
  readonly escapeFormulas?: boolean;
}

/** Lines of text; null is an empty field, numbers are written with the digits that read back the same. */
export function writeCsv(header: readonly string[], rows: Iterable<readonly Cell[]>): string {
  let text = csvLine(header);
  for (const row of rows) text += csvLine(row);
  return text;
}

/** One row and the end of its line. */
export function csvLine(row: readonly Cell[], { delimiter = ",", escapeFormulas = false }: CsvForm = {}): string {
  const fields = row.map((cell) => field(escapeFormulas && typeof cell === "string" ? unrun(cell) : cell, delimiter));
  return `${fields.join(delimiter)}\n`;
}

/** What a field in quotes would be without: other text, or none at all. */
const NEEDS_QUOTES = /["\r\n]|^\s|\s$/;

function field(value: Cell, delimiter: string): string {
  if (value === null) return "";
  if (typeof value === "number") return numberText(value);
  if (typeof value === "boolean") return String(value);
  const isBare = value !== "" && !value.includes(delimiter) && !NEEDS_QUOTES.test(value);
  return isBare ? value : `"${value.replaceAll('"', '""')}"`;
}

const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function unrun(text: string): string {
  return FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
}

/** Infinity and NaN as NumPy and pandas read them. */
function numberText(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? "-0" : String(value);
  return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

/** The shortest decimal that gives the same float32, as a number: 0.1 for Math.fround(0.1). */
export function shortestFloat32(value: number): number {
  if (value === 0 || !Number.isFinite(value)) return value; // toPrecision forgets the sign of -0
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(9));
}

/**
 * Parses the text of the file `name`. Lines end in LF or CRLF, fields may be quoted, a byte order mark is dropped.
 * E_FILE, naming row and line, for a quote in the wrong place, a row of another width, or a name twice in the header.
 */
export function parseCsv(text: string, name: string): Csv {
  const records = new CsvReader(text.startsWith("\uFEFF") ? text.slice(1) : text, name).records();
  const header = records.next().value;
  if (!header) throw new VaekitError("E_FILE", `${name}: empty file, expected a header line`);
  const columns = new Set<string>();
  for (const column of header.fields) {
    if (columns.has(column)) throw new VaekitError("E_FILE", `${name}: line 1: column "${column}" is there twice`);
    columns.add(column);
  }
  const rows: string[][] = [];
  for (const { fields, line } of records) {
    if (fields.length !== header.fields.length) {
      throw new VaekitError(
        "E_FILE",
        `${name}: row ${rows.length + 1} (line ${line}): got ${fields.length} fields, expected ${header.fields.length}`,
      );
    }
    rows.push(fields);
  }
  return { header: header.fields, rows };
}

/** Walks the text once. */
class CsvReader {
  #at = 0;
  #line = 1;
  constructor(
    readonly text: string,
    readonly name: string,
  ) {}

  *records(): Generator<{ fields: string[]; line: number }, undefined> {
    while (this.#at < this.text.length) {
      const line = this.#line;
      const fields: string[] = [];
      do fields.push(this.#field());
      while (this.#take(","));
      if (this.#at < this.text.length && !this.#endOfLine())
        throw this.#wrong("expected a comma or the end of the line");
      yield { fields, line };
    }
    return undefined;
  }

  #field(): string {
    return this.text[this.#at] === '"' ? this.#quoted() : this.#plain();
  }

  #plain(): string {
    const start = this.#at;
    const stop = /[,"\r\n]/g;
    stop.lastIndex = start;
    this.#at = stop.exec(this.text)?.index ?? this.text.length;
    if (this.text[this.#at] === '"') throw this.#wrong("a quote inside an unquoted field");
    return this.text.slice(start, this.#at);
  }

  #quoted(): string {
    const parts: string[] = [];
    const opened = this.#line;
    for (;;) {
      const end = this.text.indexOf('"', this.#at + 1);
      if (end < 0) throw new VaekitError("E_FILE", `${this.name}: line ${opened}: a quoted field that never ends`);
      const part = this.text.slice(this.#at + 1, end);
      for (let i = part.indexOf("\n"); i >= 0; i = part.indexOf("\n", i + 1)) this.#line++;
      parts.push(part);
      this.#at = end + 1;
      if (this.text[this.#at] !== '"') return parts.join('"');
    }
  }

  #endOfLine(): boolean {
    this.#take("\r");
    if (!this.#take("\n")) return false;
    this.#line++;
    return true;
  }

  #take(character: string): boolean {
    if (this.text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #wrong(what: string): VaekitError {
    return new VaekitError("E_FILE", `${this.name}: line ${this.#line}: ${what}`);
  }
}
