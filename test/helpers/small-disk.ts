/** A disk of a megabyte, to be filled; null where this process may not mount one. */

import { execFileSync } from "node:child_process";
import { closeSync, ftruncateSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface SmallDisk {
  readonly path: (...parts: string[]) => string;
  /** Takes all space but `free` bytes. */
  fill(free: number): void;
  /** Gives it back. */
  free(): void;
  /** Removes everything. */
  clear(): void;
  unmount(): void;
}

const SIZE = 1024 * 1024;
const BLOCK = 4096;

export function smallDisk(): SmallDisk | null {
  const root = mkdtempSync(join(tmpdir(), "vaekit-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${SIZE}`, "tmpfs", root], { stdio: "ignore" });
  } catch {
    rmSync(root, { recursive: true });
    return null;
  }
  const filler = join(root, ".filler");
  return {
    path: (...parts) => join(root, ...parts),
    fill(free) {
      const file = openSync(filler, "w");
      let size = 0;
      try {
        for (;;) size += writeSync(file, Buffer.alloc(BLOCK));
      } catch {
        ftruncateSync(file, Math.max(0, size - free));
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(filler, { force: true }),
    clear() {
      for (const name of readdirSync(root)) rmSync(join(root, name), { recursive: true });
    },
    unmount() {
      execFileSync("umount", ["-l", root]);
      rmSync(root, { recursive: true });
    },
  };
}
