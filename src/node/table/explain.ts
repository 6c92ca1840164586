/** Errors of the database in words of a person who has a file, not a database. */

import { VaekitError } from "../../errors.js";

/** Its message without its kind, excerpts of statements and advice on options of its own. */
export function tidied(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [said] = message.split(/\n\s*(?:LINE \d+:|Possible fixes:|Try increasing|Please try|Candidate functions:|$)/);
  return said
    .replace(/^([A-Z][\w-]*( [A-Z][\w-]*)? Error: )+/, "")
    .replace(/\s*\n\s*/g, " ")
    .trim();
}

/** The words at the place that the database points at, where it does. */
export function pointedAt(error: unknown): string | null {
  const message = error instanceof Error ? error.message : String(error);
  const match = /\nLINE \d+: (.*)\n( *)\^/.exec(message);
  if (!match) return null;
  const [before, excerpt, spaces] = [/\n(LINE \d+: )/.exec(message)![1], match[1], match[2]];
  return excerpt.slice(Math.max(0, spaces.length - before.length)).slice(0, 40) || null;
}

const ANEW = "Copy, download or export the file again.";

/**
 * An error for one that came up while the files were read. `names` gives what a person calls each path. E_INTERRUPTED,
 * E_OUT for a disk that is full, E_FILE for the rest. What is no error of the database stays as it is.
 */
export function fileError(error: unknown, address: string, names: ReadonlyMap<string, string>): unknown {
  if (error instanceof VaekitError || !(error instanceof Error)) return error;
  const general = generalError(error, address);
  if (general) return general;
  if (/^(Catalog|Binder|Parser|Internal|INTERNAL|Not implemented) Error/.test(error.message)) return error; // our own
  const found = [...names].find(([path]) => error.message.includes(path));
  const name = found?.[1] ?? (names.size === 1 ? [...names.values()][0] : address);
  let message = tidied(error);
  for (const [path, known] of names) message = message.replaceAll(path, known);
  return new VaekitError("E_FILE", `${name}: ${message}`, ANEW, { cause: error });
}

/** What may come up in any query: an interruption, or something that ran out. */
export function generalError(error: Error, address: string): VaekitError | null {
  const { message } = error;
  if (/^INTERRUPT Error|Interrupted!/.test(message)) {
    return new VaekitError("E_INTERRUPTED", `${address}: stopped while it was read`);
  }
  if (/No space left|could not write|Could not write/i.test(message)) {
    return new VaekitError("E_OUT", `${address}: the disk for temporary files is full: ${tidied(error)}`);
  }
  if (/^Out of Memory Error/.test(message)) {
    return new VaekitError("E_DATA", `${address}: ${tidied(error)}`, "Select fewer columns or rows at a time.");
  }
  return null;
}
