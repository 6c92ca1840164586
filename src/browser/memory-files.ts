/** Files in memory: what a page has for a disk. They are gone with the page, unless they are packed or copied out. */

import { VaekitError } from "../errors.js";
import { joined } from "../files/joined.js";
import type { Files, Lock } from "../host.js";

interface Held {
  readonly bytes: Uint8Array;
  readonly modified: number;
}

const ROOT = ".";

/** An empty disk in memory. Paths have slashes; "/a" and "a" are the same, and nothing lies above the root. */
export function memoryFiles(): Files {
  const contents = new Map<string, Held>();
  const folders = new Set<string>([ROOT]);
  const locked = new Map<string, symbol>();
  let clock = 0;

  const hold = (path: string, bytes: Uint8Array) => {
    if (path === ROOT || folders.has(path)) throw cannotWrite(path, "this is a folder, expected a file");
    makeFolders(parentOf(path));
    clock = Math.max(clock + 1, Date.now()); // two writes within a millisecond differ
    contents.set(path, { bytes, modified: clock });
  };
  const makeFolders = (path: string) => {
    for (let at = path; at !== ROOT; at = parentOf(at)) {
      if (contents.has(at)) throw cannotWrite(path, "a part of this path is a file, not a folder");
    }
    for (let at = path; at !== ROOT; at = parentOf(at)) folders.add(at);
  };
  const found = (path: string): Held => {
    const held = contents.get(clean(path));
    if (held) return held;
    const reason = folders.has(clean(path)) ? "this is a folder, expected a file" : "no such file or folder";
    throw new VaekitError("E_PATH", `${path}: cannot read: ${reason}`);
  };
  const withinOf = (path: string) =>
    [...contents.keys(), ...folders].filter((name) => name !== ROOT && (name === path || isInside(name, path)));

  return {
    async stat(path) {
      const held = contents.get(clean(path));
      if (held) return { kind: "file", size: held.bytes.length, modified: held.modified };
      return folders.has(clean(path)) ? { kind: "folder", size: 0, modified: 0 } : null;
    },
    async read(path, offset = 0, length) {
      return found(path).bytes.slice(offset, length === undefined ? undefined : offset + length);
    },
    async readParts(path, parts) {
      const { bytes } = found(path);
      return parts.map(({ offset, length }) => bytes.slice(offset, offset + length));
    },
    async write(path, content) {
      hold(clean(path), typeof content === "string" ? new TextEncoder().encode(content) : content.slice());
    },
    async writer(path) {
      let chunks: Uint8Array[] = [];
      return {
        async write(bytes) {
          chunks.push(bytes.slice());
        },
        async close() {
          hold(clean(path), joined(chunks));
          chunks = [];
        },
        async abort() {
          chunks = [];
        },
      };
    },
    async append(path, text) {
      const old = contents.get(clean(path))?.bytes ?? new Uint8Array();
      const added = new TextEncoder().encode(text);
      hold(clean(path), joined([old, added]));
    },
    async list(path) {
      const folder = clean(path);
      if (!folders.has(folder)) throw new VaekitError("E_PATH", `${path}: cannot read: no such folder`);
      return [...contents.keys(), ...folders]
        .filter((name) => name !== ROOT && parentOf(name) === folder)
        .map((name) => name.slice(name.lastIndexOf("/") + 1))
        .sort();
    },
    async makeFolder(path) {
      makeFolders(clean(path));
    },
    async remove(path) {
      for (const name of withinOf(clean(path))) {
        contents.delete(name);
        folders.delete(name);
      }
    },
    async rename(fromPath, toPath) {
      const [from, to] = [clean(fromPath), clean(toPath)];
      const moved = withinOf(from);
      if (moved.length === 0) throw cannotWrite(fromPath, "no such file or folder");
      if (isInside(to, from)) throw cannotWrite(toPath, `it would lie in ${fromPath}, which is to be moved`);
      if (from === to) return;
      const isFolder = folders.has(from);
      const occupied = withinOf(to).some((name) => name !== to);
      if (occupied || (contents.has(to) && isFolder)) throw cannotWrite(toPath, "something is there already");
      if (folders.has(to) && !isFolder) throw cannotWrite(toPath, "this is a folder, expected a file");
      if (!folders.has(parentOf(to))) throw cannotWrite(toPath, "no such folder");
      for (const name of moved) {
        const target = to + name.slice(from.length);
        const held = contents.get(name);
        if (held) contents.set(target, held);
        else folders.add(target);
        contents.delete(name);
        folders.delete(name);
      }
    },
    join: (...parts) => {
      const path = parts.filter((part) => part !== "").join("/");
      return path.startsWith("/") ? `/${clean(path)}`.replace(/^\/\.$/, "/") : clean(path);
    },
    async lock(folder): Promise<Lock> {
      const path = clean(folder);
      if (locked.has(path)) throw new VaekitError("E_LOCKED", `${folder}: this page is working on this folder`);
      makeFolders(path);
      const own = Symbol(path);
      locked.set(path, own);
      return {
        async check() {
          if (locked.get(path) !== own) throw new VaekitError("E_LOCKED", `${folder}: its lock was released`);
        },
        async release() {
          if (locked.get(path) === own) locked.delete(path);
        },
      };
    },
  };
}

/** Steps of a path without "." and "..", from the root on; the root itself is ".". */
function clean(path: string): string {
  const steps: string[] = [];
  for (const step of path.split("/")) {
    if (step === "..") steps.pop();
    else if (step !== "" && step !== ".") steps.push(step);
  }
  return steps.join("/") || ROOT;
}

function parentOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : ROOT;
}

const isInside = (name: string, folder: string) => folder === ROOT || name.startsWith(`${folder}/`);

function cannotWrite(path: string, reason: string): VaekitError {
  return new VaekitError("E_OUT", `${path}: cannot write: ${reason}`);
}
