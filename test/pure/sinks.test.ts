/** Tables and pictures going out, and latents coming back. */

import { describe, expect, test } from "vitest";
import { readLatents } from "../../src/data/latents.js";
import { fileNames } from "../../src/data/sinks/file-names.js";
import { contactSheet, enlarge } from "../../src/data/sinks/sheet.js";
import { pictureSinkFor, writePictures, writeTable } from "../../src/data/sinks/write.js";
import { MAX_NAME_BYTES } from "../../src/files/file-name.js";
import { openNpz, writeNpz } from "../../src/files/npz.js";
import { byteRanges } from "../../src/files/ranges.js";
import type { TableValues } from "../../src/host.js";
import { errorOf, parseDamaged } from "../helpers/damage.js";
import { memoryHost } from "../helpers/memory-host.js";

const table: TableValues = {
  count: 2,
  columns: {
    id: ["a,b.png", "c.png"],
    label: ["cat", null],
    nats: [1.5, 2],
    mu: { width: 3, values: Float32Array.of(0.1, -2, 3e-8, 4, 5, 6) },
  },
};
const text = async (path: string, host: ReturnType<typeof memoryHost>) =>
  new TextDecoder().decode(await host.files.read(path));

describe("a table", () => {
  test("is written as CSV with one column per number", async () => {
    const host = memoryHost();
    await writeTable("z.csv", table, host);
    expect(await text("z.csv", host)).toBe(
      'id,label,nats,mu_0,mu_1,mu_2\n"a,b.png",cat,1.5,0.1,-2,3e-8\nc.png,,2,4,5,6\n',
    );
  });

  test("is written as JSON lines", async () => {
    const host = memoryHost();
    await writeTable("z.jsonl", table, host);
    expect(JSON.parse((await text("z.jsonl", host)).split("\n")[1])).toEqual({
      id: "c.png",
      label: null,
      nats: 2,
      mu_0: 4,
      mu_1: 5,
      mu_2: 6,
    });
  });

  test("is written as NumPy arrays, one per column", async () => {
    const host = memoryHost();
    await writeTable("z.npz", { ...table, columns: { ...table.columns, rank: [1, 2] } }, host);
    const npz = await openNpz(byteRanges(await host.files.read("z.npz")), "z.npz");
    expect(npz.keys).toEqual(["id", "label", "nats", "mu", "rank"]);
    expect(await npz.read("mu")).toMatchObject({ type: "f4", shape: [2, 3] });
    expect((await npz.read("label")).values).toEqual(["cat", ""]);
    expect((await npz.read("nats")).type).toBe("f8");
    expect((await npz.read("rank")).type).toBe("i8");
  });

  test("whose column is too short is refused", async () => {
    const error = await errorOf(() => writeTable("z.csv", { count: 2, columns: { a: [1] } }, memoryHost()));
    expect(error.message).toBe('column "a": got 1 values, expected 2');
  });

  test("cannot be written under an unknown extension", async () => {
    const error = await errorOf(() => writeTable("z.xlsx", table, memoryHost()));
    expect([error.code, error.message, error.hint]).toEqual([
      "E_OUT",
      'z.xlsx: a table cannot be written as ".xlsx"',
      "Known: .csv, .tsv, .jsonl, .ndjson, .json, .txt, .npz.",
    ]);
    expect((await errorOf(() => pictureSinkFor("out/", memoryHost()))).message).toMatch(/as a folder/);
  });
});

describe("latents", () => {
  test.each(["z.csv", "z.jsonl", "z.npz"])("come back from %s as they were encoded", async (path) => {
    const host = memoryHost();
    await writeTable(path, table, host);
    expect(await readLatents(path, host)).toEqual({
      count: 2,
      width: 3,
      mu: Float32Array.of(0.1, -2, 3e-8, 4, 5, 6),
      ids: ["a,b.png", "c.png"],
    });
  });

  test("written by hand need only their columns, in any order", async () => {
    const host = memoryHost({ "z.csv": "z_1,note,z_0\n2,x,1\n4,y,3\n" });
    expect(await readLatents("z.csv", host)).toEqual({
      count: 2,
      width: 2,
      mu: Float32Array.of(1, 2, 3, 4),
      ids: ["0", "1"],
    });
    const npz = memoryHost({ "z.npz": writeNpz(new Map([["z", { shape: [1, 2], values: Float64Array.of(1, 2) }]])) });
    expect((await readLatents("z.npz", npz)).mu).toEqual(Float32Array.of(1, 2));
  });

  test.each([
    ["z.csv", "id,mu_0\na,one\n", 'z.csv: row 1, column "mu_0": got "one", expected a number'],
    ["z.csv", "mu_0\n1\n\n", 'z.csv: row 2, column "mu_0": got "", expected a number'],
    ["z.csv", "mu_0,mu_2\n1,2\n", "z.csv: no column mu_1, but 2 columns mu_0, mu_1..."],
    ["z.csv", "a,b\n1,2\n", "z.csv: no column mu_0 or z_0; it has a, b"],
    ["z.csv", "mu_0\n", "z.csv: no rows below the header"],
    ["z.csv", "mu_0\n1e60\n", 'z.csv: row 1, column "mu_0": got "1e60", expected a number'],
    ["z.jsonl", '{"mu_0":1}\n{"mu":1}\n', 'z.jsonl: row 2, column "mu_0": got nothing, expected a number'],
    ["z.txt", "1", "z.txt: latents are read from .csv, .jsonl or .npz files"],
  ])("of %s %j are refused with their place", async (path, content, message) => {
    const error = await errorOf(() => readLatents(path, memoryHost({ [path]: content })));
    expect(error.code).toBe("E_DATA");
    expect(error.message).toBe(message);
  });

  test("of damaged files give an error or finite numbers", async () => {
    const host = memoryHost();
    await writeTable("z.npz", table, host);
    const read = (path: string) => (bytes: Uint8Array) => readLatents(path, memoryHost({ [path]: bytes }));
    for (const { mu, count, width } of await parseDamaged(await host.files.read("z.npz"), read("z.npz"), 1000)) {
      expect(mu.length).toBe(count * width);
      expect(mu.every(Number.isFinite)).toBe(true);
    }
  });
});

describe("pictures", () => {
  const three = { count: 3, height: 1, width: 2, channels: 1, pixels: Uint8Array.of(1, 2, 3, 4, 5, 6) };

  test("lie on a sheet near square, with white between", () => {
    const sheet = contactSheet(three);
    expect([sheet.height, sheet.width]).toEqual([4, 6]);
    const w = 255;
    expect([...sheet.pixels]).toEqual([1, 2, w, w, 3, 4, w, w, w, w, w, w, w, w, w, w, w, w, 5, 6, w, w, w, w]);
    expect(contactSheet({ ...three, count: 1, pixels: Uint8Array.of(1, 2) }).pixels).toEqual(Uint8Array.of(1, 2));
    expect(contactSheet(three, 3)).toMatchObject({ height: 1, width: 10 });
  });

  test("are enlarged pixel by pixel", () => {
    const big = enlarge({ count: 1, height: 1, width: 2, channels: 3, pixels: Uint8Array.of(1, 2, 3, 4, 5, 6) }, 2);
    const row = [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6];
    expect(big).toMatchObject({ height: 2, width: 4 });
    expect([...big.pixels]).toEqual([...row, ...row]);
  });

  test("go into an npz file with their names", async () => {
    const host = memoryHost();
    await writePictures("x.npz", { ...three, names: ["a", "b", "c"] }, {}, host);
    const npz = await openNpz(byteRanges(await host.files.read("x.npz")), "x.npz");
    expect(await npz.read("images")).toEqual({ type: "u1", shape: [3, 1, 2, 1], values: three.pixels });
    expect((await npz.read("names")).values).toEqual(["a", "b", "c"]);
  });
});

describe("names of files", () => {
  test("are safe everywhere, and numbers where there are none", () => {
    expect(fileNames(4, ["a/b.png", 'clean: <7>?"*', "..hidden", ""])).toEqual([
      "a-b.png",
      "clean- -7----",
      "hidden",
      "0003",
    ]);
    expect(fileNames(2)).toEqual(["0000", "0001"]);
  });
  test("are never there twice, nor longer than a system takes, and stay as they are when made again", () => {
    const long = "x".repeat(300);
    const names = fileNames(5, ["a/b", "A-B", "a:b", long, `${long}y`]);
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(5);
    expect(Math.max(...names.map(({ length }) => length))).toBeLessThanOrEqual(MAX_NAME_BYTES);
    expect(fileNames(5, names)).toEqual(names);
  });
});
