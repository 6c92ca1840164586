/** Paths of table files: patterns for several, and what tells one state of them from another. */

import { stat } from "node:fs/promises";
import { VaekitError } from "../../errors.js";
import { nodeFiles } from "../files.js";
import { pathError } from "../system-error.js";
import type { Duck } from "./duck.js";
import { literal } from "./sql.js";

/** Whether a path that is no file's name is a pattern for names. */
export function isPattern(path: string): boolean {
  return /[*?[]/.test(path);
}

/** The files that `path` names, in the order of their names. E_PATH for none. */
export async function filesOf(path: string, duck: Duck): Promise<readonly string[]> {
  const info = await nodeFiles.stat(path);
  if (info?.kind === "file") return [path];
  if (info) throw new VaekitError("E_PATH", `${path}: this is a folder, expected a file of a table`);
  if (!isPattern(path)) throw new VaekitError("E_PATH", `${path}: no such file`);
  const found = (await duck.rows(`SELECT file FROM glob(${literal(path)}) ORDER BY file`)).map(([file]) =>
    String(file),
  );
  if (found.length === 0) throw new VaekitError("E_PATH", `${path}: no file's name is like this`);
  return found;
}

/** Paths, sizes and times. */
export async function stampOf(paths: readonly string[]): Promise<string> {
  const parts = await Promise.all(
    paths.map(async (path) => {
      const { size, mtimeMs } = await stat(path).catch((error) => {
        throw pathError("E_PATH", path, error);
      });
      return `${path}:${size}:${mtimeMs}`;
    }),
  );
  return parts.join("\n");
}
