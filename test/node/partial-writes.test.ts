/** Disks that take a part of what is written and report no error, as was seen on a full one: no writer loses a byte unseen. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { nodeHost } from "../../src/node/host.js";
import { errorOf } from "../helpers/damage.js";
import { writers } from "../helpers/writers.js";

/** How a write of `length` bytes goes on this disk: how many it keeps, and how many it says. */
type Disk = (length: number) => { kept: number; said: number };
const disk = vi.hoisted(() => ({ write: null as Disk | null }));

vi.mock("node:fs/promises", async (original) => {
  const fs = await original<typeof import("node:fs/promises")>();
  return {
    ...fs,
    async open(...words: Parameters<typeof fs.open>): Promise<FileHandle> {
      const file = await fs.open(...words);
      const write = file.write.bind(file) as unknown as (...args: unknown[]) => Promise<{ bytesWritten: number }>;
      const partly = async (bytes: Uint8Array, offset = 0, length = bytes.length - offset, position = null) => {
        if (!disk.write) return write(bytes, offset, length, position);
        const { kept, said } = disk.write(length);
        if (kept > 0) await write(bytes, offset, kept, position);
        return { bytesWritten: said, buffer: bytes };
      };
      return Object.assign(file, { write: partly });
    },
  };
});

const host = nodeHost();
const root = mkdtempSync(join(tmpdir(), "vaekit-partial-"));
afterAll(() => rmSync(root, { recursive: true }));
beforeEach(() => {
  disk.write = null;
});

function contents(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  return new Map(
    names.map((name) => {
      const at = join(folder, name);
      return [name, statSync(at).isDirectory() ? "" : readFileSync(at, "base64")];
    }),
  );
}

/** A disk with room for `room` bytes, which then does as it does. */
function room(bytes: number, then: Disk): Disk {
  let left = bytes;
  return (length) => {
    if (length > left) return then(length);
    left -= length;
    return { kept: length, said: length };
  };
}

describe.each(writers)("$name", ({ file, write }) => {
  const place = (name: string) => join(root, `${file.replace("/", "")}-${name}`);

  test("arrives whole in pieces", async () => {
    await write(join(place("whole"), file), "large", host);
    const whole = contents(place("whole"));
    disk.write = (length) => ({ kept: Math.min(length, 1500), said: Math.min(length, 1500) });
    await write(join(place("pieces"), file), "large", host);
    expect(contents(place("pieces"))).toEqual(whole);
  });

  test.each<[what: string, then: Disk]>([
    ["takes no more", () => ({ kept: 0, said: 0 })],
    ["says that it took what it did not", (length) => ({ kept: length >> 1, said: length })],
  ])("is refused, and the old stays, where a disk %s", async (what, then) => {
    const at = place(what.slice(0, 5));
    await write(join(at, file), "small", host);
    const before = contents(at);
    disk.write = room(900, then);
    const error = await errorOf(() => write(join(at, file), "large", host));
    expect(error.code).toBe("E_OUT");
    expect(error.message).toMatch(/the disk (is full|kept \d+ of \d+ bytes)/);
    disk.write = null;
    expect(contents(at)).toEqual(before);
  });
});

test("a line is appended whole or not at all", async () => {
  const path = join(root, "metrics.jsonl");
  await host.files.append(path, "one\n");
  disk.write = (length) => ({ kept: length >> 1, said: length });
  expect((await errorOf(() => host.files.append(path, "a longer line\n"))).message).toMatch(/kept 7 of 14 bytes/);
  let calls = 0;
  disk.write = () => (calls++ === 0 ? { kept: 3, said: 3 } : { kept: 0, said: 0 });
  expect((await errorOf(() => host.files.append(path, "a longer line\n"))).message).toMatch(/disk is full/);
  disk.write = (length) => ({ kept: Math.min(length, 3), said: Math.min(length, 3) });
  await host.files.append(path, "two lines\n");
  expect(readFileSync(path, "utf8")).toBe("one\ntwo lines\n");
});
