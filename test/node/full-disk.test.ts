/** Disks that are full: what was there stays whole, nothing is left half written, and the error says why. */

import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { nodeHost } from "../../src/node/host.js";
import { installPackage } from "../../src/node/npm-install.js";
import { openSpool } from "../../src/node/sources/spool.js";
import { loadModel } from "../../src/store/folder.js";
import { damagedFiles } from "../../src/store/model-files.js";
import { openWorkFolder } from "../../src/store/work-folder.js";
import { barsNpz, vaekit } from "../helpers/cli.js";
import { errorOf } from "../helpers/damage.js";
import { plain } from "../helpers/pictures-on-disk.js";
import { sampleConfig } from "../helpers/saved-models.js";
import { smallDisk } from "../helpers/small-disk.js";
import { writers } from "../helpers/writers.js";

const host = nodeHost();
const disk = smallDisk();
const path = (...parts: string[]): string => disk!.path(...parts);
/** Enough for a first file or two of what is written, so that it fails half-way. */
const FREE = 12 * 1024;

afterEach(() => {
  disk?.clear();
  vi.unstubAllEnvs();
});
afterAll(() => disk?.unmount());

/** All files below `folder` with their contents; without the filler. */
function contents(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name !== ".filler");
  return new Map(
    names.sort().map((name) => {
      const at = join(folder, name);
      return [name, statSync(at).isDirectory() ? "" : readFileSync(at, "base64")];
    }),
  );
}

describe.skipIf(!disk)("a full disk (where one may be mounted)", () => {
  test.each(writers.filter(({ file }) => !file.endsWith("/")))(
    "keeps what was there: $name",
    async ({ file, write }) => {
      await write(path(file), "small", host);
      const before = contents(path());
      disk!.fill(FREE);
      const error = await errorOf(() => write(path(file), "large", host));
      expect(error.code).toBe("E_OUT");
      expect(error.message).toMatch(/the disk is full \(ENOSPC\)/);
      expect(error.message).toContain(path());
      expect(contents(path())).toEqual(before);
      disk!.free();
      await write(path(file), "large", host);
      expect(contents(path())).not.toEqual(before);
    },
  );

  test("in a folder of pictures each file is the old or the new, whole", async () => {
    const { file, write } = writers.find((writer) => writer.file.endsWith("/"))!;
    await write(path("new", file), "large", host);
    const [fresh] = contents(path("new", file)).values();
    await write(path("old", file), "small", host);
    const before = contents(path("old", file));
    disk!.fill(FREE);
    expect((await errorOf(() => write(path("old", file), "large", host))).code).toBe("E_OUT");
    const after = contents(path("old", file));
    expect(after.get("0000.png")).toBe(fresh);
    expect([...after.keys()].every((name) => /^\d{4}\.png$/.test(name))).toBe(true);
    expect([...after.values()].every((bytes) => [...before.values()].includes(bytes) || bytes.length > 1000)).toBe(
      true,
    );
  });

  test("a run whose checkpoint does not fit keeps the one before, and its log", async () => {
    const values = new Float32Array(8);
    const state = (length: number, step: number) => ({
      config: sampleConfig(),
      progress: { step },
      tensors: new Map([["value/w", { shape: [length], values: new Float32Array(length) }]]),
    });
    const work = await openWorkFolder(path("run-2"), { resume: false }, host);
    await work.log({ event: "start" });
    await work.checkpoint(state(values.length, 1));
    disk!.fill(FREE);
    expect((await errorOf(() => work.checkpoint(state(100_000, 2)))).message).toMatch(/disk is full/);
    disk!.fill(0);
    const long = { event: "epoch", text: "x".repeat(10_000) };
    expect((await errorOf(() => work.log(long))).message).toMatch(/metrics\.jsonl: cannot write: the disk is full/);
    expect(readFileSync(path("run-2", "metrics.jsonl"), "utf8")).toBe('{"event":"start"}\n');
    await work.close();
    disk!.free();
    const resumed = await openWorkFolder(path("run-2"), { resume: true }, host);
    expect(resumed.resumed?.progress.step).toBe(1);
    expect(resumed.notices).toEqual([]);
    await resumed.close();
  });

  test("a run that cannot begin leaves nothing, not even a lock", async () => {
    const before = contents(path());
    disk!.fill(0);
    expect((await errorOf(() => openWorkFolder(path("none"), { resume: false }, host))).message).toMatch(
      /disk is full/,
    );
    expect(contents(path())).toEqual(before);
  });

  test("decoded pictures are used without being kept; those too many to hold are an error", async () => {
    vi.stubEnv("VAEKIT_CACHE", path("cache"));
    const bytes = await plain(32, 32, [7]).png().toBuffer();
    const items = Array.from({ length: 501 }, (_, i) => ({
      id: `${i}`,
      label: null,
      size: 9,
      stamp: "",
      read: async () => bytes,
    }));
    const size = { height: 32, width: 32, channels: 1 } as const;
    disk!.fill(FREE);
    const request = { key: "k", name: "items", options: {} };
    const { dataset } = await openSpool(items, size, request);
    expect((await dataset.read([500])).image[0]).toBe(7);
    expect(dataset.notices.join()).toMatch(/not kept for the next time: .*the disk is full/);
    const error = await errorOf(() => openSpool(items, size, { ...request, memoryBytes: 1000 }));
    expect([error.code, error.message]).toEqual([
      "E_OUT",
      expect.stringMatching(/k\.u8: cannot write: the disk is full/),
    ]);
    expect(readdirSync(path("cache", "pictures"))).toEqual([]);
  });

  test.skipIf(process.platform === "win32")("a data set that does not fit is not half installed", async () => {
    vi.stubEnv("VAEKIT_CACHE", path("cache"));
    mkdirSync(path("bin"));
    const script = "mkdir -p node_modules/x; dd if=/dev/zero of=node_modules/x/data bs=1k count=2000 2>/dev/null";
    const says = "echo 'npm error code ENOSPC' >&2; echo 'npm error nospc no space left on device' >&2";
    writeFileSync(path("bin", "npm"), `#!/bin/sh\n${script} || { ${says}; exit 1; }\n`, { mode: 0o755 });
    vi.stubEnv("PATH", `${path("bin")}:${process.env.PATH}`);
    const set = { package: "x", version: "1.0.0", megabytes: 1 };
    const error = await errorOf(() => installPackage("x", set, {}));
    expect([error.code, error.message]).toEqual(["E_OUT", expect.stringMatching(/cache.*the disk is full \(ENOSPC\)/)]);
    expect(readdirSync(path("cache", "datasets"))).toEqual([]);
  });

  test("the command says so, and leaves the old model", async () => {
    writeFileSync(path("bars.npz"), barsNpz(40));
    const train = (...more: string[]) =>
      vaekit(["fit", path("bars.npz"), "--out", path("m"), "--net", "mlp", "--epochs", "1", "--threads", "1", ...more]);
    expect(await train("--hidden", "4")).toMatchObject({ status: 0 });
    const before = contents(path("m"));
    disk!.fill(FREE);
    const { status, stderr } = await train("--hidden", "64");
    expect(stderr).toMatch(/^vaekit: E_OUT .*: cannot write: the disk is full \(ENOSPC\)\nhint: Free some space/m);
    expect(status).toBe(2);
    expect(contents(path("m"))).toEqual(before);
    expect(await damagedFiles(path("m"), host)).toEqual([]);
    expect((await loadModel(path("m"), host)).config.net).toMatchObject({ hidden: 4 });
    expect(existsSync(path(".m.work"))).toBe(false);
  });
});
