/** Errors of the operating system in words of a user. */

import { VaekitError } from "../errors.js";

const REASONS: Readonly<Record<string, readonly [reason: string, hint?: string]>> = {
  ENOSPC: ["the disk is full", "Free some space, or write to another disk."],
  EDQUOT: ["your disk quota is used up", "Free some space, or write to another disk."],
  EFBIG: ["the file would be too large for this disk or limit"],
  EACCES: ["permission denied", "Check its permissions, and those of the folders above it."],
  EPERM: ["permission denied", "Check its permissions, and those of the folders above it."],
  EROFS: ["the disk is read-only", "Write to another folder."],
  EMFILE: ["too many files are open", "Raise the limit with: ulimit -n 4096"],
  ENFILE: ["too many files are open on this machine", "Close some programs."],
  ENOENT: ["no such file or folder"],
  ENOTDIR: ["a part of this path is a file, not a folder"],
  EISDIR: ["this is a folder, expected a file"],
  ENOTEMPTY: ["the folder is not empty"],
  EEXIST: ["it exists already"],
  ENAMETOOLONG: ["the name is too long"],
  ELOOP: ["its symbolic links go in a circle"],
  EIO: ["the disk reports an error"],
  ENOMEM: ["there is no memory left"],
};

/** The code of a system error ("ENOENT"), or undefined for other errors. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

/** The error for `error`, which happened at `path`: E_OUT where something was to be written, E_PATH where it was to be read. */
export function pathError(code: "E_OUT" | "E_PATH", path: string, error: unknown): VaekitError {
  if (error instanceof VaekitError) return error;
  const known = systemCode(error);
  const [reason, hint] = REASONS[known ?? ""] ?? [error instanceof Error ? error.message : String(error)];
  const verb = code === "E_OUT" ? "cannot write" : "cannot read";
  return new VaekitError(code, `${path}: ${verb}: ${reason}${known ? ` (${known})` : ""}`, hint, { cause: error });
}

/** What a system runs out of; an error that says so is no bug, wherever it comes from. */
const EXHAUSTED = ["EMFILE", "ENFILE", "ENOSPC", "EDQUOT", "ENOMEM"];

/** An error of our own for one that says that the system ran out of something, as when a module could not be loaded. */
export function exhaustion(error: unknown): unknown {
  const code = systemCode(error);
  if (error instanceof VaekitError || !EXHAUSTED.includes(code ?? "")) return error;
  const path = error instanceof Error && "path" in error ? String(error.path) : "vaekit's own files";
  return pathError("E_PATH", path, error);
}
