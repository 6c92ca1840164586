/** Text files coming in: each line a record, in the encodings that are met, packed or in folders; and what is wrong with them. */

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { parseAddress } from "../../src/data/address.js";
import type { Dataset } from "../../src/data/dataset.js";
import { openDataset } from "../../src/data/open.js";
import type { RawTable } from "../../src/data/table/raw.js";
import { openTexts } from "../../src/fields/table/texts.js";
import { nodeHost } from "../../src/node/host.js";
import { openTextTable, type TextOptions } from "../../src/node/text/open.js";
import { errorOf } from "../helpers/damage.js";
import { painted, temporaryFolder } from "../helpers/pictures-on-disk.js";
import { readAll } from "../helpers/tables.js";

const { path } = temporaryFolder();
const host = nodeHost();

function write(name: string, content: string | Uint8Array): string {
  mkdirSync(dirname(path(name)), { recursive: true });
  writeFileSync(path(name), content);
  return path(name);
}
const open = (address: string, options?: TextOptions) => openTextTable(parseAddress(address), options);
const all = async (table: RawTable) =>
  (await readAll(table, [{ as: "text", column: "text", missing: [] }])).columns[0] as string[];
async function read(address: string, options?: TextOptions) {
  const table = await open(address, options);
  const texts = await all(table);
  expect(texts).toHaveLength(table.count);
  return { texts, notices: table.notices };
}
/** The source that bids most. */
async function winner(address: string): Promise<string | null> {
  const bids = await Promise.all(host.sources.map((source) => source.bid(parseAddress(address), host)));
  const most = Math.max(...bids);
  return most > 0 ? host.sources[bids.indexOf(most)].name : null;
}

describe("a text file", () => {
  test("gives a record a line; blank lines are left out, and counted", async () => {
    const { texts, notices } = await read(write("a.txt", "one\r\n  two  \r\n\r\n\r\nthree"));
    expect(texts).toEqual(["one", "  two", "three"]);
    expect(notices).toEqual([`${path("a.txt")}: 2 blank lines are left out`]);
  });

  test("gives paragraphs, or itself, by the part of its address or by the option", async () => {
    const poems = write("poems.txt", "a\nb\n\nc\n");
    expect((await read(`${poems}#paragraphs`)).texts).toEqual(["a\nb", "c"]);
    expect((await read(poems, { records: "file" })).texts).toEqual(["a\nb\n\nc"]);
    expect((await read(`${poems}#lines`, { records: "lines" })).notices).toHaveLength(1);
  });

  test("may be packed, whatever its name says", async () => {
    const text = Array.from({ length: 30_000 }, (_, i) => `line ${i} of many`);
    for (const name of ["packed.txt.gz", "packed.log"]) {
      expect((await read(write(name, gzipSync(text.join("\n"))))).texts, name).toEqual(text);
    }
    const zstd = Buffer.from("KLUv/QRYcQAAb25lCnR3bwp0aHJlZQqkWIk0", "base64");
    expect((await read(write("z.txt.zst", zstd))).texts).toEqual(["one", "two", "three"]);
  });

  test("of one line is a table of one row, however long the line is", async () => {
    const line = "é".repeat(3_000_000);
    expect((await read(write("long.txt", line))).texts).toEqual([line]);
  });

  test("in UTF-16 or Latin-1 is read, and that is said", async () => {
    const wide = await read(write("wide.txt", Buffer.from("\ufeffgrößer\r\nals\r\n", "utf16le")));
    expect(wide.texts).toEqual(["größer", "als"]);
    expect(wide.notices).toEqual([`${path("wide.txt")}: it is UTF-16 (little-endian) and is read as such`]);
    const { texts, notices } = await read(write("old.txt", Buffer.from("viel\ngrößer\n", "latin1")));
    expect(texts).toEqual(["viel", "größer"]);
    expect(notices).toEqual([
      `${path("old.txt")}: it is not UTF-8 (line 2, byte 8 is not) and is read as Windows-1252 (Latin-1)`,
    ]);
  });

  test("with damaged lines is refused, or loses them where that is asked for", async () => {
    const bytes = Buffer.from("四時運灰琯\n一夕變冬春\n迎歲早梅新\n");
    bytes[20] = 0xff;
    const damaged = write("damaged.txt", bytes);
    const error = await errorOf(() => read(damaged));
    expect([error.code, error.message]).toEqual(["E_FILE", `${damaged}: invalid UTF-8 in line 2, byte 20`]);
    expect(error.hint).toContain("--on-error skip");
    const { texts, notices } = await read(damaged, { onError: "skip" });
    expect(texts).toEqual(["四時運灰琯", "迎歲早梅新"]);
    expect(notices).toEqual([`${damaged}: 1 line that cannot be read left out, the first ends in line 2`]);
  });

  test("that changes is another one, and is not mistaken for what it was", async () => {
    const name = write("changing.txt", "a\nb\nc\n");
    const table = await open(name);
    expect((await open(name)).fingerprint).toBe(table.fingerprint);
    expect((await open(`${name}#file`)).fingerprint).not.toBe(table.fingerprint);
    writeFileSync(name, "a\nb\n");
    expect((await open(name)).fingerprint).not.toBe(table.fingerprint);
    const error = await errorOf(() => all(table));
    expect([error.code, error.message]).toEqual([
      "E_FILE",
      `${name}: got 2 records, expected the 3 that it had: it changed while it was used`,
    ]);
  });

  test.each([
    ["none.txt", null, "E_PATH", "cannot read: no such file or folder (ENOENT)"],
    ["empty.txt", "", "E_DATA", "no text: nothing, or blank lines alone"],
    ["blank.txt", "\n  \r\n", "E_DATA", "no text: nothing, or blank lines alone"],
    ["binary.txt", Uint8Array.of(1, 2, 0, 4, 5), "E_FILE", "a binary file (many control characters), expected text"],
    ["nul.txt", `${"abc ".repeat(9)}\0`, "E_FILE", "a binary file (NUL at byte 37), expected text"],
    ["cut.txt.gz", gzipSync("a\n".repeat(999)).subarray(0, 20), "E_FILE", "the gzip data is cut short"],
  ])("%s is an error that says what is wrong", async (name, content, code, message) => {
    if (content !== null) write(name, content);
    const error = await errorOf(() => open(path(name)));
    expect([error.code, error.message]).toEqual([code, `${path(name)}: ${message}`]);
  });

  test("is told by its address or by options, but not in two ways or in unknown ones", async () => {
    const name = write("parts.txt", "a\nb\n");
    expect((await errorOf(() => open(`${name}#paragraph`))).hint).toBe('Did you mean "paragraphs"?');
    expect((await errorOf(() => open(`${name}#x`))).hint).toContain("parts.txt#paragraphs");
    expect((await errorOf(() => open(`${name}#file`, { records: "lines" }))).message).toContain("its part says file");
    const stopped = await errorOf(() => open(name, { signal: AbortSignal.abort() }));
    expect(stopped.code).toBe("E_INTERRUPTED");
  });

  test("knows no columns, conditions or records but its own", async () => {
    const name = write("options.txt", "a b c\nb c d\n");
    const failure = (options: object) => errorOf(() => openDataset(name, options, host));
    expect(await failure({ filter: "a > 1" })).toMatchObject({ code: "E_OPTION" });
    expect(await failure({ column: "body" })).toMatchObject({ code: "E_COLUMN" });
    expect(await failure({ records: "words" })).toMatchObject({ code: "E_OPTION" });
  });
});

describe("a folder of texts", () => {
  test("gives a record a file in the order of their names; what is no text is left out", async () => {
    write("texts/b.py", "def f():\n    return 1\n");
    write("texts/a/z.txt", "\nfirst\n");
    write("texts/c.bin", Uint8Array.of(0, 1, 2, 3));
    write("texts/d.txt", "");
    write("texts/.hidden", "x");
    const { texts, notices } = await read(path("texts"));
    expect(texts).toEqual(["first", "def f():\n    return 1"]);
    expect(notices).toEqual([
      `${path("texts")}: 1 file without text`,
      `${path("texts")}: 1 file left out, not readable as text (c.bin...)`,
    ]);
    expect((await read(`${path("texts")}#lines`)).texts).toEqual(["first", "def f():", "    return 1"]);
  });

  test("without any text says how many files it has", async () => {
    write("no-texts/a.txt", "\n");
    expect((await errorOf(() => open(path("no-texts")))).message).toBe(`${path("no-texts")}: no text in 1 file`);
  });
});

describe("the source that opens", () => {
  test.each([
    ["prose.txt", "Once, upon a time\nthere was a file.\n", "text"],
    ["notes.md", "# Notes\n", "text"],
    ["server.log.gz", gzipSync("GET /\n"), "text"],
    ["program.py", "import os\n", "text"],
    ["LICENSE", "Free.\n", "text"],
    ["table.txt", "a\tb\n1\t2\n", "table"],
    ["table.csv", "a,b\n1,2\n", "table"],
    ["broken.json", "no json\n", null],
    ["program.exe", Uint8Array.of(77, 90, 0, 3, 0), null],
  ])("for %s", async (name, content, source) => {
    expect(await winner(write(name, content))).toBe(source);
  });

  test("what has the name of its parts behind it is text", async () => {
    expect(await winner(`${write("lines.csv", "a,b\n1,2\n")}#lines`)).toBe("text");
  });

  test("a folder goes by what is in it, pictures first", async () => {
    write("poems/a.txt", "a");
    expect(await winner(path("poems"))).toBe("text");
    write("tables/a.csv", "a,b");
    expect(await winner(path("tables"))).toBe("folder");
    for (const name of ["a", "b", "c"]) write(`mixed/${name}.txt`, "a caption");
    write(
      "mixed/d.png",
      await painted(2, 2, () => [1])
        .png()
        .toBuffer(),
    );
    expect(await winner(path("mixed"))).toBe("folder");
  });
});

describe("as a data set", () => {
  const cells = async (data: Dataset) => {
    const rows: Record<string, string | null>[] = [];
    for await (const { columns, count, names } of data.cells!())
      for (let row = 0; row < count; row++)
        rows.push(Object.fromEntries(names.map((name) => [name, columns[name][row]])));
    return rows;
  };

  test("a text file has one field, whose cells are its records as they stand", async () => {
    const lines = ["  return x", "\ty = 1", "3.5", "NA", "return x"];
    const data = await openDataset(write("code.txt", lines.join("\n\n")), {}, host);
    expect(Object.entries(data.schema.fields).map(([name, { kind }]) => [name, kind])).toEqual([["text", "text"]]);
    expect([data.count, data.labels, data.id(3)]).toEqual([5, null, "3"]);
    expect((await cells(data)).map(({ text }) => text)).toEqual(lines);
    await data.close();
  });

  test("texts in memory are the same as those of a file", async () => {
    const lines = ["one fish", "two fish", "red fish", "blue fish"];
    const [file, memory] = [await openDataset(write("fish.txt", lines.join("\n")), {}, host), await openTexts(lines)];
    expect(memory.schema).toEqual(file.schema);
    expect(await memory.read([2, 0])).toEqual(await file.read([2, 0]));
    const again = await openTexts(["green fish"], { schema: file.schema });
    expect([again.schema, again.count]).toEqual([file.schema, 1]);
    await file.close();
  });

  test("a table gives the column asked for, whatever it looks like, and its label and key", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({
      id: `m${i}`,
      spam: i % 2 ? "yes" : "no",
      body: `${"ab"[i % 2]} c`,
      n: i,
    }));
    const csv = ["id,spam,body,n", ...rows.map((row) => Object.values(row).join(","))].join("\n");
    const files = {
      "mails.csv": csv,
      "mails.csv.gz": gzipSync(csv),
      "mails.jsonl": rows.map((row) => JSON.stringify(row)).join("\n"),
    };
    for (const [name, content] of Object.entries(files)) {
      const options = { column: "body", label: "spam", key: "id", drop: ["n"] };
      const data = await openDataset(write(name, content), options, host);
      expect(Object.keys(data.schema.fields), name).toEqual(["body"]);
      expect(data.schema.fields.body.kind, name).toBe("text");
      expect([data.labels?.names, data.id(7)], name).toEqual([["no", "yes"], "m7"]);
      expect((await cells(data))[7], name).toEqual({ id: "m7", spam: "yes", body: "b c" });
      await data.close();
    }
  });
});

describe("a column of a table file", () => {
  test("is read as text, and the option for text files is not for tables", async () => {
    const csv = write("mail.csv", "id,body,n\n1,Dear all of you,5\n2,Hello to you there,6\n");
    const failure = (options: object) => errorOf(() => openDataset(csv, options, host));
    expect(await failure({ column: "n" })).toMatchObject({
      code: "E_COLUMN",
      message: `${csv}: column "n" holds numbers, expected text`,
      hint: "Other columns: id, body.",
    });
    const jsonl = write("mail.jsonl", '{"n":5,"body":"Dear all"}\n{"n":6,"body":"Hello"}\n');
    expect(await errorOf(() => openDataset(jsonl, { column: "n" }, host))).toMatchObject({
      code: "E_COLUMN",
      message: `${jsonl}: column "n" holds numbers, expected text`,
    });
    expect(await failure({ column: "bodi" })).toMatchObject({ code: "E_COLUMN", hint: 'Did you mean "body"?' });
    expect(await failure({ records: "lines" })).toMatchObject({
      code: "E_OPTION",
      hint: expect.stringContaining("#lines"),
    });
  });
});

const data = join(resolve(process.env.VAEKIT_DATA ?? join(import.meta.dirname, "../../../shared/data")), "text");
describe.skipIf(!(await host.files.stat(data)))("real texts (skipped: no data, unless VAEKIT_DATA names it)", () => {
  test.each([
    ["ptb/train.txt.gz", 42_068, " pierre <unk> N years old will join the board as a nonexecutive director nov. N", 0],
    ["tang-quatrains.txt.gz", 14_329, "四時運灰琯，一夕變冬春。送寒餘雪盡，迎歲早梅新。", 0],
    ["django-lines.txt.gz", 18_805, " from threading import local", 0],
    ["tinyshakespeare.txt.gz", 32_777, "First Citizen:", 1],
    ["tinyshakespeare.txt.gz#paragraphs", 7_222, "First Citizen:\nBefore we proceed any further, hear me speak.", 0],
  ])("%s has %d records", async (name, count, known, told) => {
    const { texts, notices } = await read(join(data, name));
    expect(texts).toHaveLength(count);
    expect(texts.slice(0, 3)).toContain(known);
    expect(notices).toHaveLength(told);
    expect(await winner(join(data, name))).toBe("text");
  });
});
