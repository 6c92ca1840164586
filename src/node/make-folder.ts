/** Makes a folder and those above it, one by one. */

import { mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/**
 * As `mkdir -p`. Node's own recursive mkdir spins for ever where the system answers "no such file" for a child of a folder
 * that exists, as /proc does.
 */
export async function makeFolder(path: string): Promise<void> {
  const folder = resolve(path);
  const missing: string[] = [];
  for (let at = folder; !(await exists(at)); at = dirname(at)) missing.push(at);
  for (const at of missing.reverse()) {
    await mkdir(at).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST" || !(await stat(at)).isDirectory()) throw error;
    });
  }
  if (missing.length === 0 && !(await stat(folder)).isDirectory()) {
    throw Object.assign(new Error(`${folder} is a file`), { code: "ENOTDIR" });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "ENOTDIR") return dirname(path) === path;
      throw error;
    },
  );
}
