/** A folder with all that is in it, as files by their path inside it. */

import type { Files } from "../host.js";
import { CONFIG, inside } from "../store/layout.js";

/** The files under `folder`, those of folders before those beside them; config.json last: where it is, a model is whole. */
export async function readTree(folder: string, files: Files): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  const visit = async (at: string, prefix: string): Promise<void> => {
    for (const name of await files.list(at)) {
      const path = files.join(at, name);
      if ((await files.stat(path))?.kind === "folder") await visit(path, `${prefix}${name}/`);
      else found.set(prefix + name, await files.read(path));
    }
  };
  await visit(folder, "");
  const config = found.get(CONFIG);
  if (config) {
    found.delete(CONFIG);
    found.set(CONFIG, config);
  }
  return found;
}

/** Writes files by their path inside `folder`, in place of what was there. */
export async function writeTree(tree: ReadonlyMap<string, Uint8Array>, folder: string, files: Files): Promise<void> {
  await files.remove(folder);
  await files.makeFolder(folder);
  for (const [name, bytes] of tree) await files.write(inside(folder, name, files), bytes);
}

/** Files that systems put beside those of a person. */
const LITTER = /(^|\/)(__MACOSX\/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)/;

/** Without litter, and without the folder that all files lie in, where there is one such. */
export function unwrapped<T>(tree: ReadonlyMap<string, T>): Map<string, T> {
  const kept = new Map([...tree].filter(([name]) => !LITTER.test(name)));
  const tops = new Set([...kept.keys()].map((name) => name.slice(0, name.indexOf("/") + 1)));
  const [top] = tops;
  if (tops.size !== 1 || !top) return kept;
  return unwrapped(new Map([...kept].map(([name, value]) => [name.slice(top.length), value])));
}
