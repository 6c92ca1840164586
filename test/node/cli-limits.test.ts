/** Where the system sets limits: disks that are full or read-only, folders of others, too few file handles. */

import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { barsNpz, vaekit } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";
import { smallDisk } from "../helpers/small-disk.js";

const { path } = temporaryFolder();
const disk = smallDisk();
afterAll(() => disk?.unmount());

/** A user who owns nothing; null where this process cannot become one, or that one could not read the program. */
const NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"];
const main = new URL("../../dist/cli/main.js", import.meta.url).pathname;
const canBeNobody = spawnSync(NOBODY[0], [...NOBODY.slice(1), "cat", main], { stdio: "ignore" }).status === 0;
const isLinux = process.platform === "linux";

const FIT = ["--net", "mlp", "--hidden", "4", "--epochs", "1", "--threads", "1"];

beforeAll(async () => {
  writeFileSync(path("bars.npz"), barsNpz(40));
  expect(await vaekit(["fit", path("bars.npz"), "--out", path("model"), ...FIT])).toMatchObject({ status: 0 });
  chmodSync(path(), 0o755);
});

/** One error of this form, and no trace of the program's insides. */
function expectError({ status, stderr }: { status: number | null; stderr: string }, code: number, first: RegExp): void {
  expect(stderr).toMatch(first);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(status).toBe(code);
}

describe.skipIf(!isLinux)("standard output", () => {
  const into = (target: string) => ["sh", "-c", `exec "$0" "$@" > ${target}`];

  test("into a full device is an error, as JSON and as text", async () => {
    for (const more of [[], ["--json"]]) {
      const finished = await vaekit(["info", path("model"), ...more], { wrap: into("/dev/full") });
      expectError(finished, 2, /^vaekit: E_OUT standard output: cannot write: the disk is full \(ENOSPC\)/);
    }
  });

  test.skipIf(!disk)("into a file on a disk that takes only a part of it is an error", async () => {
    disk!.fill(4096);
    const words = ["fit", path("bars.npz"), "--out", path("told"), ...FIT, "--epochs", "60", "--json"];
    const finished = await vaekit(words, { wrap: into(disk!.path("told.jsonl")) });
    disk!.free();
    expectError(finished, 2, /E_OUT standard output: cannot write: the disk is full/);
  });

  test("a full device under standard error is no reason to stop", async () => {
    const words = ["fit", path("bars.npz"), "--out", path("silent"), ...FIT];
    const wrap = ["sh", "-c", 'exec "$0" "$@" 2> /dev/full'];
    expect(await vaekit(words, { wrap })).toMatchObject({ status: 0 });
    expect(existsSync(path("silent", "config.json"))).toBe(true);
  });
});

describe.skipIf(!disk)("a read-only disk (where one may be mounted)", () => {
  beforeAll(() => {
    cpSync(path("model"), disk!.path("model"), { recursive: true });
    execFileSync("mount", ["-o", "remount,ro", disk!.path()]);
  });

  test("is read from", async () => {
    const words = ["sample", disk!.path("model"), "--out", path("from-ro.png"), "--threads", "1"];
    expect(await vaekit(words)).toMatchObject({ status: 0 });
  });

  test("is refused before any work is done", async () => {
    const fit = ["fit", path("bars.npz"), ...FIT];
    const said = /E_OUT .*: cannot write: the disk is read-only \(EROFS\)\nhint: Write to another folder\./;
    expectError(await vaekit([...fit, "--out", disk!.path("new")]), 2, said);
    const replaced = await vaekit([...fit, "--out", disk!.path("model")]);
    expectError(replaced, 2, said);
    expect(replaced.stderr).toContain(`${disk!.path("model")}: the new model is made beside it`);
    expectError(await vaekit(["sample", path("model"), "--out", disk!.path("a.png"), "--threads", "1"]), 2, said);
  });
});

describe.skipIf(!canBeNobody)("a user without permissions (where one can be had)", () => {
  const asNobody = (...words: string[]) => vaekit(words, { wrap: NOBODY, env: { VAEKIT_CACHE: path("cache") } });
  const denied = /: permission denied \(EACCES\)\nhint: Check its permissions/;

  test("is told what may not be read, and what may not be written", async () => {
    cpSync(path("model"), path("closed"), { recursive: true });
    chmodSync(path("closed", "model.safetensors"), 0o600);
    writeFileSync(path("secret.npz"), barsNpz(40), { mode: 0o600 });
    const at = (name: string) => new RegExp(`E_(PATH|OUT) .*${name}.*${denied.source}`);
    expectError(await asNobody("info", path("closed")), 3, at("model\\.safetensors"));
    expectError(await asNobody("fit", path("secret.npz"), "--out", path("x"), ...FIT), 3, at("secret\\.npz"));
    expectError(await asNobody("fit", path("bars.npz"), "--out", path("x"), ...FIT), 2, at("x"));
    const before = readFileSync(path("model", "SHA256SUMS"), "utf8");
    expectError(await asNobody("fit", path("bars.npz"), "--out", path("model"), ...FIT), 2, at("model"));
    expect(readFileSync(path("model", "SHA256SUMS"), "utf8")).toBe(before);
  });

  test("is told which folder of pictures is closed", async () => {
    mkdirSync(path("pictures", "closed"), { recursive: true });
    chmodSync(path("pictures", "closed"), 0o700);
    const finished = await asNobody("fit", path("pictures"), "--out", path("x"), ...FIT);
    expectError(finished, 3, /E_PATH .*pictures\/closed: cannot read: permission denied/);
  });
});

describe.skipIf(!isLinux)("too few file handles", () => {
  test.each([24, 28])("%i: enough, or said with what helps; the folder opens afterwards", async (handles) => {
    const out = path(`handles-${handles}`);
    const words = ["fit", path("bars.npz"), "--out", out, ...FIT];
    const wrap = ["sh", "-c", `ulimit -n ${handles}; exec "$0" "$@"`];
    const finished = await vaekit(words, { wrap });
    if (finished.status !== 0)
      expectError(finished, 3, /E_PATH .*EMFILE.*\nhint: Raise the limit with: ulimit -n 4096/);
    expect(await vaekit(words)).toMatchObject({ status: 0 });
  });
});

test("a run leaves nothing in the home folder: the runtime's reports to its makers are off", async () => {
  mkdirSync(path("home"));
  const env = { HOME: path("home"), XDG_CACHE_HOME: path("home", "cache") };
  const words = ["fit", path("bars.npz"), "--out", path("quiet"), ...FIT];
  expect(await vaekit(words, { env })).toMatchObject({ status: 0 });
  expect(readdirSync(path("home"))).toEqual([]);
});
