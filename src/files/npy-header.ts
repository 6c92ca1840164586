/** The header of an npy file: a Python dictionary literal with `descr`, `fortran_order` and `shape`. */

import { VaekitError } from "../errors.js";

export interface NpyHeader {
  /** Byte order: "<" little, ">" big, "|" not applicable. */
  readonly order: "<" | ">" | "|";
  /** Kind and size: "u1", "f4", "U12". */
  readonly type: string;
  readonly fortran: boolean;
  readonly shape: readonly number[];
}

const MAX_RANK = 32; // NumPy's own limit until version 2
/** The three keys in any order, as numpy.lib.format writes them (Python 2 wrote longs as 3L). */
const ENTRY = /^\s*'(\w+)'\s*:\s*(?:'([^'\\]*)'|(True|False)|\(([\s\dL,]*)\))\s*(?:,|(?=\}))/;

/** Parses the dictionary. E_FILE naming `name` for anything else than a plain array of one type. */
export function parseNpyHeader(text: string, name: string): NpyHeader {
  if (/['"]descr['"]\s*:\s*\[/.test(text)) {
    throw new VaekitError("E_FILE", `${name}: holds a structured array (records)`, "Save one plain array per file.");
  }
  const values = entriesOf(text);
  const descr = values?.get("descr");
  const fortran = values?.get("fortran_order");
  const shape = values?.get("shape");
  if (values?.size !== 3 || typeof descr !== "string" || typeof fortran !== "boolean" || !Array.isArray(shape)) {
    throw new VaekitError("E_FILE", `${name}: invalid npy header: got ${JSON.stringify(text.trim().slice(0, 120))}`);
  }
  const match = /^([<>|=])([a-zA-Z])(\d*)(\[.*\])?$/.exec(descr);
  if (!match) throw new VaekitError("E_FILE", `${name}: unknown npy type "${descr}"`);
  if (match[2] === "O") {
    throw new VaekitError(
      "E_FILE",
      `${name}: holds Python objects (type "${descr}"), which are pickled code and are not read`,
      "Save it as a plain array: np.save(path, np.stack(list(x)).astype(np.uint8)).",
    );
  }
  const order = match[1] === "=" ? "<" : (match[1] as NpyHeader["order"]);
  return { order, type: match[2] + match[3] + (match[4] ?? ""), fortran, shape };
}

/** Key and value pairs of the literal, or null when it is not one. */
function entriesOf(text: string): Map<string, string | boolean | number[]> | null {
  const open = /^\s*\{/.exec(text);
  if (!open) return null;
  const entries = new Map<string, string | boolean | number[]>();
  let rest = text.slice(open[0].length);
  while (!/^\s*\}\s*$/.test(rest)) {
    const match = ENTRY.exec(rest);
    if (!match || entries.has(match[1])) return null;
    const [whole, key, string, bool, tuple] = match;
    const value = string ?? (bool === undefined ? sizes(tuple) : bool === "True");
    if (value === null) return null;
    entries.set(key, value);
    rest = rest.slice(whole.length);
  }
  return entries;
}

/** `3, 4` or `3,` or nothing, as numbers. */
function sizes(tuple: string): number[] | null {
  const trimmed = tuple.trim();
  if (trimmed === "") return [];
  const parts = trimmed.replace(/,\s*$/, "").split(",");
  if (parts.length > MAX_RANK || (parts.length === 1 && !trimmed.endsWith(","))) return null;
  const numbers = parts.map((part) => (/^\s*\d+L?\s*$/.test(part) ? Number.parseInt(part, 10) : Number.NaN));
  return numbers.every(Number.isSafeInteger) ? numbers : null;
}

/** The literal for an array, as NumPy writes it. */
export function npyHeaderText(descr: string, shape: readonly number[]): string {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  return `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
}
