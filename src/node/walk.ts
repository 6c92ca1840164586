/** Names of the files below a folder. */

import { type Dirent, realpathSync, type Stats, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pathError } from "./system-error.js";

/** Letters with accents as one sign: macOS stores names taken apart, and the same folder must be the same label everywhere. */
export function composed(name: string): string {
  return name.normalize("NFC");
}

/** Files below `folder` in the order of their names; hidden ones are left out, links to folders above are not followed. */
export async function* walk(folder: string, above: readonly string[] = []): AsyncGenerator<string, void> {
  let entries: Dirent[];
  let real: string;
  try {
    real = realpathSync(folder);
    if (above.includes(real)) return;
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    throw pathError("E_PATH", folder, error);
  }
  const key = ({ name }: Dirent) => `${composed(name)}\0${name}`;
  entries.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  for (const entry of entries) {
    if (isHidden(entry.name)) continue;
    const path = join(folder, entry.name);
    const target = entry.isSymbolicLink() ? linkTarget(path) : entry;
    if (target?.isDirectory()) yield* walk(path, [...above, real]);
    else if (target?.isFile()) yield path; // a pipe would be waited for
  }
}

export function isHidden(name: string): boolean {
  return name.startsWith(".") || name === "__MACOSX";
}

/** What a link leads to; null where it leads nowhere or in a circle. */
function linkTarget(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}
