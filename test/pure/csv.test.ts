/** Tables as text: what is written is read back; what is malformed is named by row, line and column. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readLatents } from "../../src/data/latents.js";
import { parseCsv, shortestFloat32, writeCsv } from "../../src/files/csv.js";
import { parseJsonl, writeJsonl } from "../../src/files/jsonl.js";
import { decodeText } from "../../src/files/text.js";
import { errorOf, parseDamaged } from "../helpers/damage.js";
import { memoryDisk } from "../helpers/memory-files.js";

describe("csv", () => {
  test("any text comes back", () => {
    const width = fc.integer({ min: 1, max: 4 });
    const table = width.chain((n) =>
      fc.array(fc.array(fc.string({ unit: "grapheme" }), { minLength: n, maxLength: n }), { minLength: 1 }),
    );
    fc.assert(
      fc.property(table, (rows) => {
        const header = rows[0].map((_, i) => `column ${i}`);
        expect(parseCsv(writeCsv(header, rows), "x.csv")).toEqual({ header, rows });
      }),
    );
  });

  test("any float32 comes back bit for bit, in few digits", () => {
    expect(shortestFloat32(Math.fround(0.1))).toBe(0.1);
    fc.assert(
      fc.property(fc.float({ noNaN: true }), (value) => {
        expect(
          Math.fround(
            Number(parseCsv(writeCsv(["x"], [[shortestFloat32(value)]]).replace("inf", "Infinity"), "x").rows[0][0]),
          ),
        ).toBe(value);
      }),
    );
  });

  test("Windows line ends, a byte order mark, quoted commas, quotes and lines", () => {
    const { header, rows } = parseCsv('\uFEFFid,name\r\n1,"a, b"\r\n2,"say ""hi""\nthere"', "x.csv");
    expect(header).toEqual(["id", "name"]);
    expect(rows).toEqual([
      ["1", "a, b"],
      ["2", 'say "hi"\nthere'],
    ]);
  });

  test("null is an empty field, and numbers that are none are written as NumPy reads them", () => {
    expect(
      writeCsv(
        ["a", "b"],
        [
          [null, Number.NaN],
          [Number.NEGATIVE_INFINITY, -0],
        ],
      ),
    ).toBe("a,b\n,nan\n-inf,-0\n");
  });

  test.each([
    ["a row too short", "a,b\n1,2\n3\n", "x.csv: row 2 (line 3): got 1 fields, expected 2"],
    [
      "a row too long behind a quoted line break",
      'a,b\n"1\n1",2\n3,4,5\n',
      "x.csv: row 2 (line 4): got 3 fields, expected 2",
    ],
    ["a quote inside a field", 'a,b\n1,2"3\n', "x.csv: line 2: a quote inside an unquoted field"],
    ["text behind a quoted field", 'a,b\n1,"2"3\n', "x.csv: line 2: expected a comma or the end of the line"],
    ["a quote that never ends", 'a,b\n1,"2\n3,4\n', "x.csv: line 2: a quoted field that never ends"],
    ["a name twice", "a,a\n1,2\n", 'x.csv: line 1: column "a" is there twice'],
    ["nothing", "", "x.csv: empty file, expected a header line"],
  ])("%s is told where it is", async (_what, text, message) => {
    const error = await errorOf(() => parseCsv(text, "x.csv"));
    expect(error.code).toBe("E_FILE");
    expect(error.message).toBe(message);
  });

  test("a hundred thousand columns are no more than many", async () => {
    const header = Array.from({ length: 100_000 }, (_, i) => `mu_${i}`);
    const text = `${header.join(",")}\n${header.map(() => "1").join(",")}\n`;
    expect(parseCsv(text, "x.csv").rows[0].length).toBe(header.length);
    const disk = memoryDisk();
    const { host, files } = disk.process();
    await files.write("z.csv", text);
    expect(await readLatents("z.csv", host)).toMatchObject({ count: 1, width: header.length });
  });

  test("damaged files give an error or rows as wide as the header", async () => {
    const bytes = new TextEncoder().encode(
      writeCsv(
        ["id", "mu_0"],
        Array.from({ length: 20 }, (_, i) => [`a "${i}"`, i / 7]),
      ),
    );
    for (const { header, rows } of await parseDamaged(bytes, (damaged) => parseCsv(decodeText(damaged, "x"), "x"))) {
      for (const row of rows) expect(row.length).toBe(header.length);
    }
  });
});

describe("json lines", () => {
  test("objects come back, one a line", () => {
    const rows = [
      { id: "a\nb", nats: 1.5 },
      { id: "c", nats: null },
    ];
    expect(parseJsonl(writeJsonl(rows), "x.jsonl")).toEqual(rows);
  });

  test("a line that is no object is named", async () => {
    expect((await errorOf(() => parseJsonl('{"a":1}\n[1]\n', "x.jsonl"))).message).toBe(
      "x.jsonl: line 2: expected a JSON object, got [1]",
    );
    expect((await errorOf(() => parseJsonl("{", "x.jsonl"))).message).toMatch(/line 1: no JSON/);
  });

  test("text that is not UTF-8 is refused", async () => {
    expect((await errorOf(() => decodeText(Uint8Array.of(0xff, 0xfe, 0x41), "x.csv"))).message).toBe(
      "x.csv: not a text file in UTF-8",
    );
  });
});
