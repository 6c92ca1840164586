/** Writes results in the format that a path's extension names. */

import { VaekitError } from "../../errors.js";
import type {
  Host,
  PictureLayout,
  PictureSink,
  Pictures,
  TableColumn,
  TableOptions,
  TableSink,
  TableValues,
  TableWriter,
} from "../../host.js";
import { columnsOf } from "./rows.js";

/**
 * The sink for `path` by its extension; a path that ends in a separator or has no extension is a folder ("/"). E_OUT for an
 * unknown one, saying that `what` cannot be written so.
 */
export function sinkFor<S extends { readonly extensions: readonly string[] }>(
  path: string,
  sinks: readonly S[],
  what: string,
): S {
  // The longest one first: "codes.csv.gz" is known by ".csv.gz" and called ".gz" where it is not known.
  const [, packed, last] = /((?:\.[^./\\]+)?(\.[^./\\]+))$/.exec(path.toLowerCase()) ?? [];
  const extension = last ?? "/";
  for (const candidate of [packed, extension]) {
    const sink = sinks.find(({ extensions }) => extensions.includes(candidate));
    if (sink) return sink;
  }
  const named = sinks.flatMap(({ extensions }) => extensions).filter((known) => !known.endsWith(".gz"));
  const known = named.map((known) => (known === "/" ? "a folder" : known));
  const got = extension === "/" ? "a folder" : `"${extension}"`;
  throw new VaekitError("E_OUT", `${path}: ${what} cannot be written as ${got}`, `Known: ${known.join(", ")}.`);
}

/** The sink that `writePictures` would use. E_OUT for an unknown extension, so that a verb can refuse before it works. */
export function pictureSinkFor(path: string, host: Host): PictureSink {
  return sinkFor(path, host.pictureSinks, "pictures");
}

/** The sink that `writeTable` and `openTable` would use. E_OUT for an unknown extension. */
export function tableSinkFor(path: string, host: Host): TableSink {
  return sinkFor(path, host.tableSinks, "a table");
}

/** Writes pictures; returns the paths of the files. E_OUT when the extension is unknown or the path cannot be written. */
export async function writePictures(
  path: string,
  pictures: Pictures,
  layout: PictureLayout,
  host: Host,
): Promise<string[]> {
  return pictureSinkFor(path, host).write(path, pictures, layout, host);
}

/**
 * Begins a table that is written in batches of rows and is there once it is closed. E_OUT when the extension is unknown or
 * the path cannot be written; E_SHAPE for two columns of one name.
 */
export async function openTable(
  path: string,
  columns: readonly TableColumn[],
  options: TableOptions,
  host: Host,
): Promise<TableWriter> {
  return tableSinkFor(path, host).open(path, columns, options, host);
}

/** Writes a table. E_OUT when the extension is unknown or the path cannot be written. */
export async function writeTable(
  path: string,
  table: TableValues,
  host: Host,
  options: TableOptions = {},
): Promise<void> {
  const writer = await openTable(path, columnsOf(table), options, host);
  try {
    await writer.write(table);
    await writer.close();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}
