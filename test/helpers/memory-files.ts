/** A disk in memory, and processes on it that can be killed between any two changes. */

import { createHash } from "node:crypto";
import { posix } from "node:path";
import { VaekitError } from "../../src/errors.js";
import { type Files, type Host, LOCK_FILE } from "../../src/host.js";

/** What a killed process throws from then on. */
export class Killed extends Error {}

export interface MemoryProcess {
  readonly files: Files;
  readonly host: Host;
  /** Changes made so far. */
  readonly changes: number;
}

export interface MemoryDisk {
  /** Every file by path. Folders are kept apart, in `folders`. */
  readonly contents: Map<string, Uint8Array>;
  readonly folders: Set<string>;
  /** A process that is killed before its change number `killAt` (0 is the first); by default it lives on. */
  process(options?: { killAt?: number; readOnly?: boolean; full?: (path: string) => boolean }): MemoryProcess;
  /** Paths of all files and empty folders, locks apart. */
  tree(): string[];
}

export function memoryDisk(): MemoryDisk {
  const contents = new Map<string, Uint8Array>();
  const folders = new Set<string>(["."]);
  const alive = new Set<number>();
  let processes = 0;
  let clock = 0;
  const times = new Map<string, number>();

  function process({
    killAt = Number.POSITIVE_INFINITY,
    readOnly = false,
    full = () => false,
  }: {
    killAt?: number;
    readOnly?: boolean;
    full?: (path: string) => boolean;
  } = {}) {
    const id = ++processes;
    alive.add(id);
    let changes = 0;
    const living = () => {
      if (!alive.has(id)) throw new Killed();
    };
    const change = () => {
      living();
      if (readOnly) throw new VaekitError("E_OUT", "cannot write: the disk is read-only (EROFS)");
      if (changes === killAt) {
        alive.delete(id);
        throw new Killed();
      }
      changes++;
    };
    const put = (path: string, bytes: Uint8Array) => {
      if (full(path)) throw new VaekitError("E_OUT", `${path}: cannot write: the disk is full (ENOSPC)`);
      if (folders.has(path)) throw new VaekitError("E_OUT", `${path}: is a folder`);
      contents.set(path, bytes);
      times.set(path, ++clock);
    };
    const makeFolder = (path: string) => {
      for (let at = path; at !== "." && at !== "/"; at = posix.dirname(at)) {
        if (contents.has(at)) throw new VaekitError("E_OUT", `${path}: a part of this path is a file`);
        folders.add(at);
      }
    };
    const under = (path: string) => (name: string) => name === path || name.startsWith(`${path}/`);
    const clean = (path: string) => posix.normalize(path).replace(/(.)\/$/, "$1");

    const files: Files = {
      async stat(raw) {
        living();
        const path = clean(raw);
        if (folders.has(path)) return { kind: "folder", size: 0, modified: 0 };
        const bytes = contents.get(path);
        return bytes ? { kind: "file", size: bytes.length, modified: times.get(path) ?? 0 } : null;
      },
      async read(raw, offset = 0, length) {
        living();
        const bytes = contents.get(clean(raw));
        if (!bytes) throw new VaekitError("E_PATH", `${raw}: cannot read: no such file or folder (ENOENT)`);
        return bytes.slice(offset, length === undefined ? undefined : offset + length);
      },
      readParts(path, parts) {
        return Promise.all(parts.map(({ offset, length }) => files.read(path, offset, length)));
      },
      async write(raw, content) {
        change();
        const path = clean(raw);
        makeFolder(posix.dirname(path));
        put(path, typeof content === "string" ? new TextEncoder().encode(content) : content.slice());
      },
      async writer(raw) {
        const chunks: number[] = [];
        return {
          async write(bytes) {
            living();
            for (const byte of bytes) chunks.push(byte);
          },
          close: () => files.write(raw, Uint8Array.from(chunks)),
          async abort() {},
        };
      },
      async append(raw, text) {
        change();
        const path = clean(raw);
        const old = contents.get(path) ?? new Uint8Array();
        put(path, Uint8Array.from([...old, ...new TextEncoder().encode(text)]));
      },
      async list(raw) {
        living();
        const path = clean(raw);
        if (!folders.has(path)) throw new VaekitError("E_PATH", `${raw}: cannot read: no such file or folder (ENOENT)`);
        return [...contents.keys(), ...folders]
          .filter((name) => name !== path && posix.dirname(name) === path)
          .map((name) => posix.basename(name))
          .sort();
      },
      async makeFolder(raw) {
        change();
        makeFolder(clean(raw));
      },
      async remove(raw) {
        const within = [...contents.keys(), ...folders].filter(under(clean(raw))).sort((a, b) => b.length - a.length);
        for (const name of within) {
          change(); // a folder is removed piece by piece
          contents.delete(name);
          folders.delete(name);
        }
      },
      async rename(rawFrom, rawTo) {
        change();
        const [from, to] = [clean(rawFrom), clean(rawTo)];
        if (!folders.has(from) && !contents.has(from))
          throw new VaekitError("E_OUT", `${from}: no such file or folder (ENOENT)`);
        const occupied = [...contents.keys(), ...folders].some((name) => name.startsWith(`${to}/`));
        if (folders.has(from) && (occupied || contents.has(to)))
          throw new VaekitError("E_OUT", `${to}: the folder is not empty (ENOTEMPTY)`);
        for (const [name, bytes] of [...contents].filter(([name]) => under(from)(name))) {
          contents.delete(name);
          contents.set(to + name.slice(from.length), bytes);
          times.set(to + name.slice(from.length), times.get(name) ?? 0);
        }
        for (const name of [...folders].filter(under(from))) {
          folders.delete(name);
          folders.add(to + name.slice(from.length));
        }
      },
      join: (...parts) => posix.join(...parts),
      async lock(raw) {
        const folder = clean(raw);
        const path = posix.join(folder, LOCK_FILE);
        const holder = Number(new TextDecoder().decode(contents.get(path) ?? new Uint8Array()));
        if (alive.has(holder))
          throw new VaekitError("E_LOCKED", `${folder}: process ${holder} is working on this folder`);
        change();
        makeFolder(folder);
        contents.set(path, new TextEncoder().encode(String(id)));
        return {
          async check() {
            const holder = new TextDecoder().decode(contents.get(path) ?? new Uint8Array());
            if (holder !== String(id))
              throw new VaekitError("E_LOCKED", `${folder}: process ${holder} took this folder`);
          },
          async release() {
            change();
            if (new TextDecoder().decode(contents.get(path) ?? new Uint8Array()) === String(id)) contents.delete(path);
          },
        };
      },
    };
    return {
      files,
      host: hostOf(files),
      get changes() {
        return changes;
      },
    };
  }

  return {
    contents,
    folders,
    process,
    tree: () =>
      [...contents.keys(), ...[...folders].map((name) => `${name}/`)]
        .filter((name) => !name.endsWith(LOCK_FILE) && name !== "./")
        .filter(
          (name) => !name.endsWith("/") || ![...contents.keys(), ...folders].some((other) => other.startsWith(name)),
        )
        .sort(),
  };
}

/** A host that has files and digests only. */
export function hostOf(files: Files): Host {
  return {
    name: "node",
    files,
    sources: [],
    pictureSinks: [],
    tableSinks: [],
    devices: [],
    engine: () => Promise.reject(new Error("this host has no engine")),
    digest: async (bytes) => createHash("sha256").update(bytes).digest("hex"),
  };
}
