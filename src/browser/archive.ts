/** Folders of a page's files as .zip archives: how they reach a person's disk and come back. */

import { VaekitError } from "../errors.js";
import { byteRanges } from "../files/ranges.js";
import { openZip, writeZip } from "../files/zip.js";
import type { Files } from "../host.js";
import { lastName } from "../store/layout.js";
import { readTree, unwrapped, writeTree } from "./tree.js";

/** The archive of `folder`: unpacked anywhere it is that folder again, by its own name. E_PATH where there is none. */
export async function packFolder(folder: string, files: Files): Promise<Uint8Array> {
  const name = lastName(folder, files);
  const tree = await readTree(folder, files);
  return writeZip(new Map([...tree].map(([path, bytes]) => [name === null ? path : `${name}/${path}`, bytes])), true);
}

/**
 * Unpacks an archive into `folder`, in place of what was there. A lone folder at its top is stepped into, so that what
 * `packFolder` or a person packed comes out alike. E_FILE, naming `name`, for an archive that is damaged or empty.
 */
export async function unpackFolder(
  bytes: Uint8Array,
  folder: string,
  files: Files,
  name = "this archive",
): Promise<void> {
  const zip = await openZip(byteRanges(bytes), name);
  const entries = unwrapped(new Map(zip.entries.map((entry) => [entry.name, entry])));
  if (entries.size === 0) throw new VaekitError("E_FILE", `${name}: no file in this archive`);
  const tree = new Map<string, Uint8Array>();
  for (const [path, entry] of entries) tree.set(path, await zip.read(entry));
  await writeTree(tree, folder, files);
}
