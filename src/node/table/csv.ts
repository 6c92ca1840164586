/** Tables of text with delimiters: csv, tsv, txt. We judge how they are written; the database parses what we tell it. */

import { VaekitError } from "../../errors.js";
import { type Dialect, type DialectOptions, dialectOf } from "./dialect.js";
import type { Duck } from "./duck.js";
import { fileError } from "./explain.js";
import { stampOf } from "./paths.js";
import { evenLines, type PlainOptions, type PlainText, plainText } from "./plain-file.js";
import { type Origin, textColumn } from "./relation.js";
import { literal, pathLiteral } from "./sql.js";

export interface CsvOptions extends DialectOptions, PlainOptions {
  /** What happens to rows with other numbers of cells than the first one: an error, or they are left out. */
  readonly onError: "fail" | "skip";
}

/** A row may have this many bytes. */
const MAX_LINE_BYTES = 8 << 20;
/** What is parsed at a time; some such pieces are held. The database's own choice would be 16 of the longest rows. */
const BUFFER_BYTES = 16 << 20;

interface CsvFile {
  readonly text: PlainText;
  readonly dialect: Dialect;
  /** Where its lines lie. */
  path: string;
}

/**
 * The rows of one or several files with the same columns, all text; an empty cell without quotes is null. E_FILE, naming
 * file, line, got and expected, for a row of another width or a quote in the wrong place; E_DATA for no rows and for
 * columns that differ.
 */
export async function csvOrigin(paths: readonly string[], options: CsvOptions, duck: Duck): Promise<Origin> {
  const files: CsvFile[] = [];
  for (const path of paths) {
    const text = await plainText(path, options);
    files.push({ text, dialect: dialectOf(text.head, text.whole, options, path), path: text.path });
  }
  const names = checkedNames(files);
  const notices = files.flatMap(({ text, dialect }) => [...text.notices, ...dialect.notices]);
  const explain = (error: unknown) => csvError(error, files, paths.length === 1 ? paths[0] : `${paths.length} files`);

  const count = await counted(files, names, options, duck, explain);
  const skipped = options.onError === "skip" ? await skippedRows(files, duck) : [];
  return {
    relation: { from: union(files, names, options, ""), columns: names.map(textColumn) },
    notices: [...notices, ...skipped],
    stamp: await stampOf(paths),
    count,
    explain,
  };
}

/** Reads everything once, so that a file with a bad row is refused before anybody works with it. */
async function counted(
  files: readonly CsvFile[],
  names: readonly string[],
  options: CsvOptions,
  duck: Duck,
  explain: (error: unknown) => unknown,
): Promise<number> {
  const rejects = options.onError === "skip" ? ", store_rejects = true" : "";
  const count = async () =>
    Number((await duck.rows(`SELECT count(*) FROM ${union(files, names, options, rejects)}`))[0][0]);
  try {
    return await count();
  } catch (error) {
    if (!(error instanceof Error && error.message.includes("state machine reached an invalid state")))
      throw explain(error);
  }
  // Lines that end in LF here and in CR LF there.
  for (const file of files) file.path = await evenLines(file.text, options);
  try {
    return await count();
  } catch (error) {
    throw explain(error);
  }
}

function checkedNames(files: readonly CsvFile[]): readonly string[] {
  const [{ dialect, text }] = files;
  for (const other of files.slice(1)) {
    const got = other.dialect.names;
    const missing = dialect.names.find((name) => !got.includes(name));
    const extra = got.find((name) => !dialect.names.includes(name));
    if (missing === undefined && extra === undefined) continue;
    const what = missing === undefined ? `another column "${extra}"` : `no column "${missing}"`;
    throw new VaekitError(
      "E_DATA",
      `${other.text.name}: ${what}, expected the columns of ${text.name}`,
      "Files that are read together have the same columns.",
    );
  }
  return dialect.names;
}

/** Files that are written alike are read by one call, in their order. */
function union(files: readonly CsvFile[], names: readonly string[], { onError }: CsvOptions, rejects: string): string {
  const groups: { key: string; files: CsvFile[] }[] = [];
  for (const file of files) {
    const { delimiter, quote, skip, hasHeader, names: own } = file.dialect;
    const key = JSON.stringify([delimiter, quote, skip, hasHeader, own]);
    const last = groups.at(-1);
    if (last?.key === key) last.files.push(file);
    else groups.push({ key, files: [file] });
  }
  const selects = groups.map(({ files: [first, ...others] }) => {
    const { delimiter, quote, skip, hasHeader, names: own } = first.dialect;
    const columns = names.map((name, i) => `c${own.indexOf(name)} AS c${i}`);
    const arguments_ = [
      `[${[first, ...others].map(({ path }) => pathLiteral(path)).join(", ")}]`,
      "auto_detect = false",
      `delim = ${literal(delimiter)}`,
      `quote = ${literal(quote)}`,
      `escape = ${literal(quote)}`,
      "comment = ''",
      `skip = ${skip}`,
      `header = ${hasHeader}`,
      "nullstr = ''",
      "allow_quoted_nulls = false",
      "null_padding = false",
      "strict_mode = true",
      `ignore_errors = ${onError === "skip"}`,
      `max_line_size = ${MAX_LINE_BYTES}`,
      `buffer_size = ${BUFFER_BYTES}`,
      `columns = {${own.map((_, i) => `'c${i}': 'VARCHAR'`).join(", ")}}`,
    ];
    return `SELECT ${columns.join(", ")} FROM read_csv(${arguments_.join(", ")}${rejects})`;
  });
  return `(${selects.join(" UNION ALL ")})`;
}

async function skippedRows(files: readonly CsvFile[], duck: Duck): Promise<string[]> {
  const rows = await duck.rows(
    "SELECT file_path, count(DISTINCT line), min(line) FROM reject_errors JOIN reject_scans USING (scan_id, file_id) GROUP BY ALL",
  );
  return files.flatMap(({ path, text }) => {
    const found = rows.find(([rejected]) => rejected === path);
    if (!found) return [];
    const [, count, line] = found;
    return [`${text.name}: ${count} rows that cannot be read are left out, the first in line ${line}`];
  });
}

const RAGGED = "Mend the row, or leave such rows out: --on-error skip.";

function csvError(error: unknown, files: readonly CsvFile[], address: string): unknown {
  const names = new Map(files.map(({ path, text }) => [path, text.name]));
  const message = error instanceof Error ? error.message : "";
  const line = /CSV Error on Line: (\d+)/.exec(message)?.[1];
  if (line === undefined || error instanceof VaekitError) return fileError(error, address, names);
  const path = /\n\s*file = (.*)\n/.exec(message)?.[1] ?? "";
  const place = `${names.get(path) ?? address}: line ${line}`;
  const widths = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(message);
  if (widths) return new VaekitError("E_FILE", `${place}: got ${widths[2]} fields, expected ${widths[1]}`, RAGGED);
  if (/unterminated quote|quote/i.test(message.split("Possible fixes")[0])) {
    return new VaekitError(
      "E_FILE",
      `${place}: a quoted field that never ends, or text behind its closing quote`,
      RAGGED,
    );
  }
  if (/Maximum line size/i.test(message)) {
    return new VaekitError("E_FILE", `${place}: longer than ${MAX_LINE_BYTES >> 20} MB; is a quote left open?`, RAGGED);
  }
  return fileError(error, address, names);
}
