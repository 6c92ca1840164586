/** Names of files, one a picture: made safe for every system, and no name twice. */

import { cut, MAX_NAME_BYTES, safeFileName } from "../../files/file-name.js";

/** What has no name is named by its number, in as many digits as the last one has, at least four. */
const DIGITS = 4;

/** A name per picture, without extension; one that is there already gets its number added. Safe names stay as they are. */
export function fileNames(count: number, names: readonly string[] = []): string[] {
  const digits = Math.max(DIGITS, String(count - 1).length);
  const used = new Set<string>();
  return Array.from({ length: count }, (_, i) => {
    const number = String(i).padStart(digits, "0");
    const wanted = safeFileName(names[i] ?? "") || number;
    const name = used.has(wanted.toLowerCase()) ? `${cut(wanted, MAX_NAME_BYTES - digits - 1)}-${number}` : wanted;
    used.add(name.toLowerCase());
    return name;
  });
}
