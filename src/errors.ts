/** Errors a user can act on: what happened, where, what was expected, and a hint; each carries a stable code. */

/** Exit status of a command per error code (2 usage or configuration, 3 data, 4 diverged or a gate failed). */
export const EXIT_STATUS = {
  E_USAGE: 2, // unknown flag, missing argument
  E_OPTION: 2, // an option's value is invalid
  E_UNKNOWN: 2, // a name (verb, net, likelihood, data set, column) that does not exist
  E_CONFIG: 2, // a configuration file is invalid
  E_DEVICE: 2, // a device that is not there
  E_SHAPE: 2, // tensors that do not fit
  E_OUT: 2, // --out cannot be written, or holds something else
  E_LOCKED: 2, // another run works on this folder
  E_PATH: 3, // nothing at this path
  E_DATA: 3, // the data cannot be used
  E_COLUMN: 3, // a column of a table is missing, or a cell is not what its column holds
  E_FILE: 3, // a file is truncated, corrupt or of an unknown format
  E_MODEL: 3, // a model folder is incomplete, damaged or newer than this program
  E_GATE: 4, // what was asked for was done, and the answer is not good enough
  E_DIVERGED: 4, // training diverged and could not be rescued
  E_INTERRUPTED: 130, // stopped by the user; what was done is saved
} as const;

export type ErrorCode = keyof typeof EXIT_STATUS;

/** An error with a code, a message (what, where, got, expected) and optionally a hint (what to do about it). */
export class VaekitError extends Error {
  override readonly name = "VaekitError";
  constructor(
    readonly code: ErrorCode,
    message: string,
    hint?: string,
    options?: { cause?: unknown },
  ) {
    super(readable(message), options);
    this.hint = hint && readable(hint);
  }
  readonly hint?: string;
}

const MAX_TEXT = 1_500;
const KEPT_BEGINNING = 1_000;
const KEPT_END = 300;
/** Errors quote what is in files: as long as a person reads, and with no characters that would drive a terminal. */
function readable(text: string): string {
  const short = text.length > MAX_TEXT ? `${text.slice(0, KEPT_BEGINNING)} [...] ${text.slice(-KEPT_END)}` : text;
  return short.replace(/(?![\n\t])\p{Cc}/gu, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Edits from a to b: insertions, deletions, changes and swaps of neighbours (optimal string alignment). */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    rows[i] = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? rows[i - 2][j - 2] + 1 : change;
      rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, change, swap);
    }
  }
  return rows[a.length][b.length];
}

/** A sentence that names the closest candidate, or lists the candidates when none is close. */
export function didYouMean(name: string, candidates: readonly string[]): string {
  const near = candidates
    .map((candidate) => ({ candidate, gap: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.gap - b.gap)[0];
  if (near && near.gap <= Math.max(1, Math.floor(near.candidate.length / 3)))
    return `Did you mean "${near.candidate}"?`;
  return candidates.length > 0 ? `Known: ${candidates.join(", ")}.` : "";
}

/** The error for a name that is not in a list. @example throw unknown("net", "cnov", ["mlp", "conv"]) */
export function unknown(what: string, name: string, candidates: readonly string[]): VaekitError {
  return new VaekitError("E_UNKNOWN", `unknown ${what} "${name}"`, didYouMean(name, candidates));
}

/** A value out of a file as an error shows it. What is nested is not followed: it may have no end, or claim to be text. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "a list" : "an object";
  return JSON.stringify(value);
}
