/** Tables going out in batches: what is written reads back the same, is there whole or not at all, and may be long. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openTable, writeTable } from "../../src/data/sinks/write.js";
import { openNpz } from "../../src/files/npz.js";
import { byteRanges } from "../../src/files/ranges.js";
import type { TableColumn, TableOptions, TableValues } from "../../src/host.js";
import { nodeHost } from "../../src/node/host.js";
import { errorOf } from "../helpers/damage.js";
import { memoryHost } from "../helpers/memory-host.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";
import { readAll, readTable, withTable } from "../helpers/tables.js";

const { path } = temporaryFolder();
const host = nodeHost();
const text = (name: string) => readFileSync(path(name), "utf8");

const columns: readonly TableColumn[] = [
  { name: "id", type: "text" },
  { name: "n", type: "number" },
  { name: "k", type: "integer" },
  { name: "is", type: "boolean" },
  { name: "day", type: "date" },
  { name: "at", type: "timestamp" },
  { name: "mu", type: "number", width: 2 },
];
const moment = Date.UTC(2024, 0, 31, 10, 20, 30, 500);
const first: TableValues = {
  count: 2,
  columns: {
    id: ["a,b", null],
    n: Float64Array.of(0.1, -3e-8),
    k: Int32Array.of(1, -2),
    is: [true, null],
    day: Float64Array.of(moment, Number.NaN),
    at: [moment, "2024-01-31 10:00:00"],
    mu: { width: 2, values: Float32Array.of(0.1, 2, 3, 4) },
  },
};
const second: TableValues = {
  count: 1,
  columns: {
    id: [" x "],
    n: ["1.5"],
    k: ["7"],
    is: ["false"],
    day: ["2024-02-29"],
    at: [null],
    mu: { width: 2, values: Float32Array.of(5, 6) },
  },
};

async function written(name: string, batches: readonly TableValues[], options: TableOptions = {}, of = columns) {
  const writer = await openTable(path(name), of, options, host);
  try {
    for (const batch of batches) await writer.write(batch);
    await writer.close();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

describe("batches", () => {
  test("become csv", async () => {
    await written("b.csv", [first, second]);
    expect(text("b.csv")).toBe(
      'id,n,k,is,day,at,mu_0,mu_1\n"a,b",0.1,1,true,2024-01-31,2024-01-31 10:20:30.500,0.1,2\n' +
        ',-3e-8,-2,,,2024-01-31 10:00:00,3,4\n" x ",1.5,7,false,2024-02-29,,5,6\n',
    );
    await written("b.csv.gz", [first, second]);
    expect(gunzipSync(readFileSync(path("b.csv.gz"))).toString()).toBe(text("b.csv"));
  });

  test("become tsv, whose commas need no quotes", async () => {
    await written("b.tsv", [first]);
    expect(text("b.tsv").split("\n")[1]).toBe("a,b\t0.1\t1\ttrue\t2024-01-31\t2024-01-31 10:20:30.500\t0.1\t2");
    expect((await readTable(path("b.tsv"))).rows[1].slice(0, 4)).toEqual([null, "-3e-8", "-2", null]);
  });

  test("become JSON of the types of their columns", async () => {
    await written("b.json", [first, second]);
    const rows = JSON.parse(text("b.json"));
    expect(rows[0]).toEqual({
      id: "a,b",
      n: 0.1,
      k: 1,
      is: true,
      day: "2024-01-31",
      at: "2024-01-31 10:20:30.500",
      mu_0: 0.1,
      mu_1: 2,
    });
    expect(rows[2]).toMatchObject({ id: " x ", n: 1.5, k: 7, is: false, at: null });
    await written("b.jsonl", [first, second]);
    expect(
      text("b.jsonl")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual(rows);
  });

  test("become Parquet with typed columns", async () => {
    await written("b.parquet", [first, second]);
    const { types, rows } = await readTable(path("b.parquet"));
    expect(types).toEqual(["text", "number", "integer", "boolean", "date", "timestamp", "number", "number"]);
    expect(rows).toEqual([
      ["a,b", "0.1", "1", "true", "2024-01-31", "2024-01-31 10:20:30.5", "0.1", "2"],
      [null, "-3e-08", "-2", null, null, "2024-01-31 10:00:00", "3", "4"],
      [" x ", "1.5", "7", "false", "2024-02-29", null, "5", "6"],
    ]);
  });

  test("become one array per column in npz", async () => {
    const of = columns.filter(({ name }) => ["n", "mu", "is"].includes(name));
    await written("b.npz", [first, { ...second, columns: { ...second.columns, n: [1.5], is: [false] } }], {}, of);
    const npz = await openNpz(byteRanges(readFileSync(path("b.npz"))), "b.npz");
    expect(await npz.read("mu")).toMatchObject({ shape: [3, 2], values: Float32Array.of(0.1, 2, 3, 4, 5, 6) });
    expect((await npz.read("n")).values).toEqual(Float64Array.of(0.1, -3e-8, 1.5));
    expect((await npz.read("is")).values).toEqual(Float64Array.of(1, Number.NaN, 0));
  });

  test("that are none leave a header, or an empty array", async () => {
    for (const name of ["e.csv", "e.json", "e.jsonl", "e.parquet"]) await written(name, []);
    expect([text("e.csv"), text("e.json"), text("e.jsonl")]).toEqual(["id,n,k,is,day,at,mu_0,mu_1\n", "[]\n", ""]);
    expect((await errorOf(() => readTable(path("e.parquet")))).message).toMatch(/no rows/);
  });

  test("are written in a page as well", async () => {
    const page = memoryHost();
    for (const name of ["p.csv", "p.tsv.gz", "p.json"]) {
      const writer = await openTable(name, columns, {}, page);
      await writer.write(first);
      expect(await page.files.stat(name)).toBeNull();
      await writer.close();
      expect((await page.files.stat(name))!.size).toBeGreaterThan(100);
    }
  });
});

describe("formulas", () => {
  const of: readonly TableColumn[] = [{ name: "=x", type: "text" }];
  const cells = ["=1+1", "+1", "-1.5e3", "-a", "@b", "\tc", "ok", "-", 5, null];
  const rows: TableValues = { count: cells.length, columns: { "=x": cells } };

  test("stay as they are", async () => {
    await written("f.csv", [rows], {}, of);
    expect((await readTable(path("f.csv"), { header: true })).rows.flat()).toEqual(
      cells.map((cell) => cell && `${cell}`),
    );
  });

  test("become texts on request, numbers never", async () => {
    await written("f.csv", [rows], { escapeFormulas: true }, of);
    expect(text("f.csv")).toBe("'=x\n'=1+1\n+1\n-1.5e3\n'-a\n'@b\n'\tc\nok\n'-\n5\n\n");
  });
});

describe("a file", () => {
  const formats = ["w.csv", "w.csv.gz", "w.json", "w.parquet", "w.npz"];

  test.each(formats)("%s is there once it is closed, and the old one until then", async (name) => {
    writeFileSync(path(name), "old");
    const writer = await openTable(path(name), [{ name: "a", type: "number" }], {}, host);
    await writer.write({ count: 1, columns: { a: [1] } });
    expect(text(name)).toBe("old");
    await writer.close();
    expect(text(name)).not.toBe("old");
    await writer.abort();
    expect(existsSync(path(name))).toBe(true);
  });

  test.each(formats)("%s that is given up leaves nothing", async (name) => {
    const aborted = `aborted-${name}`;
    const before = readdirSync(path(""));
    const writer = await openTable(path(aborted), [{ name: "a", type: "number" }], {}, host);
    await writer.write({ count: 1, columns: { a: [1] } });
    await writer.abort();
    await writer.abort();
    expect(readdirSync(path(""))).toEqual(before);
  });

  test.each(["x.csv", "x.parquet"])("%s below a file is refused before there are rows", async (name) => {
    writeFileSync(path("file"), "");
    const error = await errorOf(() => openTable(path("file", name), [{ name: "a", type: "text" }], {}, host));
    expect(error.code).toBe("E_OUT");
    expect(error.message).toContain(path("file", name));
  });

  test("is written of nothing but whole columns of distinct names", async () => {
    const before = readdirSync(path(""));
    const twice = [
      { name: "mu", type: "number", width: 1 },
      { name: "mu_0", type: "number" },
    ] as const;
    for (const name of ["t.csv", "t.json", "t.parquet"]) {
      expect((await errorOf(() => openTable(path(name), twice, {}, host))).message).toBe(
        'column "mu_0" is there twice',
      );
      const bad = errorOf(() =>
        written(name, [{ count: 2, columns: { a: [1] } }], {}, [{ name: "a", type: "number" }]),
      );
      expect((await bad).message).toBe('column "a": got 1 values, expected 2');
    }
    expect((await errorOf(() => writeTable(path("t.csv"), { count: 1, columns: { a: [] } }, host))).code).toBe(
      "E_SHAPE",
    );
    expect(readdirSync(path("")).filter((name) => !before.includes(name))).toEqual([]);
  });

  test.each([
    ["number", "x", 'row 2, column "a": got "x", expected number'],
    ["integer", 1.5, 'row 2, column "a": got 1.5, expected integer'],
    ["boolean", "maybe", 'row 2, column "a": got "maybe", expected boolean'],
    ["date", "2024-02-30", "2024-02-30"],
  ] as const)("of Parquet refuses a %s that is %j", async (type, cell, message) => {
    const good = { number: "1", integer: "1", boolean: "1", date: "2024-01-01" }[type];
    const writer = await openTable(path("bad.parquet"), [{ name: "a", type }], {}, host);
    const error = await errorOf(async () => {
      await writer.write({ count: 1, columns: { a: [good] } });
      await writer.write({ count: 1, columns: { a: [cell] } });
      await writer.close();
    });
    await writer.abort();
    expect(error.code).toBe("E_DATA");
    expect(error.message).toContain(message);
    expect(existsSync(path("bad.parquet"))).toBe(false);
  });
});

describe("what is written", () => {
  /** Texts that are not numbers or dates, and that csv may hold: any sign but NUL, and whole characters. */
  const word = fc
    .oneof(
      fc.string({ unit: "grapheme", maxLength: 12 }),
      fc.constantFrom(",", '"', "\n", "a\r\nb", " x ", "é😀", "'", ";"),
    )
    .filter((drawn) => !drawn.includes("\0"));
  const number = fc.double({ noNaN: true, noDefaultInfinity: true });
  const cells = (count: number) =>
    fc.oneof(
      fc.tuple(fc.constant("text" as const), fc.array(fc.option(word), { minLength: count, maxLength: count })),
      fc.tuple(fc.constant("number" as const), fc.array(fc.option(number), { minLength: count, maxLength: count })),
      fc.tuple(
        fc.constant("integer" as const),
        fc.array(fc.option(fc.maxSafeInteger()), { minLength: count, maxLength: count }),
      ),
      fc.tuple(
        fc.constant("boolean" as const),
        fc.array(fc.option(fc.boolean()), { minLength: count, maxLength: count }),
      ),
    );
  const tables = fc.integer({ min: 1, max: 8 }).chain((count) =>
    fc.array(cells(count), { minLength: 1, maxLength: 4 }).chain((drawn) =>
      fc
        .uniqueArray(
          fc
            .string({ unit: "grapheme", minLength: 1, maxLength: 8 })
            .filter((name) => name.trim() === name && !/\p{Cc}/u.test(name)),
          {
            minLength: drawn.length,
            maxLength: drawn.length,
            selector: (name) => name.toLowerCase(),
          },
        )
        .map((names) => ({ count, names, drawn })),
    ),
  );

  test.each(["r.csv", "r.tsv", "r.csv.gz", "r.json", "r.jsonl", "r.parquet"])(
    "as %s reads back the same",
    async (name) => {
      await fc.assert(
        fc.asyncProperty(tables, async ({ count, names, drawn }) => {
          const table = { count, columns: Object.fromEntries(names.map((column, i) => [column, drawn[i][1]])) };
          const of = names.map((column, i): TableColumn => ({ name: column, type: drawn[i][0] }));
          await written(name, [table], {}, of);
          const isText = /sv/.test(name);
          const read = await readTable(
            path(name),
            isText ? { header: true, delimiter: name === "r.tsv" ? "\t" : "," } : {},
          );
          const missingColumns = read.names.length < names.length; // JSON of nothing but nulls still has its names
          expect(missingColumns).toBe(false);
          expect(read.names).toEqual(names);
          read.rows.forEach((row, r) => {
            row.forEach((cell, c) => {
              const [type, values] = drawn[c];
              const value = values[r];
              if (value === null) expect(cell).toBeNull();
              else if (type === "number" || type === "integer")
                expect(Number(cell)).toBe(value === 0 ? Number(cell) : value);
              else expect(cell).toBe(String(value));
            });
          });
          expect(read.rows.length).toBe(count);
        }),
        { numRuns: 30 },
      );
    },
  );

  test.each(["case.csv", "case.json"])("as %s may have names that differ in case alone", async (name) => {
    const table = { count: 2, columns: { a: [1, 2], A: ["x", null], A_1: [true, false], b: [null, null] } };
    await writeTable(path(name), table, host);
    const { names, rows } = await readTable(path(name));
    expect(names).toEqual(["a", "A", "A_1", "b"]);
    expect(rows).toEqual([
      ["1", "x", "true", null],
      ["2", null, "false", null],
    ]);
  });

  test("as Parquet may not, but files of others may", async () => {
    const error = await errorOf(() => writeTable(path("c.parquet"), { count: 1, columns: { aa: [1], AA: [2] } }, host));
    expect([error.code, error.message]).toEqual([
      "E_OUT",
      `${path("c.parquet")}: columns "aa" and "AA" differ in case alone, which is not written as Parquet`,
    ]);
    await writeTable(path("c.parquet"), { count: 1, columns: { aa: [1], bb: ["x"], cc: [2] } }, host);
    const bytes = readFileSync(path("c.parquet"), "latin1").replaceAll("bb", "AA");
    writeFileSync(path("c.parquet"), bytes, "latin1");
    expect(await readTable(path("c.parquet"))).toMatchObject({ names: ["aa", "AA", "cc"], rows: [["1", "x", "2"]] });
  });

  test.each(["l.csv", "l.jsonl", "l.parquet"])("in many batches as %s comes back in order", async (name) => {
    const [batches, size] = [30, name === "l.parquet" ? 20_000 : 5_000]; // Parquet is made of parts of 500,000 rows
    const of: readonly TableColumn[] = [
      { name: "i", type: "integer" },
      { name: "s", type: "text" },
    ];
    const writer = await openTable(path(name), of, {}, host);
    for (let b = 0; b < batches; b++) {
      const i = Int32Array.from({ length: size }, (_, k) => b * size + k);
      await writer.write({ count: size, columns: { i, s: Array.from(i, (number) => `text ${number}`) } });
    }
    await writer.close();
    await withTable(path(name), async (table) => {
      expect(table.count).toBe(batches * size);
      const { columns: read } = await readAll(table, [
        { column: "i", as: "number", decimal: ".", missing: [] },
        { column: "s", as: "text", missing: [] },
      ]);
      expect(read[0].every((number, i) => number === i)).toBe(true);
      expect(read[1].every((cell, i) => cell === `text ${i}`)).toBe(true);
    });
  });
});
