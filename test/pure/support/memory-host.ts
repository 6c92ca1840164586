/** A host whose files are in memory: what a browser gives, in little. */

import { arrayPictureSinks, tableSinks } from "../../../src/data/sinks/all.js";
import { arraySources } from "../../../src/data/sources/all.js";
import { VaekitError } from "../../../src/errors.js";
import type { Files, Host } from "../../../src/host.js";
import { hashBytes } from "../../../src/random.js";

/** Files by path, with forward slashes; folders are what files lie in. */
export class MemoryFiles implements Files {
  readonly contents = new Map<string, Uint8Array>();

  async stat(path: string) {
    const bytes = this.contents.get(path);
    if (bytes) return { kind: "file" as const, size: bytes.length, modified: 0 };
    return (await this.list(path)).length > 0 ? { kind: "folder" as const, size: 0, modified: 0 } : null;
  }
  async read(path: string, offset = 0, length?: number) {
    const bytes = this.contents.get(path);
    if (!bytes) throw new VaekitError("E_PATH", `${path}: no such file`);
    return bytes.slice(offset, length === undefined ? undefined : offset + length);
  }
  async write(path: string, bytes: Uint8Array | string) {
    this.contents.set(path, typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes);
  }
  async append(path: string, text: string) {
    const old = this.contents.get(path);
    await this.write(path, (old ? new TextDecoder().decode(old) : "") + text);
  }
  async list(path: string) {
    const below = [...this.contents.keys()].filter((name) => name.startsWith(`${path}/`));
    return [...new Set(below.map((name) => name.slice(path.length + 1).split("/")[0]))];
  }
  async makeFolder() {}
  async remove(path: string) {
    this.contents.delete(path);
  }
  async rename(from: string, to: string) {
    await this.write(to, await this.read(from));
    await this.remove(from);
  }
  join(...parts: string[]) {
    return parts.join("/");
  }
  async lock() {
    return { release: async () => {} };
  }
}

/** A host with these files. */
export function memoryHost(files: Readonly<Record<string, Uint8Array | string>> = {}): Host & { files: MemoryFiles } {
  const memory = new MemoryFiles();
  for (const [path, bytes] of Object.entries(files)) memory.write(path, bytes);
  return {
    name: "browser",
    files: memory,
    sources: arraySources,
    pictureSinks: arrayPictureSinks,
    tableSinks,
    devices: [],
    engine: async () => {
      throw new VaekitError("E_DEVICE", "no device here");
    },
    digest: async (bytes) => hashBytes(bytes).join(),
  };
}
