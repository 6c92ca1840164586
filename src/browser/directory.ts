/**
 * Folders of a page's files copied to and from directory handles: a folder that a person picked (showDirectoryPicker), or
 * the browser's own store (navigator.storage.getDirectory).
 */

import { VaekitError } from "../errors.js";
import type { Files } from "../host.js";
import { CONFIG, isOurConfig } from "../store/layout.js";
import { readTree, unwrapped, writeTree } from "./tree.js";

/** Copies what is in the directory into `folder`, in place of what was there. E_PATH where it is empty or cannot be read. */
export async function readDirectory(directory: FileSystemDirectoryHandle, folder: string, files: Files): Promise<void> {
  const tree = new Map<string, Uint8Array>();
  const visit = async (at: FileSystemDirectoryHandle, prefix: string): Promise<void> => {
    for await (const [name, entry] of at.entries()) {
      if (entry.kind === "directory") await visit(entry as FileSystemDirectoryHandle, `${prefix}${name}/`);
      else tree.set(prefix + name, await bytesOf(entry as FileSystemFileHandle));
    }
  };
  try {
    await visit(directory, "");
  } catch (cause) {
    throw new VaekitError("E_PATH", `${directory.name}: cannot read: ${(cause as Error).message}`, undefined, {
      cause,
    });
  }
  if (tree.size === 0) throw new VaekitError("E_PATH", `${directory.name}: an empty folder`);
  await writeTree(unwrapped(tree), folder, files);
}

/**
 * Copies `folder` into the directory. config.json is written last, and an old one goes first: a folder with it holds a
 * whole model. E_OUT where the directory holds something that is not a model, or cannot be written.
 */
export async function writeDirectory(
  folder: string,
  directory: FileSystemDirectoryHandle,
  files: Files,
): Promise<void> {
  const tree = await readTree(folder, files);
  try {
    await makeWay(directory);
    for (const [path, bytes] of tree) await writeFile(directory, path.split("/"), bytes);
  } catch (cause) {
    if (cause instanceof VaekitError) throw cause;
    throw new VaekitError("E_OUT", `${directory.name}: cannot write: ${(cause as Error).message}`, undefined, {
      cause,
    });
  }
}

/** Removes an old model's config.json; E_OUT where the directory holds something else. */
async function makeWay(directory: FileSystemDirectoryHandle): Promise<void> {
  const names: string[] = [];
  for await (const name of directory.keys()) if (!name.startsWith(".")) names.push(name);
  if (names.length === 0) return;
  if (names.includes(CONFIG)) {
    const bytes = await bytesOf(await directory.getFileHandle(CONFIG));
    if (isOurConfig(bytes)) return directory.removeEntry(CONFIG);
  }
  throw new VaekitError(
    "E_OUT",
    `${directory.name}: holds something that is not a model (${names.slice(0, 3).join(", ")}); nothing was changed`,
    "Choose a new or empty folder.",
  );
}

async function writeFile(
  directory: FileSystemDirectoryHandle,
  [first, ...rest]: readonly string[],
  bytes: Uint8Array,
): Promise<void> {
  if (rest.length > 0) return writeFile(await directory.getDirectoryHandle(first, { create: true }), rest, bytes);
  const file = await directory.getFileHandle(first, { create: true });
  const stream = await file.createWritable();
  await stream.write(bytes as Uint8Array<ArrayBuffer>);
  await stream.close();
}

async function bytesOf(file: FileSystemFileHandle): Promise<Uint8Array> {
  return new Uint8Array(await (await file.getFile()).arrayBuffer());
}
