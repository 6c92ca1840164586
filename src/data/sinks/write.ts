/** Writes results in the format that a path's extension names. */

import { VaekitError } from "../../errors.js";
import type { Host, PictureLayout, PictureSink, Pictures, TableSink, TableValues } from "../../host.js";

/**
 * The sink for `path` by its extension; a path that ends in a separator or has no extension is a folder ("/"). E_OUT for an
 * unknown one, saying that `what` cannot be written so.
 */
export function sinkFor<S extends { readonly extensions: readonly string[] }>(
  path: string,
  sinks: readonly S[],
  what: string,
): S {
  const extension = /\.[^./\\]+$/.exec(path)?.[0].toLowerCase() ?? "/";
  const sink = sinks.find(({ extensions }) => extensions.includes(extension));
  if (sink) return sink;
  const known = sinks.flatMap(({ extensions }) => extensions).map((known) => (known === "/" ? "a folder" : known));
  const got = extension === "/" ? "a folder" : `"${extension}"`;
  throw new VaekitError("E_OUT", `${path}: ${what} cannot be written as ${got}`, `Known: ${known.join(", ")}.`);
}

/** The sink that `writePictures` would use. E_OUT for an unknown extension, so that a verb can refuse before it works. */
export function pictureSinkFor(path: string, host: Host): PictureSink {
  return sinkFor(path, host.pictureSinks, "pictures");
}

/** The sink that `writeTable` would use. E_OUT for an unknown extension. */
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

/** Writes a table. E_OUT when the extension is unknown or the path cannot be written. */
export async function writeTable(path: string, table: TableValues, host: Host): Promise<void> {
  await tableSinkFor(path, host).write(path, table, host);
}
