/** SHA256SUMS: a checksum per file of a model folder, in the form that `sha256sum -c` reads. */

import { VaekitError } from "../errors.js";

const LINE = /^([0-9a-f]{64}) [ *](.+)$/;

export function writeSums(sums: ReadonlyMap<string, string>): string {
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, sum]) => `${sum}  ${name}\n`)
    .join("");
}

/** Checksums by file name. E_MODEL names the line that is none. */
export function parseSums(text: string, path: string): Map<string, string> {
  const sums = new Map<string, string>();
  text.split("\n").forEach((line, i) => {
    if (line.trim() === "") return;
    const match = LINE.exec(line.trimEnd());
    if (!match)
      throw new VaekitError(
        "E_MODEL",
        `${path}: line ${i + 1} is no checksum: ${JSON.stringify(line.slice(0, 80))}`,
        "The file is damaged: copy the model folder again.",
      );
    sums.set(match[2], match[1]);
  });
  return sums;
}
