/** Writes files so that a reader sees the old one or the new one, whole, whatever happens in between. */

import { randomBytes } from "node:crypto";
import { type FileHandle, open, realpath, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { VaekitError } from "../errors.js";
import { cut } from "../files/file-name.js";
import { makeFolder } from "./make-folder.js";
import { renamePatiently } from "./rename.js";
import { pathError, systemCode } from "./system-error.js";

/** What a writer needs of an open file. */
export type Writable = Pick<FileHandle, "write">;

/** Of a temporary file's name, what comes from the file's own: names have at most 255 bytes. */
const NAME_BYTES = 200;
/** One write call is at most this long; longer ones fail on some systems. */
const MAX_WRITE_BYTES = 2 ** 30;

/** Writes every byte of `bytes`; a system may take a part of them and report no error. Throws ENOSPC when it takes none. */
export async function writeAll(file: Writable, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, Math.min(bytes.length - done, MAX_WRITE_BYTES), null);
    if (bytesWritten === 0) {
      throw Object.assign(new Error(`wrote ${done} of ${bytes.length} bytes, then none`), { code: "ENOSPC" });
    }
    done += bytesWritten;
  }
}

/** The error for a disk that took bytes, reported no error, and does not have them. */
export function notKept(path: string, kept: number, written: number): VaekitError {
  const hint = "The disk is full or broken: free some space, or write to another disk.";
  return new VaekitError("E_OUT", `${path}: the disk kept ${kept} of ${written} bytes`, hint);
}

/** A file on its way to its place. */
export interface AtomicFile {
  readonly file: Writable;
  /** Syncs it to the disk, checks that it has `written` bytes, and renames it. */
  commit(written: number): Promise<void>;
  /** Removes what was written; the old file is whole. */
  abort(): Promise<void>;
}

/**
 * Begins the file at `path` as a temporary sibling. Missing folders are made. A device (/dev/stdout) is written in place.
 * Errors are those of the system.
 */
export async function openAtomic(path: string): Promise<AtomicFile> {
  const target = await realpath(path).catch(() => path); // what a symbolic link points to, not the link
  const old = await stat(target).catch(() => null);
  if (old?.isDirectory()) throw Object.assign(new Error("is a folder"), { code: "EISDIR" });
  if (old && !old.isFile()) return openInPlace(target);
  await makeFolder(dirname(target));
  const temporary = join(
    dirname(target),
    `.${cut(basename(target), NAME_BYTES)}.${randomBytes(6).toString("hex")}.tmp`,
  );
  const file = await open(temporary, "wx", old?.mode);
  return {
    file,
    async commit(written) {
      try {
        await file.sync();
        const { size } = await file.stat();
        if (size !== written) throw notKept(path, size, written);
      } finally {
        await file.close();
      }
      await renamePatiently(temporary, target);
      await syncFolder(dirname(target));
    },
    async abort() {
      await file.close().catch(() => {}); // closed already where `commit` failed
      await rm(temporary, { force: true }).catch(() => {});
    },
  };
}

async function openInPlace(path: string): Promise<AtomicFile> {
  const file = await open(path, "w");
  return { file, commit: () => file.close(), abort: () => file.close().catch(() => {}) };
}

/**
 * Writes the file at `path` through `fill`, which returns the number of bytes it wrote, as `openAtomic` says. E_OUT, naming
 * the path, when it fails; then the temporary file is gone and the old file is whole.
 */
export async function writeAtomic(path: string, fill: (file: Writable) => Promise<number>): Promise<void> {
  let atomic: AtomicFile | undefined;
  try {
    atomic = await openAtomic(path);
    await atomic.commit(await fill(atomic.file));
  } catch (error) {
    await atomic?.abort();
    throw pathError("E_OUT", path, error);
  }
}

/** Makes a rename in `folder` last through a power cut. Windows and some network drives know no such call. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } catch (error) {
    if (!["EINVAL", "ENOTSUP", "EPERM", "EACCES"].includes(systemCode(error) ?? "")) throw error;
  } finally {
    await handle.close();
  }
}
