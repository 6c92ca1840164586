/** Data addresses, SOURCE[#PART][/INDEX], taken apart by their text alone. */

import { VaekitError } from "../errors.js";
import type { Address } from "./dataset.js";

const QUERY = /^(duckdb:|postgres(ql)?:\/\/)/i;

/**
 * Takes an address apart. An index (zero-based) is read only behind a part: `mnist#test/12`, `faces.zip#train/3`. Without
 * a part a trailing number may be a file's name (`digits/3`), so it stays in the source; `withIndex` gives the other
 * reading, which is for the caller to take when there is nothing at the path. A query (duckdb:, postgres://) is a language
 * of its own and is not taken apart. E_OPTION for an empty source or part.
 *
 * @example parseAddress("mnist#test/12") // { source: "mnist", part: "test", index: 12 }
 */
export function parseAddress(text: string): Address {
  if (QUERY.test(text)) return { text, source: text, part: null, index: null };
  const hash = text.indexOf("#");
  const source = hash < 0 ? text : text.slice(0, hash);
  if (source.trim() === "") {
    const what = hash < 0 ? "it is empty" : 'nothing before the "#"';
    throw new VaekitError("E_OPTION", `invalid data address "${text}": ${what}`, "Write it as SOURCE#PART/INDEX.");
  }
  if (hash < 0) return { text, source, part: null, index: null };
  const [, part, digits] = /^(.*?)(?:\/(\d+))?$/s.exec(text.slice(hash + 1)) ?? [];
  if (!part) {
    throw new VaekitError(
      "E_OPTION",
      `invalid data address "${text}": nothing after the "#"`,
      `Name a part, or write "${source}".`,
    );
  }
  return { text, source, part, index: digits === undefined ? null : indexOf(digits, text) };
}

/** The reading of an address without a part as SOURCE/INDEX, or null where it does not end in a number. */
export function withIndex(address: Address): Address | null {
  const match = address.part === null && !QUERY.test(address.text) ? /^(.+)\/(\d+)$/s.exec(address.source) : null;
  return match && { text: address.text, source: match[1], part: null, index: indexOf(match[2], address.text) };
}

function indexOf(digits: string, text: string): number {
  const index = Number(digits);
  if (!Number.isSafeInteger(index))
    throw new VaekitError("E_OPTION", `invalid data address "${text}": index ${digits} is too large`);
  return index;
}
