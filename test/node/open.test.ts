/** Opening what people have on their disk: folders, archives, lists, and data sets by name. */

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { zipSync } from "fflate";
import { describe, expect, test, vi } from "vitest";
import type { OpenOptions } from "../../src/data/dataset.js";
import { openDataset } from "../../src/data/open.js";
import { nodeHost } from "../../src/node/host.js";
import { openSpool } from "../../src/node/sources/spool.js";
import { saveModel } from "../../src/store/folder.js";
import { errorOf } from "../helpers/damage.js";
import { plain, temporaryFolder } from "../helpers/pictures-on-disk.js";
import { sampleModel } from "../helpers/saved-models.js";

const { path } = temporaryFolder();
const host = nodeHost();
const open = (text: string, options: OpenOptions = {}) => openDataset(text, options, host);
const grey = (value: number, side = 8) => plain(side, side, [value]).png().toBuffer();

/** Writes files below the temporary folder. */
async function write(files: Record<string, Promise<Uint8Array> | Uint8Array | string>): Promise<void> {
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), await bytes);
  }
}

describe("a folder of pictures", () => {
  test("opens in the order of names, labelled by the folder each lies in", async () => {
    await write({
      "pets/dog/b.png": grey(3),
      "pets/cat/2.jpg": plain(8, 8, [2]).jpeg().toBuffer(),
      "pets/cat/1.PNG": grey(1),
    });
    await write({ "pets/readme.txt": "not a picture", "pets/.hidden/x.png": grey(9), "pets/__MACOSX/y.png": grey(9) });
    const data = await open(path("pets"));
    expect([0, 1, 2].map((i) => data.id(i))).toEqual(["cat/1.PNG", "cat/2.jpg", "dog/b.png"]);
    expect(data.labels).toEqual({ names: ["cat", "dog"], indices: Int32Array.of(0, 0, 1) });
    expect(data.schema.fields.image).toEqual({ kind: "image", height: 8, width: 8, channels: 1 });
    const { image } = await data.read([2, 0]);
    expect([image[0], image[64]]).toEqual([3, 1]);
    expect(data.notices).toEqual([]);
    expect((await open(`${path("pets")}#cat`)).labels).toBeNull();
    expect((await open(path("pets", "1"))).id(0)).toBe("cat/2.jpg");
    expect((await errorOf(() => open(`${path("pets")}#bird`))).hint).toBe("Its folders: cat, dog.");
    expect((await errorOf(() => open(`${path("pets")}#../pets`))).code).toBe("E_DATA");
  });

  test("without folders in it has no labels", async () => {
    await write({ "flat/a.png": grey(1), "flat/b.png": grey(2) });
    expect((await open(path("flat"))).labels).toBeNull();
  });

  test("with broken files skips, counts and names them", async () => {
    await write({
      "some/a.png": grey(1),
      "some/b.png": (await grey(2)).subarray(0, 30),
      "some/c.jpg": "hello",
      "some/d.png": grey(4),
    });
    const told: string[] = [];
    const data = await open(path("some"), { onNotice: (notice) => told.push(notice) });
    expect(data.count).toBe(2);
    expect([data.id(0), data.id(1)]).toEqual(["a.png", "d.png"]);
    expect(data.notices[0]).toMatch(
      /2 of 4 pictures cannot be read and are skipped: b\.png: cannot be decoded .*; c\.jpg: no PNG/,
    );
    expect(told).toEqual(data.notices);
  });

  test("that is empty, holds no picture, or only broken ones, says which", async () => {
    mkdirSync(path("empty"));
    expect((await errorOf(() => open(path("empty")))).message).toBe(
      `${path("empty")}: an empty folder, expected pictures`,
    );
    await write({ "texts/a.txt": "a", "texts/b.bmp": "b" });
    const error = await errorOf(() => open(path("texts")));
    expect([error.code, error.message]).toEqual([
      "E_DATA",
      `${path("texts")}: no picture among 2 files, 1 of them pictures in other formats (b.bmp...)`,
    ]);
    await write({ "broken/a.png": "a", "broken/b.png": "b" });
    expect((await errorOf(() => open(path("broken")))).message).toMatch(
      /none of its 2 pictures can be decoded; the first: a\.png: no PNG/,
    );
    expect((await errorOf(() => open(path("broken"), { size: 8, channels: 1 }))).code).toBe("E_DATA");
  });

  test("of many sizes is brought to one, and says so once", async () => {
    await write({ "mixed/a.png": grey(1, 30), "mixed/b.png": grey(2, 40), "mixed/c.png": grey(3, 500) });
    const data = await open(path("mixed"));
    expect(data.schema.fields.image).toMatchObject({ height: 32, width: 32 });
    expect(data.notices).toEqual([
      `${path("mixed")}: all pictures have another size; they are cropped and resized to 32x32`,
    ]);
    expect((await open(path("mixed"), { size: [10, 20] })).schema.fields.image).toMatchObject({
      height: 10,
      width: 20,
    });
    await write({ "large/a.png": grey(1, 300) });
    expect((await open(path("large"))).schema.fields.image).toMatchObject({ height: 64, width: 64 });
  });

  test("in colour has three channels; grey pictures stored in colour have one", async () => {
    await write({ "colour/a.png": grey(1), "colour/b.png": plain(8, 8, [200, 10, 10]).png().toBuffer() });
    expect((await open(path("colour"))).schema.fields.image).toMatchObject({ channels: 3 });
    expect((await open(path("colour"), { channels: 1 })).schema.fields.image).toMatchObject({ channels: 1 });
    await write({ "greyish/a.png": plain(8, 8, [90, 90, 90]).png().toBuffer() });
    expect((await open(path("greyish"))).schema.fields.image).toMatchObject({ channels: 1 });
    expect((await open(path("greyish"), { channels: 3 })).schema.fields.image).toMatchObject({ channels: 3 });
  });

  test("whose links go in a circle ends", async () => {
    await write({ "circle/a/x.png": grey(1) });
    symlinkSync(path("circle"), path("circle/a/up"));
    symlinkSync(path("circle/b.png"), path("circle/b.png"));
    symlinkSync(path("nowhere"), path("circle/c.png"));
    expect((await open(path("circle"))).count).toBe(1);
  });

  test.skipIf(process.platform === "win32")("is not waited for where a pipe lies in it", async () => {
    await write({ "pipes/a.png": grey(1) });
    spawnSync("mkfifo", [path("pipes/b.png")]);
    expect((await open(path("pipes"))).count).toBe(1);
  });

  test("gives a seeded sample with the classes of all", async () => {
    await write(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`twenty/${i % 4}/${i}.png`, grey(i)])));
    const data = await open(path("twenty"), { limit: 5, seed: 3 });
    expect(data.count).toBe(5);
    expect(data.labels?.names).toEqual(["0", "1", "2", "3"]);
    const { image } = await data.read([0, 1, 2, 3, 4]);
    for (let i = 0; i < 5; i++) expect(data.id(i)).toBe(`${image[i * 64] % 4}/${image[i * 64]}.png`);
    expect((await open(path("twenty"), { limit: 5, seed: 3 })).fingerprint).toBe(data.fingerprint);
    expect((await open(path("twenty"), { limit: 5, seed: 4 })).fingerprint).not.toBe(data.fingerprint);
  });

  test("stops when it is told to", async () => {
    const stop = AbortSignal.abort();
    expect((await errorOf(() => open(path("twenty"), { size: 9, channels: 3, signal: stop }))).code).toBe(
      "E_INTERRUPTED",
    );
  });
});

describe("decoded pixels", () => {
  const items = (count: number) =>
    Array.from({ length: count }, (_, i) => ({
      id: `${i}.png`,
      label: null,
      stamp: "1",
      size: 9 * 2 ** 20, // not a small set
      read: () => (i === 1 ? Promise.resolve(new Uint8Array(3)) : grey(i, 4)),
    }));
  const size = { height: 4, width: 4, channels: 1 } as const;

  test.each([
    ["in memory", undefined],
    ["on the disk", 20],
  ])("are kept %s, and the next open decodes nothing", async (_where, memoryBytes) => {
    const key = `k${memoryBytes}`;
    const request = { key, name: "items", options: {}, ...(memoryBytes ? { memoryBytes } : {}) };
    const first = await openSpool(items(4), size, request);
    const broken = items(4).map((item) => ({ ...item, read: () => Promise.reject(new Error("asked again")) }));
    const second = await openSpool(broken, size, request);
    for (const { dataset, kept } of [first, second]) {
      expect(dataset.count).toBe(3);
      expect([...kept]).toEqual([0, 2, 3]);
      const { image } = await dataset.read([2, 1]);
      expect([image[0], image[16]]).toEqual([3, 2]);
      expect(dataset.notices[0]).toMatch(/1 of 4 pictures cannot be read/);
      expect((await errorOf(() => dataset.read([3]))).message).toBe("items: no record 3, it has 3 (0..2)");
      await dataset.close();
    }
    const file = path("cache/pictures", `${key}.u8`);
    truncateSync(file, statSync(file).size - 1);
    await (await openSpool(items(4), size, request)).dataset.close(); // a file that is not whole is made anew
    await (await openSpool(broken, size, request)).dataset.close();
  });

  test("are made anew when a file changed", async () => {
    await write({ "change/a.png": grey(1), "change/b.png": grey(2) });
    const before = await open(path("change"));
    await write({ "change/a.png": grey(7) });
    utimesSync(path("change/a.png"), 1, 1);
    const after = await open(path("change"));
    expect((await after.read([0])).image[0]).toBe(7);
    expect(after.fingerprint).not.toBe(before.fingerprint);
  });

  test("are used without a cache where none can be written", async () => {
    writeFileSync(path("no-cache"), "a file");
    vi.stubEnv("VAEKIT_CACHE", path("no-cache"));
    const { dataset } = await openSpool(items(4), size, { key: "k", name: "items", options: {} });
    vi.stubEnv("VAEKIT_CACHE", path("cache"));
    expect(dataset.count).toBe(3);
    expect(dataset.notices.join()).toMatch(/decoded pictures are not kept for the next time: .*no-cache/);
  });
});

describe("an archive of pictures", () => {
  test("opens whole or by one of its folders", async () => {
    const files = {
      "train/cat/1.png": await grey(1),
      "train/dog/2.png": await grey(2),
      "test/cat/3.png": await grey(3),
    };
    await write({
      "faces.zip": zipSync({ ...files, "__MACOSX/train/._1.png": new Uint8Array(4), "notes.txt": new Uint8Array(2) }),
    });
    const data = await open(`${path("faces.zip")}#train`);
    expect([data.count, data.id(0), data.id(1)]).toEqual([2, "cat/1.png", "dog/2.png"]);
    expect(data.labels).toEqual({ names: ["cat", "dog"], indices: Int32Array.of(0, 1) });
    expect((await open(path("faces.zip"))).count).toBe(3);
    expect((await open(`${path("faces.zip")}#test/0`)).id(0)).toBe("cat/3.png");
    expect((await errorOf(() => open(`${path("faces.zip")}#valid`))).hint).toBe("Folders in it: train, test.");
  });

  test("that is broken, harmful or holds no picture is refused", async () => {
    await write({
      "cut.zip": zipSync({ "a.png": await grey(1) }).subarray(0, 60),
      "none.zip": zipSync({ "a.txt": new Uint8Array(1) }),
    });
    await write({ "slip.zip": zipSync({ "../a.png": await grey(1) }) });
    expect((await errorOf(() => open(path("cut.zip")))).code).toBe("E_FILE");
    expect((await errorOf(() => open(path("none.zip")))).message).toMatch(/no picture among 1 files/);
    expect((await errorOf(() => open(path("slip.zip")))).message).toMatch(/would leave its folder/);
  });
});

describe("other places", () => {
  test("one picture file opens, also without an extension", async () => {
    await write({ "one.png": grey(5), one: grey(6), "fake.png": "<svg/>" });
    expect((await (await open(path("one.png"))).read([0])).image[0]).toBe(5);
    expect((await open(path("one"))).count).toBe(1);
    expect((await errorOf(() => open(path("fake.png")))).message).toMatch(
      /its picture cannot be decoded: fake\.png: no PNG/,
    );
    expect((await errorOf(() => open(`${path("one.png")}/1`))).message).toMatch(/no record 1, it has 1/);
  });

  test("a file whose name holds a # opens by its name", async () => {
    await write({ "a#b.png": grey(5) });
    expect((await open(path("a#b.png"))).count).toBe(1);
  });

  test("paths on standard input open in their order", () => {
    const script = `
      import { openDataset } from "./src/data/open.js";
      import { nodeHost } from "./src/node/host.js";
      openDataset("-", {}, nodeHost()).then(
        async (data) => process.stdout.write([data.count, data.id(0), (await data.read([0])).image[0]].join()),
        (error) => process.stdout.write(error.code + " " + error.message),
      );`;
    const run = (input: string) =>
      spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], { input, encoding: "utf8" })
        .stdout;
    expect(run(`${path("one")}\n\n${path("one.png")}\r\n`)).toBe(`2,${path("one")},6`);
    expect(run("missing.png\n")).toBe("E_PATH standard input: line 1: no such file: missing.png");
    expect(run("")).toMatch(/^E_DATA standard input: no paths of pictures/);
  });
});

describe("mnist by name", () => {
  test("comes from the installed package, with parts train and test", async () => {
    const test = await open("mnist#test");
    expect([test.count, test.labels?.names.length]).toEqual([10_000, 10]);
    expect(test.schema.fields.image).toEqual({ kind: "image", height: 28, width: 28, channels: 1 });
    const one = await open("mnist#test/3");
    expect([one.id(0), one.labels?.names[one.labels.indices[0]]]).toEqual(["3", "0"]);
    expect((await errorOf(() => open("mnist#valid"))).hint).toBe("It has test, train.");
  });

  test("a batch of 128 is read in well under a millisecond", async () => {
    const data = await open("mnist#test");
    const indices = Uint32Array.from({ length: 128 }, (_, i) => (i * 71) % data.count);
    for (let i = 0; i < 200; i++) data.read(indices);
    const started = performance.now();
    for (let i = 0; i < 100; i++) data.read(indices);
    expect((performance.now() - started) / 100).toBeLessThan(1); // 0.03 ms on a quiet machine
  });

  test("a model folder with that name does not hide it, and is no pictures itself", async () => {
    await saveModel(path("results/mnist"), sampleModel(), nodeHost());
    await write({ "results/mnist/samples.png": grey(1) });
    const before = process.cwd();
    try {
      process.chdir(path("results"));
      expect((await open("mnist#test")).count).toBe(10_000);
      expect((await errorOf(() => open("./mnist"))).message).toBe("./mnist: a model folder, expected pictures");
    } finally {
      process.chdir(before);
    }
  });

  test("a folder of pictures with that name comes first", async () => {
    await write({ "work/mnist/a.png": grey(1), "work/other/mnist/readme.txt": "x" });
    const before = process.cwd();
    try {
      process.chdir(path("work"));
      expect((await open("mnist")).count).toBe(1);
    } finally {
      process.chdir(before);
    }
  });
});

const data = resolve(process.env.VAEKIT_DATA ?? join(import.meta.dirname, "../../../shared/data"));
describe.skipIf(!existsSync(join(data, "images")))("real data (skipped: no data, unless VAEKIT_DATA names it)", () => {
  test("Fashion-MNIST opens from its four gzipped files", async () => {
    const fashion = await open(`${join(data, "images/fashion-mnist")}#test`);
    expect([fashion.count, fashion.labels?.names.length]).toEqual([10_000, 10]);
  });

  test("the Frey faces open in their own size", async () => {
    const faces = await open(join(data, "images/freyfaces"), { limit: 40 });
    expect(faces.schema.fields.image).toEqual({ kind: "image", height: 28, width: 20, channels: 1 });
  });

  test("CIFAR-10 opens from an archive of JPEG files", async () => {
    const cifar = await open(`${join(data, "images/cifar10-test.zip")}#test`, { limit: 50 });
    expect(cifar.schema.fields.image).toEqual({ kind: "image", height: 32, width: 32, channels: 3 });
    expect(cifar.labels?.names).toContain("truck");
  });
});

test("a host names its devices when another is asked for", async () => {
  const error = await errorOf(() => host.engine("cuda"));
  expect([error.code, error.message, error.hint]).toEqual(["E_DEVICE", 'no device "cuda" here', "Known: cpu, wasm."]);
  expect(await host.digest(new Uint8Array(0))).toMatch(/^e3b0c44298fc1c14/);
});
