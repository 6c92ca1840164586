/** Data source: text files, and folders of them. */

import { looksLikeText } from "../../data/text/encoding.js";
import { RECORD_UNITS } from "../../data/text/records.js";
import { VaekitError } from "../../errors.js";
import { tableDataset } from "../../fields/table/dataset.js";
import { expectColumns } from "../../fields/table/describe.js";
import { TEXT_COLUMN } from "../../fields/table/text-table.js";
import type { Source } from "../../host.js";
import { inspectFolder } from "../../store/layout.js";
import { nodeFiles } from "../files.js";
import { packingOf, unpackedChunks } from "../table/unpack.js";
import { walk } from "../walk.js";
import { isPictureName, OTHER_PICTURES } from "./folder.js";

const TEXTS = /\.(txt|text|log|md)(\.(gz|zst))?$/i;
/** Text by its bytes, and something else to those who made it. */
const OTHERS = /\.(csv|tsv|json|jsonl|ndjson)(\.(gz|zst))?$/i;
const GLANCE_BYTES = 4096;
/** Files that a folder is judged by. */
const LOOKED_AT = 50;

/** Above all that goes by a file's name, below what goes by an address. */
const ASKED_FOR = 0.95;
/** Below a table that is named .txt. */
const NAMED = 0.5;
/** Below pictures, above what the picture folder bids for a folder without any. */
const FOLDER = 0.4;
/** Nobody else wants it. */
const LEAST = 0.05;

export const textSource: Source = {
  name: "text",
  forms: [".txt", ".md", ".log (also .gz, and by #paragraphs)", "FOLDER of text files"],
  async bid({ source, part }) {
    const info = await nodeFiles.stat(source);
    if (!info) return 0;
    if (info.kind === "folder") return (await isTextFolder(source)) ? FOLDER : 0;
    if (RECORD_UNITS.some((unit) => unit === part)) return ASKED_FOR;
    if (TEXTS.test(source)) return NAMED;
    return part === null && (await isText(source)) ? LEAST : 0;
  },
  async open(address, options) {
    const { openTextTable } = await import("../text/open.js");
    if (options.filter !== undefined)
      throw new VaekitError(
        "E_OPTION",
        `${address.text}: a filter is a condition on the columns of a table, and this is text`,
        "Choose the lines beforehand, as with grep, or write them to a csv.",
      );
    const raw = await openTextTable(address, options);
    try {
      const { column = TEXT_COLUMN } = options;
      expectColumns(raw.name, raw.columns, [column]);
      return await tableDataset(raw, { ...options, column });
    } catch (error) {
      await raw.close();
      throw error;
    }
  },
};

/** Whether most of the first files below the folder are text, and none a picture; no model folder is. */
async function isTextFolder(folder: string): Promise<boolean> {
  if ((await inspectFolder(folder, nodeFiles)) !== "foreign") return false;
  let [seen, texts] = [0, 0];
  for await (const path of walk(folder)) {
    if (isPictureName(path) || OTHER_PICTURES.test(path)) return false;
    if (await isText(path)) texts++;
    if (++seen === LOOKED_AT) break;
  }
  return texts * 2 > seen;
}

async function isText(path: string): Promise<boolean> {
  if (OTHERS.test(path) || OTHER_PICTURES.test(path)) return false;
  try {
    for await (const chunk of unpackedChunks(path, await packingOf(path)))
      return looksLikeText(chunk.subarray(0, GLANCE_BYTES));
  } catch {
    // It cannot be read; if nobody else wants it, that is said.
  }
  return false;
}
