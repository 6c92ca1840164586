/** Files on the disk. */

import { type FileHandle, open, readdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { joined } from "../files/joined.js";
import type { FilePart, Files } from "../host.js";
import { notKept, openAtomic, syncFolder, writeAll, writeAtomic } from "./atomic.js";
import { lockFolder } from "./lock.js";
import { makeFolder } from "./make-folder.js";
import { REMOVE_PATIENTLY, renamePatiently } from "./rename.js";
import { pathError, systemCode } from "./system-error.js";

/** One read call is at most this long; longer ones fail on some systems. */
const MAX_READ_BYTES = 2 ** 30;
/** Where the system tells no size beforehand (pipes, /proc). */
const UNKNOWN_SIZE_CHUNK = 1 << 16;

export const nodeFiles: Files = {
  async stat(path) {
    try {
      const info = await stat(path);
      return { kind: info.isDirectory() ? "folder" : "file", size: info.size, modified: info.mtimeMs };
    } catch (error) {
      if (["ENOENT", "ENOTDIR", "ENAMETOOLONG"].includes(systemCode(error) ?? "") || path.includes("\0")) return null;
      throw pathError("E_PATH", path, error);
    }
  },

  async read(path, offset = 0, length) {
    try {
      const file = await open(path, "r");
      try {
        const info = await file.stat();
        if (!info.isFile() || info.size === 0) return await readToEnd(file); // /proc claims sizes of 0
        const end = Math.min(info.size, offset + (length ?? info.size));
        return await readPart(file, { offset, length: Math.max(0, end - offset) });
      } finally {
        await file.close();
      }
    } catch (error) {
      throw pathError("E_PATH", path, error);
    }
  },

  async readParts(path, parts) {
    try {
      const file = await open(path, "r");
      try {
        return await Promise.all(parts.map((part) => readPart(file, part)));
      } finally {
        await file.close();
      }
    } catch (error) {
      throw pathError("E_PATH", path, error);
    }
  },

  async write(path, content) {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await writeAtomic(path, async (file) => {
      await writeAll(file, bytes);
      return bytes.length;
    });
  },

  async writer(path) {
    const atomic = await writing(path, () => openAtomic(path));
    let written = 0;
    let isClosed = false;
    return {
      write: (bytes) =>
        writing(path, async () => {
          await writeAll(atomic.file, bytes);
          written += bytes.length;
        }),
      async close() {
        await writing(path, () => atomic.commit(written));
        isClosed = true;
      },
      async abort() {
        if (!isClosed) await atomic.abort();
      },
    };
  },

  append: (path, text) => writing(path, () => appendWhole(path, new TextEncoder().encode(text))),
  makeFolder: (path) => writing(path, () => makeFolder(path)),
  remove: (path) => writing(path, () => rm(path, REMOVE_PATIENTLY)),

  async rename(from, to) {
    await writing(to, async () => {
      await renamePatiently(from, to);
      await syncFolder(dirname(to));
    });
  },

  async list(path) {
    try {
      return (await readdir(path)).sort();
    } catch (error) {
      throw pathError("E_PATH", path, error);
    }
  },

  join: (...parts) => join(...parts),
  lock: lockFolder,
};

/** Adds all of `bytes` to the file or, where the disk takes only a part, none. */
async function appendWhole(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "a");
  try {
    const before = await file.stat();
    try {
      await writeAll(file, bytes);
      const kept = (await file.stat()).size - before.size;
      if (before.isFile() && kept !== bytes.length) throw notKept(path, kept, bytes.length);
    } catch (error) {
      if (before.isFile()) await file.truncate(before.size).catch(() => {});
      throw error;
    }
  } finally {
    await file.close();
  }
}

async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw pathError("E_OUT", path, error);
  }
}

async function readPart(file: FileHandle, { offset, length }: FilePart): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, Math.min(length - done, MAX_READ_BYTES), offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done === length ? bytes : bytes.slice(0, done);
}

async function readToEnd(file: FileHandle): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (;;) {
    const chunk = new Uint8Array(UNKNOWN_SIZE_CHUNK);
    const { bytesRead } = await file.read(chunk, 0, chunk.length, null);
    if (bytesRead === 0) break;
    chunks.push(chunk.subarray(0, bytesRead));
  }
  return joined(chunks);
}
