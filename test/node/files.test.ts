/** Files on the disk: whole after any failure, and one writer per folder. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { describe, expect, test } from "vitest";
import { writeAll, writeAtomic } from "../../src/node/atomic.js";
import { cacheFolder } from "../../src/node/cache.js";
import { nodeFiles } from "../../src/node/files.js";
import { startTime } from "../../src/node/process-start.js";
import { errorOf } from "../helpers/damage.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";

const { path } = temporaryFolder();

describe("writing", () => {
  test("makes missing folders and leaves nothing but the file", async () => {
    await nodeFiles.write(path("new/deep/a.txt"), "hello");
    expect(readFileSync(path("new/deep/a.txt"), "utf8")).toBe("hello");
    expect(readdirSync(path("new/deep"))).toEqual(["a.txt"]);
  });

  test("that fails half way leaves the old file whole and no temporary file", async () => {
    await nodeFiles.write(path("half/a.txt"), "old");
    const error = await errorOf(() =>
      writeAtomic(path("half/a.txt"), async (file) => {
        await writeAll(file, new Uint8Array(1000));
        throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
      }),
    );
    expect(error.code).toBe("E_OUT");
    expect(error.message).toBe(`${path("half/a.txt")}: cannot write: the disk is full (ENOSPC)`);
    expect(readdirSync(path("half"))).toEqual(["a.txt"]);
    expect(readFileSync(path("half/a.txt"), "utf8")).toBe("old");
  });

  test("that the system cuts into pieces goes on until every byte is there", async () => {
    const taken: number[] = [];
    const write = async (bytes: Uint8Array, offset = 0, length = bytes.length) => {
      const bytesWritten = Math.min(7, length);
      taken.push(...bytes.subarray(offset, offset + bytesWritten));
      return { bytesWritten, buffer: bytes };
    };
    const bytes = Uint8Array.from({ length: 30 }, (_, i) => i);
    await writeAll({ write } as unknown as Parameters<typeof writeAll>[0], bytes);
    expect(taken).toEqual([...bytes]);
  });

  test("to a disk that takes no more bytes and says nothing is an error", async () => {
    let calls = 0;
    const write = async () => ({ bytesWritten: calls++ === 0 ? 10 : 0 });
    const file = { write } as unknown as Parameters<typeof writeAll>[0];
    await expect(writeAll(file, new Uint8Array(30))).rejects.toThrow("wrote 10 of 30 bytes, then none");
  });

  test("fewer bytes than were meant to be written is an error", async () => {
    const error = await errorOf(() => writeAtomic(path("short.txt"), async () => 5));
    expect(error.message).toMatch(/the disk kept 0 of 5 bytes/);
    expect(existsSync(path("short.txt"))).toBe(false);
  });

  test.skipIf(!existsSync("/dev/full"))("to a full device says that the disk is full", async () => {
    const error = await errorOf(() => nodeFiles.write("/dev/full", "hello"));
    expect([error.code, error.message]).toEqual(["E_OUT", "/dev/full: cannot write: the disk is full (ENOSPC)"]);
  });

  test("over a folder, or below a file, says so", async () => {
    mkdirSync(path("folder"));
    expect((await errorOf(() => nodeFiles.write(path("folder"), "x"))).message).toMatch(
      /this is a folder, expected a file/,
    );
    await nodeFiles.write(path("file"), "x");
    expect((await errorOf(() => nodeFiles.write(path("file/below"), "x"))).code).toBe("E_OUT");
    expect((await errorOf(() => nodeFiles.makeFolder(path("file/below")))).code).toBe("E_OUT");
  });

  test.skipIf(process.getuid?.() === 0)("where it is forbidden says so", async () => {
    mkdirSync(path("forbidden"));
    chmodSync(path("forbidden"), 0o500);
    expect((await errorOf(() => nodeFiles.write(path("forbidden/a"), "x"))).message).toMatch(/permission denied/);
  });

  test.skipIf(process.platform === "win32")(
    "through a link changes what it points to, and keeps permissions",
    async () => {
      writeFileSync(path("target"), "old", { mode: 0o600 });
      symlinkSync(path("target"), path("link"));
      await nodeFiles.write(path("link"), "new");
      expect(readFileSync(path("target"), "utf8")).toBe("new");
      expect(lstatSync(path("link")).isSymbolicLink()).toBe(true);
      expect(lstatSync(path("target")).mode & 0o777).toBe(0o600);
    },
  );
});

describe("reading", () => {
  test("gives all bytes, or a piece, and less at the end", async () => {
    await nodeFiles.write(path("r"), Uint8Array.of(1, 2, 3, 4, 5));
    expect(await nodeFiles.read(path("r"))).toEqual(Uint8Array.of(1, 2, 3, 4, 5));
    expect(await nodeFiles.read(path("r"), 1, 2)).toEqual(Uint8Array.of(2, 3));
    expect(await nodeFiles.read(path("r"), 4, 10)).toEqual(Uint8Array.of(5));
    expect(await nodeFiles.read(path("r"), 9, 10)).toEqual(new Uint8Array(0));
  });

  test("several pieces at once come in the order asked for, less at the end", async () => {
    await nodeFiles.write(path("parts"), Uint8Array.of(1, 2, 3, 4, 5));
    const parts = [
      { offset: 3, length: 9 },
      { offset: 0, length: 2 },
      { offset: 5, length: 1 },
    ];
    const expected = [Uint8Array.of(4, 5), Uint8Array.of(1, 2), new Uint8Array(0)];
    expect(await nodeFiles.readParts(path("parts"), parts)).toEqual(expected);
    expect((await errorOf(() => nodeFiles.readParts(path("nowhere"), parts))).code).toBe("E_PATH");
  });

  test("what is not there is E_PATH, a folder too", async () => {
    expect((await errorOf(() => nodeFiles.read(path("none")))).message).toBe(
      `${path("none")}: cannot read: no such file or folder (ENOENT)`,
    );
    expect((await errorOf(() => nodeFiles.list(path("none")))).code).toBe("E_PATH");
    expect(await nodeFiles.stat(path("none"))).toBeNull();
    expect((await nodeFiles.stat(path()))?.kind).toBe("folder");
  });

  test.skipIf(!existsSync("/proc/self/status"))("files without a size beforehand are read to their end", async () => {
    expect((await nodeFiles.read("/proc/self/status")).length).toBeGreaterThan(100);
  });

  test("lines are appended", async () => {
    await nodeFiles.append(path("lines"), "a\n");
    await nodeFiles.append(path("lines"), "b\n");
    expect(readFileSync(path("lines"), "utf8")).toBe("a\nb\n");
  });
});

describe("a lock", () => {
  const lockFile = (name: string) => path(name, ".vaekit-lock");
  const place = (name: string, holder: unknown) => {
    mkdirSync(path(name), { recursive: true });
    writeFileSync(lockFile(name), JSON.stringify(holder));
  };
  const own = () => ({ pid: process.pid, started: startTime(process.pid), host: hostname(), token: "x" });

  test("keeps a second writer out until it is released", async () => {
    const lock = await nodeFiles.lock(path("run"));
    const error = await errorOf(() => nodeFiles.lock(path("run")));
    expect(error.code).toBe("E_LOCKED");
    expect(error.message).toBe(`${path("run")}: process ${process.pid} is working on this folder`);
    await lock.release();
    await (await nodeFiles.lock(path("run"))).release();
    expect(readdirSync(path("run"))).toEqual([]);
  });

  test("of a killed process does not block", async () => {
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");
    place("killed", { pid: child.pid, started: "somewhen", host: hostname(), token: "x" });
    await (await nodeFiles.lock(path("killed"))).release();
  });

  test.skipIf(startTime(process.pid) === null)("of a process whose number was used again does not block", async () => {
    place("reused", { ...own(), started: "another boot:123" });
    await (await nodeFiles.lock(path("reused"))).release();
  });

  test("of another machine blocks while it is touched, and not after", async () => {
    place("remote", { ...own(), host: "another-machine" });
    expect((await errorOf(() => nodeFiles.lock(path("remote")))).message).toMatch(/on another-machine is working/);
    const hourAgo = Date.now() / 1000 - 3600;
    utimesSync(lockFile("remote"), hourAgo, hourAgo);
    await (await nodeFiles.lock(path("remote"))).release();
  });

  test("that another took meanwhile is told at the next check; one deleted by hand is made again", async () => {
    const lock = await nodeFiles.lock(path("lost"));
    await lock.check();
    rmSync(lockFile("lost"));
    await lock.check();
    expect((await errorOf(() => nodeFiles.lock(path("lost")))).code).toBe("E_LOCKED");
    place("lost", { ...own(), host: "another-machine" });
    const error = await errorOf(() => lock.check());
    expect(error.code).toBe("E_LOCKED");
    expect(error.message).toMatch(/lost: process \d+ on another-machine took this folder while this one was stopped/);
    await lock.release();
    expect(existsSync(lockFile("lost"))).toBe(true); // the other's
  });

  test("of no process that can be does not block: a signal to process 0 reaches many", async () => {
    for (const pid of [0, -1, 0.5, "1"]) {
      place("nobody", { ...own(), pid });
      utimesSync(lockFile("nobody"), 0, 0);
      await (await nodeFiles.lock(path("nobody"))).release();
    }
  });

  test("that a process put aside and could not remove is cleared, unless its holder lives", async () => {
    place("aside", own());
    const [dead, alive] = ["dead", "alive"].map((name) => `${lockFile("aside")}.${name}`);
    renameSync(lockFile("aside"), alive);
    writeFileSync(dead, JSON.stringify({ ...own(), started: "another boot:123" }));
    await (await nodeFiles.lock(path("aside"))).release();
    expect(readdirSync(path("aside"))).toEqual([".vaekit-lock.alive"]);
  });

  test("that was cut short while it was written does not block for long", async () => {
    mkdirSync(path("cut"));
    writeFileSync(lockFile("cut"), '{"pid":');
    await (await nodeFiles.lock(path("cut"))).release();
  });

  test("is taken by one of many that want it", async () => {
    place("race", { ...own(), pid: 2 ** 22 + 1 });
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => nodeFiles.lock(path("race"))));
    const held = tries.filter((result) => result.status === "fulfilled");
    expect(held.length).toBe(1);
    await held[0].value.release();
  });
});

test("the cache is where VAEKIT_CACHE says, else XDG_CACHE_HOME, else the home folder", () => {
  expect(cacheFolder({ VAEKIT_CACHE: "/a", XDG_CACHE_HOME: "/b" })).toBe("/a");
  expect(cacheFolder({ XDG_CACHE_HOME: "/b" })).toBe("/b/vaekit");
  expect(cacheFolder({ XDG_CACHE_HOME: "relative" })).toMatch(/\.cache\/vaekit$/);
});
