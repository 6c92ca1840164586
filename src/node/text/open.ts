/** Text files and folders of them as tables of one column, read from the disk each time they are gone through. */

import { basename } from "node:path";
import type { Address } from "../../data/dataset.js";
import type { RawTable } from "../../data/table/raw.js";
import { RECORD_UNITS, type RecordUnit } from "../../data/text/records.js";
import { didYouMean, VaekitError } from "../../errors.js";
import { several } from "../../fields/cells.js";
import { textTable } from "../../fields/table/text-table.js";
import { hashBytes } from "../../random.js";
import { nodeFiles } from "../files.js";
import { stampOf } from "../table/paths.js";
import { walk } from "../walk.js";
import { openTextFile, type TextFile, type TextFileOptions } from "./text-file.js";

export interface TextOptions {
  /** What is one record. Default: a line; in a folder, a file. The part of an address says the same: poems.txt#paragraphs. */
  readonly records?: RecordUnit;
  /** Records in which a character cannot be read: an error (default), or they are left out with a notice. */
  readonly onError?: "fail" | "skip";
  readonly onNotice?: (notice: string) => void;
  readonly signal?: AbortSignal;
}

/** Notices of single files in a folder that are told. */
const MAX_NOTICES = 3;
/** Texts that are handed on at a time: at least so many, or so many characters. */
const BATCH_TEXTS = 10_000;
const BATCH_CHARACTERS = 1 << 20;

/**
 * Opens the text at `address`, a file (also .gz and .zst) or a folder. UTF-8, UTF-16 and Windows-1252 are read. Blank lines
 * are no records, nor are files of a folder that are no text; both are told in notices. E_OPTION for an unknown part, E_PATH,
 * E_FILE for binary and damaged files, E_DATA for no text, E_INTERRUPTED.
 */
export async function openTextTable(address: Address, options: TextOptions = {}): Promise<RawTable> {
  const { text: name, source } = address;
  const { onError, onNotice, signal } = options;
  if (signal?.aborted) throw new VaekitError("E_INTERRUPTED", `${name}: stopped before it was read`);
  const isFolder = (await nodeFiles.stat(source))?.kind === "folder";
  const records = unitOf(address, options.records) ?? (isFolder ? "file" : "lines");
  const { files, notices } = await opened(source, isFolder, { records, skipDamaged: onError === "skip", signal });
  const count = files.reduce((total, file) => total + file.count, 0);
  if (count === 0) throw nothing(name, isFolder, files.length, notices);
  const stamp = `${records}\n${onError === "skip"}\n${await stampOf(files.map(({ path }) => path))}`;
  for (const notice of notices) onNotice?.(notice);
  return textTable({
    name,
    count,
    fingerprint: hashBytes(new TextEncoder().encode(stamp)).join("-"),
    notices,
    batches: () => batched(recordsOf(files)),
  });
}

/** What the part of the address or the option asks for; null for neither. */
function unitOf({ text, source, part }: Address, asked?: RecordUnit): RecordUnit | null {
  if (part === null) return asked ?? null;
  const unit = RECORD_UNITS.find((known) => known === part);
  if (unit === undefined) {
    const parts = `Its parts: ${RECORD_UNITS.map((known) => `${source}#${known}`).join(", ")}.`;
    const near = didYouMean(part, RECORD_UNITS);
    throw new VaekitError("E_OPTION", `${text}: no part "${part}" of a text`, near.startsWith("Did") ? near : parts);
  }
  if (asked === undefined || asked === unit) return unit;
  throw new VaekitError("E_OPTION", `${text}: its part says ${unit}, the option records ${asked}`, "Give one of them.");
}

async function opened(
  source: string,
  isFolder: boolean,
  options: TextFileOptions,
): Promise<{ files: readonly TextFile[]; notices: readonly string[] }> {
  if (!isFolder) {
    const file = await openTextFile(source, options);
    return { files: [file], notices: file.notices };
  }
  const files: TextFile[] = [];
  const others: string[] = [];
  for await (const path of walk(source)) {
    try {
      files.push(await openTextFile(path, options));
    } catch (error) {
      if (!(error instanceof VaekitError && error.code === "E_FILE")) throw error;
      others.push(path);
    }
  }
  const told = files.flatMap(({ notices }) => notices);
  const notices = told.slice(0, MAX_NOTICES);
  if (told.length > notices.length)
    notices.push(`${source}: ${several(told.length - notices.length, "notice")} like these`);
  const empty = files.filter(({ count }) => count === 0).length;
  if (empty > 0) notices.push(`${source}: ${several(empty, "file")} without text`);
  if (others.length > 0)
    notices.push(
      `${source}: ${several(others.length, "file")} left out, not readable as text (${basename(others[0])}...)`,
    );
  return { files, notices };
}

async function* recordsOf(files: readonly TextFile[]): AsyncGenerator<readonly string[], void> {
  for (const { path, count, records } of files) {
    let seen = 0;
    for await (const some of records()) {
      seen += some.length;
      yield some;
    }
    if (seen !== count)
      throw new VaekitError(
        "E_FILE",
        `${path}: got ${several(seen, "record")}, expected the ${count} that it had: it changed while it was used`,
        "Copy it, and use the copy.",
      );
  }
}

/** The same texts, neither one at a time nor all at once. */
async function* batched(lists: AsyncIterable<readonly string[]>): AsyncGenerator<readonly string[], void> {
  let batch: string[] = [];
  let characters = 0;
  for await (const list of lists) {
    for (const text of list) {
      batch.push(text);
      characters += text.length;
    }
    if (batch.length < BATCH_TEXTS && characters < BATCH_CHARACTERS) continue;
    yield batch;
    batch = [];
    characters = 0;
  }
  if (batch.length > 0) yield batch;
}

function nothing(name: string, isFolder: boolean, files: number, notices: readonly string[]): VaekitError {
  const seen = isFolder ? `no text in ${several(files, "file")}` : "no text: nothing, or blank lines alone";
  return new VaekitError("E_DATA", `${name}: ${seen}`, notices.at(-1) ?? "Expected one record a line.");
}
