/** What differs between Linux, macOS and Windows, as far as it can be tried on one of them. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, posix, win32 } from "node:path";
import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { parseAddress, withIndex } from "../../src/data/address.js";
import { openDataset } from "../../src/data/open.js";
import { writePictures } from "../../src/data/sinks/write.js";
import { safeFileName } from "../../src/files/file-name.js";
import { cacheFolder } from "../../src/node/cache.js";
import { nodeFiles } from "../../src/node/files.js";
import { nodeHost } from "../../src/node/host.js";
import { startTime } from "../../src/node/process-start.js";
import { type RenameSystem, renamePatiently } from "../../src/node/rename.js";
import { loadModel, saveModel } from "../../src/store/folder.js";
import { lastName } from "../../src/store/layout.js";
import { barsNpz, vaekit } from "../helpers/cli.js";
import { plain, temporaryFolder } from "../helpers/pictures-on-disk.js";
import { sampleModel } from "../helpers/saved-models.js";

const { path } = temporaryFolder();
const host = nodeHost();
const grey = (value: number) => plain(8, 8, [value]).png().toBuffer();

/** "ö" as one sign, as people type it, and taken apart, as macOS stores it. */
const COMPOSED = "K\u00f6ln";
const DECOMPOSED = "Ko\u0308ln";

describe("a rename over a file that someone has open", () => {
  /** A system on which the first `failures` renames fail with `code`. */
  function system(platform: NodeJS.Platform, code: string, failures: number) {
    const waits: number[] = [];
    let calls = 0;
    const found: RenameSystem = {
      platform,
      rename: async () => {
        if (calls++ < failures) throw Object.assign(new Error(code), { code });
      },
      sleep: async (milliseconds) => waits.push(milliseconds),
    };
    return { found, waits, calls: () => calls };
  }

  test.each(["EPERM", "EACCES", "EBUSY"])("is tried again on Windows (%s)", async (code) => {
    const { found, waits } = system("win32", code, 4);
    await renamePatiently("a", "b", found);
    expect(waits).toEqual([10, 20, 50, 100]);
  });

  test("that stays held is given up after some seconds, with its own error", async () => {
    const { found, waits } = system("win32", "EBUSY", 1000);
    await expect(renamePatiently("a", "b", found)).rejects.toMatchObject({ code: "EBUSY" });
    const total = waits.reduce((a, b) => a + b);
    expect(total).toBeGreaterThan(4_000);
    expect(total).toBeLessThan(10_000);
  });

  test("is an error at once for another reason, and on other systems", async () => {
    for (const [platform, code] of [
      ["win32", "ENOENT"],
      ["linux", "EPERM"],
      ["darwin", "EACCES"],
    ] as const) {
      const { found, waits, calls } = system(platform, code, 1);
      await expect(renamePatiently("a", "b", found)).rejects.toMatchObject({ code });
      expect([waits.length, calls()]).toEqual([0, 1]);
    }
  });
});

describe("when a process started", () => {
  test("is asked of ps on macOS, of PowerShell on Windows", () => {
    const asked: string[] = [];
    const answer = (command: string, args: readonly string[]): string => {
      asked.push([command, ...args].join(" "));
      return " Wed Nov 25 01:02:03 2026 \n";
    };
    expect(startTime(42, "darwin", answer)).toBe("Wed Nov 25 01:02:03 2026");
    expect(startTime(42, "win32", answer)).toBe("Wed Nov 25 01:02:03 2026");
    expect(asked).toEqual(["ps -o lstart= -p 42", expect.stringMatching(/^powershell.exe .*Get-Process -Id 42/)]);
  });

  test("is not known of a process that is gone, or where nobody tells", () => {
    const fails = () => {
      throw new Error("no such process");
    };
    for (const platform of ["darwin", "win32"] as const) {
      expect(startTime(42, platform, fails)).toBeNull();
      expect(startTime(42, platform, () => "\n")).toBeNull();
    }
  });

  test.skipIf(!existsSync("/bin/ps"))("by ps is the same each time, and none once the process ended", async () => {
    const child = spawn("sleep", ["60"]);
    const pid = child.pid!;
    expect(startTime(pid, "darwin")).toMatch(/\d\d:\d\d:\d\d/);
    expect(startTime(pid, "darwin")).toBe(startTime(pid, "darwin"));
    child.kill();
    await once(child, "close");
    expect(startTime(pid, "darwin")).toBeNull();
  });
});

describe("paths", () => {
  test("the last name of a path, on Windows with both separators", () => {
    expect(lastName("C:\\models\\mine\\", win32)).toBe("mine");
    expect(lastName("models/mine", win32)).toBe("mine");
    expect(lastName("\\\\server\\share\\mine", win32)).toBe("mine");
    expect(lastName("models/mine/", posix)).toBe("mine");
    expect(lastName("a\\b", posix)).toBe("a\\b"); // one name, elsewhere
    for (const none of ["C:\\", "..", ".", "", "\\"]) expect(lastName(none, win32)).toBeNull();
    for (const none of ["/", "..", "a/.."]) expect(lastName(none, posix)).toBeNull();
  });

  test("data addresses with drive letters and backslashes keep their source whole", () => {
    expect(parseAddress("C:\\data\\x.npz#images")).toMatchObject({ source: "C:\\data\\x.npz", part: "images" });
    expect(parseAddress("C:\\faces#train/3")).toMatchObject({ source: "C:\\faces", part: "train", index: 3 });
    expect(withIndex(parseAddress("C:\\faces\\12"))).toBeNull();
    expect(withIndex(parseAddress("C:/faces/12"))).toMatchObject({ source: "C:/faces", index: 12 });
  });

  test("a model folder with spaces, accents and a backslash in its name is saved, replaced and loaded", async () => {
    for (const name of ["mit Leerzeichen", `${DECOMPOSED} 日本`, "back\\slash", "quote's", "-dash", "#hash"]) {
      const folder = path("names", name);
      await saveModel(folder, sampleModel(1), host);
      await saveModel(folder, sampleModel(2), host);
      expect((await loadModel(folder, host)).config.metrics).toEqual({ negativeElbo: 102 });
    }
    expect(readdirSync(path("names"))).toHaveLength(6); // no work folder is left
  });

  test("a file whose name is as long as names may be is written", async () => {
    for (const name of [`${"長".repeat(84)}.x`, `${"a".repeat(253)}.x`]) {
      await nodeFiles.write(path("long", name), "hello");
      expect(readFileSync(path("long", name), "utf8")).toBe("hello");
    }
  });

  test("the command takes paths with spaces, accents, quotes and signs of a shell", async () => {
    const folder = path(`cli ${COMPOSED} $HOME 'x'`);
    mkdirSync(folder);
    writeFileSync(`${folder}/bars (1).npz`, barsNpz(60));
    const flags = ["--latent", "2", "--epochs", "1", "--threads", "1"];
    const fit = await vaekit(["fit", `${folder}/bars (1).npz`, "--out", `${folder}/my model`, ...flags]);
    expect(fit).toMatchObject({ status: 0 });
    const drawn = await vaekit(["sample", "my model", "--out", "my samples.png"], { cwd: folder });
    expect(drawn).toMatchObject({ status: 0 });
    expect(existsSync(`${folder}/my samples.png`)).toBe(true);
  });
});

describe("names of files", () => {
  test("are what every system can hold", () => {
    expect(safeFileName('a/b\\c:d*e?"f<g>h|i\n')).toBe("a-b-c-d-e--f-g-h-i-");
    expect(safeFileName("CON")).toBe("_CON");
    expect(safeFileName("com1.png")).toBe("_com1.png");
    expect(safeFileName("console")).toBe("console");
    expect(safeFileName("..hidden")).toBe("hidden");
    expect(safeFileName(DECOMPOSED)).toBe(COMPOSED);
    expect(Buffer.byteLength(safeFileName("😀".repeat(200)))).toBe(180);
    expect(safeFileName("😀".repeat(200))).not.toMatch(/\p{Cs}/u); // no half of a character
  });

  test("that differ only in how an accent is stored get numbers", async () => {
    const names = [COMPOSED, DECOMPOSED, COMPOSED.toUpperCase(), "aux"];
    const pictures = { count: 4, height: 2, width: 2, channels: 1, pixels: new Uint8Array(16), names };
    await writePictures(`${path("accents")}/`, pictures, {}, host);
    expect(readdirSync(path("accents")).sort()).toEqual(
      ["_aux.png", `${COMPOSED}.png`, `${COMPOSED}-0001.png`, `${COMPOSED.toUpperCase()}-0002.png`].sort(),
    );
  });

  test("of folders are the same labels however their accents are stored", async () => {
    for (const [name, value] of Object.entries({ [`set/${COMPOSED}/a.png`]: 1, [`set/${DECOMPOSED}/b.png`]: 2 })) {
      mkdirSync(dirname(path(name)), { recursive: true });
      writeFileSync(path(name), await grey(value));
    }
    const data = await openDataset(path("set"), {}, host);
    expect(data.labels).toEqual({ names: [COMPOSED], indices: Int32Array.of(0, 0) });
    expect([0, 1].map((i) => data.id(i)).sort()).toEqual([`${COMPOSED}/a.png`, `${COMPOSED}/b.png`]);
    await data.close();
  });

  test("a part is found whichever way it is typed, in folders and in archives", async () => {
    mkdirSync(path("mac", DECOMPOSED), { recursive: true });
    writeFileSync(path("mac", DECOMPOSED, "a.png"), await grey(7));
    writeFileSync(path("mac.zip"), zipSync({ [`${DECOMPOSED}/a.png`]: await grey(7), "other/b.png": await grey(9) }));
    for (const source of ["mac", "mac.zip"]) {
      const data = await openDataset(`${path(source)}#${COMPOSED}`, {}, host);
      expect([data.count, data.id(0)]).toEqual([1, "a.png"]);
      await data.close();
    }
  });
});

test("downloads lie where the system keeps such things", () => {
  const local = { LOCALAPPDATA: "/Users/me/AppData/Local" };
  expect(cacheFolder(local, "win32")).toBe("/Users/me/AppData/Local/vaekit/cache");
  expect(cacheFolder(local, "linux")).toMatch(/\.cache\/vaekit$/);
  expect(cacheFolder({ ...local, XDG_CACHE_HOME: "/b" }, "win32")).toBe("/b/vaekit");
});
