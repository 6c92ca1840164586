/** Text before it is tokens: which encoding its bytes are in, where its records end, and texts as a table of one column. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Bytes, decodedText, encodingOf, looksLikeText } from "../../src/data/text/encoding.js";
import { RecordCutter, type RecordUnit } from "../../src/data/text/records.js";
import { Utf8Tally } from "../../src/data/text/utf8-tally.js";
import { openRows, rowTable } from "../../src/fields/table/rows.js";
import { textColumn } from "../../src/fields/table/text-column.js";
import { memoryTexts, textTable } from "../../src/fields/table/text-table.js";
import { errorOf } from "../helpers/damage.js";
import { readAll } from "../helpers/tables.js";

/** The bytes in pieces of one length. */
function pieces(content: Uint8Array, length = 3): Bytes {
  return async function* () {
    for (let at = 0; at < content.length; at += length) yield content.subarray(at, at + length);
  };
}
const utf8 = (text: string) => new TextEncoder().encode(text);
const latin = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const utf16 = (text: string, bigEndian = false) =>
  Uint8Array.from(
    text.split("").flatMap((unit) => (bigEndian ? [0, 8] : [8, 0]).map((s) => (unit.charCodeAt(0) >> (8 - s)) & 255)),
  );

async function decoded(content: Uint8Array, tolerant = false) {
  const bytes = pieces(content, 1000);
  const { encoding, notices } = await encodingOf(bytes, "x.txt", tolerant);
  let text = "";
  for await (const piece of decodedText(bytes(), encoding)) text += piece;
  return { encoding, notices, text };
}

function cut(parts: readonly string[], unit: RecordUnit = "lines") {
  const cutter = new RecordCutter(unit, "x.txt");
  const records = [...parts.flatMap((part) => cutter.push(part)), ...cutter.end()];
  return { records, blank: cutter.blank };
}

describe("an encoding", () => {
  test("is UTF-8 wherever a strict decoder says so, and the tally agrees with it in every place", () => {
    const byte = fc.oneof(
      fc.nat(127),
      fc.constantFrom(0xc2, 0xe0, 0xed, 0xf0, 0xf4, 0x80, 0x90, 0xa0, 0xbf, 0xff),
      fc.nat(255),
    );
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 40 }), fc.nat(40), (values, at) => {
        const bytes = Uint8Array.from(values);
        const tally = new Utf8Tally();
        tally.push(bytes.subarray(0, at));
        tally.push(bytes.subarray(at));
        tally.end();
        const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
        fc.pre(!Buffer.from(bytes).includes("\ufffd"));
        expect(tally.invalid).toBe(text.split("\ufffd").length - 1);
        expect(tally.characters).toBe(
          [...text].filter((character) => character > "\x7f" && character !== "\ufffd").length,
        );
        if (tally.invalid > 0) {
          const before = text.slice(0, text.indexOf("\ufffd"));
          expect(tally.firstLine).toBe(before.split("\n").length);
          expect(tally.firstByte).toBeGreaterThan(utf8(before).length);
          expect(tally.firstByte).toBeLessThanOrEqual(utf8(before).length + 4);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ["UTF-8", utf8("größe 😀\nzwei"), "utf-8", 0],
    ["UTF-8 with a mark", utf8("\ufeffgröße 😀\nzwei"), "utf-8", 0],
    ["UTF-16 with a mark, little-endian", utf16("\ufeffgröße 😀\nzwei"), "utf-16le", 1],
    ["UTF-16 with a mark, big-endian", utf16("\ufeffgröße 😀\nzwei", true), "utf-16be", 1],
    ["UTF-16 without a mark, little-endian", utf16("größe 😀\nzwei"), "utf-16le", 1],
    ["UTF-16 without a mark, big-endian", utf16("größe 😀\nzwei", true), "utf-16be", 1],
  ])("of %s is found", async (_, content, encoding, told) => {
    const found = await decoded(content);
    expect([found.encoding, found.text, found.notices.length]).toEqual([encoding, "größe 😀\nzwei", told]);
  });

  test("of Western Europe is read where it is not UTF-8, with the place where it is not", async () => {
    const { text, notices } = await decoded(latin("ein Satz\nin der Gr\xf6\xdfe \x80 5\n"));
    expect(text).toBe("ein Satz\nin der Größe € 5\n");
    expect(notices).toEqual(["x.txt: it is not UTF-8 (line 2, byte 19 is not) and is read as Windows-1252 (Latin-1)"]);
  });

  test.each([
    [
      "another encoding (GB18030)",
      latin("\xcb\xc4\x95\x72\xdf\x5c\xbb\xd2\n"),
      /^x\.txt: neither UTF-8 nor Windows-1252 \(line 1, byte 1/,
    ],
    ["UTF-8 with damage", utf8("四時運灰琯\n一夕\n").with(17, 0xff), /^x\.txt: invalid UTF-8 in line 2, byte 1\d$/],
    ["UTF-8 cut within a character", utf8("四時運灰琯").subarray(0, 14), /^x\.txt: invalid UTF-8 in line 1, byte 14$/],
    ["UTF-16 with half a pair", utf16("\ufeffa\nb\ud800c\n"), /^x\.txt: not valid UTF-16 \(little-endian\) in line 2$/],
    ["UTF-32", Uint8Array.of(0xff, 0xfe, 0, 0, 97, 0, 0, 0), /^x\.txt: it is UTF-32, expected UTF-8$/],
    ["NUL among text", utf8("some words\nand others\0\n"), /^x\.txt: a binary file \(NUL at byte 22\), expected text$/],
    [
      "control characters",
      Uint8Array.from({ length: 99 }, (_, i) => 1 + (i % 7)),
      /^x\.txt: a binary file \(many control/,
    ],
    [
      "numbers of 32 bits",
      new Uint8Array(Int32Array.from({ length: 99 }, (_, i) => i).buffer),
      /^x\.txt: a binary file/,
    ],
  ])("of %s is refused, with a hint", async (_, content, message) => {
    const error = await errorOf(() => decoded(content));
    expect([error.code, error.message]).toEqual(["E_FILE", expect.stringMatching(message)]);
    expect(error.hint).toMatch(/^(Convert|Mend|Save|Data can be)/);
  });

  test("with damage is read where records may be left out, and what is no text still is not", async () => {
    const { text } = await decoded(utf8("四時運灰琯\n一夕\n").with(17, 0xff), true);
    expect(text).toMatch(/^四時運灰琯\n.*\ufffd.*\n$/);
    expect((await decoded(utf8("some words\nand others\0\n"), true)).text).toContain("others\0");
    expect((await errorOf(() => decoded(new Uint8Array(99), true))).code).toBe("E_FILE");
  });

  test("is judged from the beginning of a file, which may end within a character", () => {
    expect(looksLikeText(utf8("größe").subarray(0, 3))).toBe(true);
    expect(looksLikeText(utf16("\ufeffabc"))).toBe(true);
    expect([new Uint8Array(0), latin("gr\xf6\xdfe"), utf8("a\0b")].map(looksLikeText)).toEqual([false, false, false]);
  });
});

describe("records", () => {
  test("are the lines of a text, wherever its pieces end", () => {
    const text = fc.array(fc.constantFrom("a", "é😀", " ", "\t", "\n", "\r\n", "bc"), { maxLength: 60 });
    fc.assert(
      fc.property(text, fc.array(fc.nat(80), { maxLength: 5 }), (signs, cuts) => {
        const whole = `x\n${signs.join("")}`;
        const places = [2, ...cuts, whole.length].filter((at) => at <= whole.length).sort((a, b) => a - b);
        const parts = places.map((end, i) => whole.slice(places[i - 1] ?? 0, end));
        const lines = whole.replace(/\r?\n$/, "").split(/\r?\n/);
        const { records, blank } = cut(parts);
        expect(records).toEqual(lines.filter((line) => line.trim() !== "").map((line) => line.trimEnd()));
        expect(blank).toBe(lines.filter((line) => line.trim() === "").length);
      }),
    );
  });

  test("keep the blanks before them, as code and verse need, and lose those behind", () => {
    expect(cut(["\tif x: \r\n    y  \r\n\r\n z"])).toEqual({ records: ["\tif x:", "    y", " z"], blank: 1 });
  });

  test("end in CR alone where there is no LF", () => {
    expect(cut(["a\rb\rc"]).records).toEqual(["a", "b", "c"]);
    expect(cut(["10%\r20%\n", "a\rb\n"]).records).toEqual(["10%\r20%", "a\rb"]);
  });

  test("are paragraphs between blank lines, or all there is, where that is asked for", () => {
    const poem = ["\n\none \ntwo\n", " \t\n\nthree\r\n"];
    expect(cut(poem, "paragraphs")).toEqual({ records: ["one\ntwo", "three"], blank: 0 });
    expect(cut(poem, "file")).toEqual({ records: ["one\ntwo\n\n\nthree"], blank: 0 });
    expect(cut(["\n \n"], "file").records).toEqual([]);
  });

  test("of more characters than a text can have are named by their line", async () => {
    const piece = "x".repeat(2 ** 24);
    const error = await errorOf(() => cut(["one\n", ...new Array(5).fill(piece)]));
    expect([error.code, error.message]).toEqual(["E_FILE", "x.txt: line 2: a record of more than 67108864 characters"]);
  });
});

describe("a table of texts", () => {
  const texts = Array.from({ length: 25_000 }, (_, i) => `${i} `);
  const table = memoryTexts(texts);

  test("has one column, whose rows are read in batches as any conversion asks", async () => {
    expect([table.columns, table.count]).toEqual([[{ name: "text", type: "text" }], 25_000]);
    const { columns, starts, bad } = await readAll(table, [
      { as: "text", column: "text", missing: ["7"] },
      { as: "number", column: "text", missing: [], decimal: "." },
      { as: "code", column: "text", missing: [], labels: ["3"] },
    ]);
    expect(starts).toEqual([
      [0, 10_000],
      [10_000, 10_000],
      [20_000, 5_000],
    ]);
    expect(columns[0]).toEqual(texts.with(7, null as unknown as string));
    expect(columns[1]).toEqual(texts.map(Number));
    expect(columns[2].slice(2, 5)).toEqual([1, 0, 1]);
    expect(bad).toEqual([]);
  });

  test("says which cell is no number", async () => {
    const { columns, bad } = await readAll(memoryTexts(["1", "one"]), [
      { as: "number", column: "text", missing: [], decimal: "." },
    ]);
    expect(columns).toEqual([[1, Number.NaN]]);
    expect(bad).toEqual([{ row: 1, column: "text", text: "one" }]);
  });

  test("gives the sample that rows in memory give, in their order", async () => {
    const rows = rowTable(texts.map((text) => ({ text })));
    for (const limit of [1, 100, 30_000]) expect(await table.sample(limit, 5)).toEqual(await rows.sample(limit, 5));
  });

  test("has a fingerprint that changes with any text", () => {
    const { fingerprint } = table;
    expect(memoryTexts([...texts]).fingerprint).toBe(fingerprint);
    expect(memoryTexts(texts.with(24_999, "")).fingerprint).not.toBe(fingerprint);
    expect(memoryTexts(["a", "b"]).fingerprint).not.toBe(memoryTexts(["ab"]).fingerprint);
  });

  test("has no other column, and no value that is no string", async () => {
    const error = await errorOf(() => readAll(table, [{ as: "text", column: "txt", missing: [] }]));
    expect([error.message, error.hint]).toEqual(['unknown column "txt"', 'Did you mean "text"?']);
    const strange = await errorOf(() => memoryTexts(["a", 5 as unknown as string]));
    expect(strange.message).toBe("texts in memory: number 1 is number, expected a string");
  });

  test("stops reading when the sample is there", async () => {
    let given = 0;
    function* batches() {
      for (let i = 0; i < 10; i++) {
        given++;
        yield [`${i}`];
      }
    }
    const lazy = textTable({ name: "x", count: 10, fingerprint: "", batches });
    const [cells] = await lazy.sample(1, 0);
    expect(cells).toHaveLength(1);
    expect(given).toBe(Number(cells[0]) + 1);
  });
});

describe("a column of a table as text", () => {
  const rows = [
    { id: 1, kind: "a", body: "first", n: 1.5, code: "1", day: new Date(0), flag: true },
    { id: 2, kind: "b", body: null, n: 2, code: "2,5", day: new Date(1e9), flag: false },
  ];

  test("is all that is to be seen, beside label and key", async () => {
    const table = await textColumn(rowTable(rows), "body", { label: "kind", key: "id" });
    expect(table.columns.map(({ name }) => name)).toEqual(["id", "kind", "body"]);
    expect(await table.sample(10, 0)).toEqual([
      ["1", "2"],
      ["a", "b"],
      ["first", null],
    ]);
    expect((await readAll(table, [{ as: "text", column: "body", missing: [] }])).columns).toEqual([["first", null]]);
    expect((await errorOf(() => readAll(table, [{ as: "text", column: "n", missing: [] }]))).code).toBe("E_UNKNOWN");
  });

  test.each([
    ["bodi", {}, 'unknown column "bodi"', 'Did you mean "body"?'],
    ["n", {}, 'column "n" holds numbers, expected text', "Other columns: kind, body, code."],
    ["code", {}, 'column "code" holds numbers, expected text', "Other columns: kind, body."],
    ["day", {}, 'column "day" holds times, expected text', "Other columns: kind, body, code."],
    ["flag", {}, 'column "flag" holds true and false, expected text', "Other columns: kind, body, code."],
    ["body", { label: "body" }, 'column "body" is asked for as text and as label', undefined],
    ["body", { key: "idd" }, 'unknown column "idd"', 'Did you mean "id"?'],
  ])("%s %o is an error that says why not", async (column, options, message, hint) => {
    const error = await errorOf(() => openRows(rows, { column, ...options }));
    expect([error.code, error.message, error.hint]).toEqual(["E_COLUMN", `rows in memory: ${message}`, hint]);
  });
});
