/** Cuts a text that comes piece by piece into records: lines, paragraphs, or all of it. */

import { VaekitError } from "../../errors.js";

/** What is one record: a line, lines between blank ones, or a whole file. */
export const RECORD_UNITS = ["lines", "paragraphs", "file"] as const;
export type RecordUnit = (typeof RECORD_UNITS)[number];

/** Longer ones are no sentence, poem or source file, and strings end at 2^29 characters in V8. */
const MAX_RECORD = 2 ** 26;
/** What stands where bytes could not be read, and what no text has. */
const DAMAGE = /[\0\ufffd]/;

export interface CutterOptions {
  /** Leaves out records in which a character could not be read, and counts them. */
  readonly skipDamaged?: boolean;
}

/**
 * Lines end in LF or CR LF, or in CR in a text without LF. Of a line, blanks at its end are cut and those at its beginning
 * are kept, since they mean something in code and verse; what is blank altogether is no record. Lines of one record are
 * joined by LF. E_FILE for a record above 64 million characters.
 */
export class RecordCutter {
  /** Blank lines that were left out. */
  blank = 0;
  /** Records that were left out because of damage. */
  damaged = 0;
  /** Number of the first line with damage, from 1. */
  firstDamaged = 0;
  #end: string | RegExp | null = null;
  #rest = "";
  #line = 0;
  #record: string[] = [];
  #length = 0;
  readonly #unit: RecordUnit;
  readonly #name: string;
  readonly #skipDamaged: boolean;

  constructor(unit: RecordUnit, name: string, { skipDamaged = false }: CutterOptions = {}) {
    this.#unit = unit;
    this.#name = name;
    this.#skipDamaged = skipDamaged;
  }

  /** The records that end in this piece. */
  push(piece: string): string[] {
    this.#end ??= piece.includes("\n") || !/\r./s.test(piece) ? "\n" : /[\r\n]/;
    const lines = piece.split(this.#end);
    lines[0] = this.#rest + lines[0];
    this.#rest = lines.pop() as string;
    this.#check(this.#rest.length);
    const records: string[] = [];
    for (const line of lines) this.#add(line, records);
    return records;
  }

  /** The records that end where the text does. */
  end(): string[] {
    const records: string[] = [];
    if (this.#rest !== "") this.#add(this.#rest, records);
    this.#rest = "";
    this.#flush(records);
    return records;
  }

  #add(line: string, records: string[]): void {
    this.#line++;
    const text = line.trimEnd();
    if (text === "" && this.#unit === "lines") this.blank++;
    else if (text === "" && this.#unit === "paragraphs") this.#flush(records);
    else {
      this.#check(text.length);
      this.#length += text.length + 1;
      if (text !== "" || this.#record.length > 0) this.#record.push(text);
      if (this.#unit === "lines") this.#flush(records);
    }
  }

  #flush(records: string[]): void {
    while (this.#record.at(-1) === "") this.#record.pop();
    if (this.#record.length === 0) return;
    const record = this.#record.join("\n");
    this.#record = [];
    this.#length = 0;
    if (this.#skipDamaged && DAMAGE.test(record)) {
      this.damaged++;
      this.firstDamaged ||= this.#line;
    } else records.push(record);
  }

  #check(added: number): void {
    if (this.#length + added <= MAX_RECORD) return;
    throw new VaekitError(
      "E_FILE",
      `${this.#name}: line ${this.#line + 1}: a record of more than ${MAX_RECORD} characters`,
      "One record is one sentence, poem or source file. Are there ends of lines in it?",
    );
  }
}
