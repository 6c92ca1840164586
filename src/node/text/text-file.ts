/** One text file: how it is written, and its records as often as they are asked for. */

import { stat } from "node:fs/promises";
import { type Bytes, decodedText, type EncodingFound, encodingOf } from "../../data/text/encoding.js";
import { RecordCutter, type RecordUnit } from "../../data/text/records.js";
import { several } from "../../fields/cells.js";
import { nodeFiles } from "../files.js";
import { packingOf, unpackedChunks } from "../table/unpack.js";

export interface TextFileOptions {
  readonly records: RecordUnit;
  /** Whether records in which a character cannot be read are left out. */
  readonly skipDamaged: boolean;
  readonly signal?: AbortSignal;
}

export interface TextFile {
  readonly path: string;
  /** Records in it. */
  readonly count: number;
  readonly notices: readonly string[];
  /** The records in their order, some at a time. */
  records(): AsyncIterable<readonly string[]>;
}

/** Smaller files are read at once. */
const SMALL_BYTES = 1 << 20;

/** Reads all of the file at `path`, unpacked where it is gzip or Zstandard. E_FILE, E_PATH, E_INTERRUPTED. */
export async function openTextFile(path: string, options: TextFileOptions): Promise<TextFile> {
  const bytes = await bytesOf(path, options.signal);
  const found = await encodingOf(bytes, path, options.skipDamaged);
  const cutter = cutterFor(path, found, options);
  let count = 0;
  for await (const records of cut(bytes(), found, cutter)) count += records.length;
  const { blank, damaged, firstDamaged } = cutter;
  const notices = [...found.notices];
  if (blank > 0) notices.push(`${path}: ${several(blank, "blank line")} ${blank === 1 ? "is" : "are"} left out`);
  if (damaged > 0) {
    const what = several(damaged, options.records.replace(/s$/, ""));
    notices.push(`${path}: ${what} that cannot be read left out, the first ends in line ${firstDamaged}`);
  }
  return {
    path,
    count,
    notices,
    async *records() {
      const bytes = await bytesOf(path, options.signal);
      yield* cut(bytes(), found, cutterFor(path, found, options));
    },
  };
}

function cutterFor(path: string, { damaged }: EncodingFound, { records, skipDamaged }: TextFileOptions): RecordCutter {
  return new RecordCutter(records, path, { skipDamaged: skipDamaged && damaged });
}

async function* cut(
  bytes: AsyncIterable<Uint8Array>,
  { encoding }: EncodingFound,
  cutter: RecordCutter,
): AsyncGenerator<readonly string[], void> {
  for await (const piece of decodedText(bytes, encoding)) yield cutter.push(piece);
  yield cutter.end();
}

async function bytesOf(path: string, signal?: AbortSignal): Promise<Bytes> {
  const packing = await packingOf(path);
  if (packing !== null || (await stat(path)).size > SMALL_BYTES) return () => unpackedChunks(path, packing, signal);
  const all = await nodeFiles.read(path);
  return async function* () {
    if (all.length > 0) yield all;
  };
}
