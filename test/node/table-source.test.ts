/** Table files coming in: how they are written is judged rightly, and what is wrong with them is said with its place. */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test, vi } from "vitest";
import type { Conversion } from "../../src/data/table/raw.js";
import { nodeHost } from "../../src/node/host.js";
import { bidTable } from "../../src/node/table/forms.js";
import { openRawTable } from "../../src/node/table/open.js";
import { errorOf } from "../helpers/damage.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";
import { addressOf, readAll, readTable, tableOf, withTable } from "../helpers/tables.js";

const { path } = temporaryFolder();
const data = process.env.VAEKIT_DATA ? join(process.env.VAEKIT_DATA, "tables") : null;
const failure = (name: string, content: string | Uint8Array, options = {}) =>
  errorOf(() => tableOf(path(name), content, options));

describe("a text table", () => {
  test.each([
    ["commas", "a,b\n1,x\n2,y\n"],
    ["semicolons and decimal commas", "a;b\n1;x\n2;y\n"],
    ["tabs", "a\tb\n1\tx\n2\ty\n"],
    ["bars", "a|b\n1|x\n2|y\n"],
    ["CR LF", "a,b\r\n1,x\r\n2,y\r\n"],
    ["CR alone", "a,b\r1,x\r2,y\r"],
    ["lines that end in both ways", "a,b\r\n1,x\n2,y\r\n"],
    ["no end of the last line", "a,b\n1,x\n2,y"],
    ["empty lines above and below", "\n\na,b\n1,x\n2,y\n\n\n"],
    ["a line that names the delimiter", "sep=;\na;b\n1;x\n2;y\n"],
    ["quotes", '"a","b"\n"1","x"\n"2","y"\n'],
    ["single quotes", "'a','b'\n'1','x'\n'2','y'\n"],
    ["a byte order mark", "\ufeffa,b\n1,x\n2,y\n"],
    ["blanks around its names", " a , b\n1,x\n2,y\n"],
  ])("with %s is read", async (_, content) => {
    const { names, rows, notices } = await tableOf(path("form.csv"), content);
    expect(names).toEqual(["a", "b"]);
    expect(rows).toEqual([
      ["1", "x"],
      ["2", "y"],
    ]);
    expect(notices).toEqual([]);
  });

  test("keeps what is in quotes, and tells an empty text from nothing", async () => {
    const { rows } = await tableOf(path("quoted.csv"), 'a,b\n"x, ""y""\nz",1\n"",\n# no comment,NULL\n');
    expect(rows).toEqual([
      ['x, "y"\nz', "1"],
      ["", null],
      ["# no comment", "NULL"],
    ]);
  });

  test("with decimal commas is not taken to be one of commas", async () => {
    const { names, rows } = await tableOf(path("decimal.csv"), "1,5;2,25\n0,5;1,75\n");
    expect([names, rows[1]]).toEqual([
      ["column_0", "column_1"],
      ["0,5", "1,75"],
    ]);
  });

  test("of one column may have any sign in it", async () => {
    const { names, rows } = await tableOf(path("one.csv"), "text\nHello, world\nplain\n\nlast; one\n");
    expect([names, rows]).toEqual([["text"], [["Hello, world"], ["plain"], [null], ["last; one"]]]);
  });

  test.each([
    ["numbers in the first line", "1,2\n3,4\n", null],
    ["a date in the first line", "x,2024-01-31\ny,2024-02-01\n", null],
    ["labels that come again", "red,small\nblue,large\nred,large\n", null],
    ["names over numbers", "age,city\n31,Paris\n?,Rome\n", ["age", "city"]],
    ["names over texts", "city,colour\nParis,red\nRome,blue\n", ["city", "colour"]],
    ["an index without a name", ",x\n0,1.5\n1,2\n", ["column_0", "x"]],
  ])("whose header is to be judged by %s", async (_, content, expected) => {
    const { names, rows, notices } = await tableOf(path("header.csv"), content);
    expect(names).toEqual(expected ?? ["column_0", "column_1"]);
    expect(rows.length).toBe(content.trim().split("\n").length - (expected ? 1 : 0));
    if (expected) expect(notices).toEqual([]);
    else
      expect(notices[0]).toMatch(
        /header\.csv: no header in the first line \(.*\): its columns are named column_0 to column_1$/,
      );
  });

  test("may be told whether it has a header, and its delimiter", async () => {
    const content = "1990,1991\n5,6\n";
    expect((await tableOf(path("told.csv"), content, { header: true })).names).toEqual(["1990", "1991"]);
    expect((await tableOf(path("told.csv"), "a b\n1 2\n", { delimiter: " " })).rows).toEqual([["1", "2"]]);
  });

  test("with a name twice renames the later one and says so", async () => {
    const { names, rows, notices } = await tableOf(path("twice.csv"), "x,x,x_2,X\n1,2,3,4\n");
    expect(names).toEqual(["x", "x_3", "x_2", "X"]);
    expect(rows).toEqual([["1", "2", "3", "4"]]);
    expect(notices).toEqual([`${path("twice.csv")}: column "x" is there twice: the later one is named "x_3"`]);
  });

  test.each([
    ["UTF-8", Buffer.from("name,n\nZoë,1\n")],
    ["UTF-16 LE", Buffer.from("\ufeffname,n\nZoë,1\n", "utf16le")],
    ["UTF-16 BE", Buffer.from("\ufeffname,n\nZoë,1\n", "utf16le").swap16()],
    ["Latin-1", Buffer.from("name,n\nZoë,1\n", "latin1")],
  ])("in %s is read", async (encoding, bytes) => {
    const { rows, notices } = await tableOf(path("encoded.csv"), bytes);
    expect(rows).toEqual([["Zoë", "1"]]);
    expect(notices).toEqual(
      encoding === "Latin-1" ? [`${path("encoded.csv")}: it is not UTF-8 and is read as Windows-1252 (Latin-1)`] : [],
    );
    expect((await tableOf(path("encoded.csv.gz"), gzipSync(bytes))).rows).toEqual([["Zoë", "1"]]);
  });

  test("whose only letter beyond ASCII stands at the end of a long file is read", async () => {
    const lines = `name,n\n${"Anna,1\n".repeat(400_000)}`;
    writeFileSync(path("late.csv"), Buffer.from(`${lines}Zoë,2\n`, "latin1"));
    await withTable(path("late.csv"), async (table) => {
      expect([table.count, table.notices.length]).toEqual([400_001, 1]);
      const { columns } = await readAll(table, [{ column: "name", as: "text", missing: [] }]);
      expect(columns[0].at(-1)).toBe("Zoë");
    });
  });

  test.each([
    ["a row too short", "a,b\n1,2\n3\n4,5\n", "line 3: got 1 fields, expected 2"],
    ["a row too long", "a,b\n1,2\n3,4,5\n4,5\n", "line 3: got 3 fields, expected 2"],
    [
      "a quote never closed",
      'a,b\n1,2\n"x,3\n4,5\n',
      "line 3: a quoted field that never ends, or text behind its closing quote",
    ],
    [
      "text behind a quote",
      'a,b\n1,2\n"x"y,3\n4,5\n',
      "line 3: a quoted field that never ends, or text behind its closing quote",
    ],
    ["a NUL", "a,b\n1,\0\n", "a NUL character at byte 7: this is no text, or UTF-16 without a byte order mark"],
  ])("with %s is refused", async (_, content, message) => {
    const error = await failure("bad.csv", content);
    expect([error.code, error.message]).toEqual(["E_FILE", `${path("bad.csv")}: ${message}`]);
    expect(error.hint).toBeTruthy();
  });

  test("names the line of a bad row far down, also when it is packed", async () => {
    const content = `a,b\n${"1,2\n".repeat(50_000)}3\n${"1,2\n".repeat(50_000)}`;
    expect((await failure("far.csv.gz", gzipSync(content))).message).toBe(
      `${path("far.csv.gz")}: line 50002: got 1 fields, expected 2`,
    );
  });

  test("leaves bad rows out where it is told to, and counts them", async () => {
    const { rows, notices } = await tableOf(path("skip.csv"), "a,b\n1,2\n3\n4,5,6\n7,8\n", { onError: "skip" });
    expect(rows).toEqual([
      ["1", "2"],
      ["7", "8"],
    ]);
    expect(notices).toEqual([`${path("skip.csv")}: 2 rows that cannot be read are left out, the first in line 3`]);
  });

  test.each([
    ["", "no rows: the file is empty"],
    ["\n \n", "no rows: the file is empty"],
    ["a,b\n", "no rows"],
  ])("of nothing but %j has no rows", async (content, message) => {
    const error = await failure("empty.csv", content);
    expect([error.code, error.message]).toEqual(["E_DATA", `${path("empty.csv")}: ${message}`]);
  });
});

describe("packed files", () => {
  test.each([
    [10, "cut short"],
    [200, "cut short"],
  ])("that end after %s bytes are refused", async (length, what) => {
    const packed = gzipSync(`a,b\n${Array.from({ length: 1000 }, (_, i) => `${i},${i * i}\n`).join("")}`);
    const error = await failure("cut.csv.gz", packed.subarray(0, length));
    expect([error.code, error.message]).toEqual(["E_FILE", `${path("cut.csv.gz")}: the gzip data is ${what}`]);
  });

  test("may be Zstandard, and are known by their bytes", async () => {
    // One frame of one segment without a checksum, of one raw block (RFC 8878).
    const zst = Buffer.concat([Buffer.from("28b52ffd2008410000", "hex"), Buffer.from("a,b\n1,2\n")]);
    expect((await tableOf(path("z.csv.zst"), zst)).rows).toEqual([["1", "2"]]);
    expect((await failure("z.csv.zst", zst.subarray(0, 12))).message).toBe(
      `${path("z.csv.zst")}: the Zstandard data is cut short`,
    );
  });

  test("leave nothing among the temporary files", async () => {
    mkdirSync(path("temporary"));
    vi.stubEnv("TMPDIR", path("temporary"));
    writeFileSync(path("t.csv.gz"), gzipSync("a,b\n1,2\n"));
    await withTable(path("t.csv.gz"), () => expect(readdirSync(path("temporary")).length).toBe(1));
    await failure("u.csv.gz", gzipSync("a,b\n1\n"));
    expect(readdirSync(path("temporary"))).toEqual([]);
    vi.unstubAllEnvs();
  });
});

describe("JSON", () => {
  test.each([
    ["x.json", '[{"a":1,"b":"x"},{"a":2.5,"b":null,"c":[1,{"d":"e"}]}]'],
    ["x.jsonl", '{"a":1,"b":"x"}\n\n{"a":2.5,"b":null,"c":[1,{"d":"e"}]}\n'],
    ["x.ndjson", '\ufeff{"a":1,"b":"x"}\r\n{"a":2.5,"b":null,"c":[1,{"d":"e"}]}\r\n'],
  ])("in %s is read", async (name, content) => {
    const { names, types, rows } = await tableOf(path(name), content);
    expect(names).toEqual(["a", "b", "c"]);
    expect(types).toEqual(["number", "text", "text"]);
    expect(rows).toEqual([
      ["1", "x", null],
      ["2.5", null, '[1,{"d":"e"}]'],
    ]);
    expect((await tableOf(path(`${name}.gz`), gzipSync(content))).rows).toEqual(rows);
  });

  test("keeps texts that look like dates, times and identifiers as they are written", async () => {
    const row = { date: "2024-1-2", time: "10:0:00", id: "550E8400-E29B-41D4-A716-446655440000", a: 1 };
    const { types, rows } = await tableOf(path("texts.json"), JSON.stringify([row, row]));
    expect(types).toEqual(["text", "text", "text", "integer"]);
    expect(rows[1]).toEqual(["2024-1-2", "10:0:00", "550E8400-E29B-41D4-A716-446655440000", "1"]);
  });

  test("may have names that differ in case alone", async () => {
    const content = JSON.stringify([
      { a: "2024-1-2", A: 1 },
      { A: 2, 'a/b~"c': [1], A_1: null },
    ]);
    const { names, rows } = await tableOf(path("case.json"), content);
    expect(names).toEqual(["a", "A", 'a/b~"c', "A_1"]);
    expect(rows).toEqual([
      ["2024-1-2", "1", null, null],
      [null, "2", "[1]", null],
    ]);
  });

  test("with values of several types has them as text", async () => {
    const { types, rows } = await tableOf(path("mixed.json"), '[{"a":true},{"a":1},{"a":"x"},{"a":null}]');
    expect([types, rows]).toEqual([["text"], [["true"], ["1"], ["x"], [null]]]);
  });

  test.each([
    ["broken.jsonl", '{"a":1}\n{"a":2\n', "E_FILE", /broken\.jsonl: Malformed JSON/],
    ["cut.json", '[{"a":1},{"a":', "E_FILE", /cut\.json: Malformed JSON/],
    ["numbers.json", "[1,2,3]", "E_DATA", /expected objects with names and values, got numbers/],
    ["lists.json", "[[1,2],[3,4]]", "E_DATA", /expected objects with names and values, got lists/],
    ["none.json", "[]", "E_DATA", /none\.json: no rows/],
    ["empty.json", "", "E_DATA", /empty\.json: no rows: the file is empty/],
    ["twice.jsonl", '{"a":1,"a":2}\n', "E_FILE", /twice\.jsonl: .*duplicate key "a"/],
  ])("%s that holds %j is refused", async (name, content, code, message) => {
    const error = await failure(name, content);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain("\n");
  });
});

describe("Parquet", () => {
  const host = nodeHost();
  const write = async (name: string) => {
    const writer = await host.tableSinks
      .find((sink) => sink.name === "parquet")!
      .open(
        path(name),
        [
          { name: "n", type: "number" },
          { name: "i", type: "integer" },
          { name: "b", type: "boolean" },
          { name: "d", type: "date" },
          { name: "t", type: "timestamp" },
          { name: "s", type: "text" },
        ],
        {},
        host,
      );
    const moment = Date.UTC(2024, 0, 31, 10);
    await writer.write({
      count: 2,
      columns: { n: [1, 0.1], i: [7, null], b: [true, false], d: [moment, null], t: [moment, null], s: [" x ", ""] },
    });
    await writer.close();
  };

  test("has types, and cells as their shortest text", async () => {
    await write("types.parquet");
    const { types, rows } = await readTable(path("types.parquet"));
    expect(types).toEqual(["number", "integer", "boolean", "date", "timestamp", "text"]);
    expect(rows).toEqual([
      ["1", "7", "true", "2024-01-31", "2024-01-31 10:00:00", " x "],
      ["0.1", null, "false", null, null, ""],
    ]);
  });

  test.each([0, 5, 100, -1])("cut short after %s bytes is refused", async (length) => {
    await write("whole.parquet");
    const whole = readFileSync(path("whole.parquet"));
    const error = await failure("cut.parquet", whole.subarray(0, length < 0 ? whole.length + length : length));
    expect(error.code).toBe("E_FILE");
    expect(error.message).toContain(path("cut.parquet"));
    expect(error.message).not.toContain("\n");
  });
});

describe("several files", () => {
  test("are read by a pattern in the order of their names, whatever each is written like", async () => {
    mkdirSync(path("many"));
    writeFileSync(path("many/b.csv"), "x;y\n3;c\n");
    writeFileSync(path("many/a.csv"), "x,y\n1,a\n2,b\n");
    writeFileSync(path("many/c.csv"), "y,x\nd,4\n");
    const { rows } = await readTable(path("many/*.csv"));
    expect(rows).toEqual([
      ["1", "a"],
      ["2", "b"],
      ["3", "c"],
      ["4", "d"],
    ]);
  });

  test("with other columns are refused, as is a pattern for none", async () => {
    mkdirSync(path("other"));
    writeFileSync(path("other/a.csv"), "x,y\n1,a\n");
    writeFileSync(path("other/b.csv"), "x,z\n2,b\n");
    const error = await errorOf(() => readTable(path("other/*.csv")));
    expect([error.code, error.message]).toEqual([
      "E_DATA",
      `${path("other/b.csv")}: no column "y", expected the columns of ${path("other/a.csv")}`,
    ]);
    expect((await errorOf(() => readTable(path("other/*.parquet")))).code).toBe("E_PATH");
  });

  test("are not meant by a file whose own name looks like a pattern", async () => {
    writeFileSync(path("x1.csv"), "a,b\n9,9\n");
    expect((await tableOf(path("x[1].csv"), "a,b\n1,2\n")).rows).toEqual([["1", "2"]]);
    expect((await tableOf(path("it's *.csv"), "a,b\n1,2\n")).rows).toEqual([["1", "2"]]);
  });
});

describe("a query", () => {
  test("is one SELECT over files", async () => {
    writeFileSync(path("q.csv"), "x,y\n1,a\n2,b\n3,c\n");
    const query = `duckdb:select x * 2 as "double", y as Y, y from '${path("q.csv")}' where x > 1 order by x desc -- last first`;
    const { names, types, rows } = await readTable(query);
    expect(names).toEqual(["double", "Y", "y"]);
    expect(types).toEqual(["integer", "text", "text"]);
    expect(rows).toEqual([
      ["6", "c", "c"],
      ["4", "b", "b"],
    ]);
  });

  test("gives the same rows each time it is read, although it draws", async () => {
    await withTable("duckdb:select random() as x from range(1000)", async (table) => {
      const conversions: Conversion[] = [{ column: "x", as: "number", decimal: ".", missing: [] }];
      const first = await readAll(table, conversions);
      expect(await readAll(table, conversions)).toEqual(first);
      expect((await table.sample(1000, 1))[0].map(Number)).toEqual(first.columns[0]);
    });
  });

  test.each([
    ["copy (select 1) to 'stolen.csv'", /only one SELECT is run/],
    ["attach 'x.db'", /only one SELECT is run/],
    ["insert into x values (1)", /only one SELECT is run/],
    ["create table x (a int)", /only one SELECT is run/],
    ["drop table x", /only one SELECT is run/],
    ["install httpfs", /only one SELECT is run/],
    ["load httpfs", /only one SELECT is run/],
    ["set threads = 1", /only one SELECT is run/],
    ["pragma version", /only one SELECT is run/],
    ["call pragma_version()", /only one SELECT is run/],
    ["select 1; select 2", /got 2 statements, expected one/],
    ["select 1; drop table x", /only one SELECT is run/],
    ["select sum(x", /syntax error at end of input, at character 13/],
    ["selec 1", /syntax error at or near "selec", at character 1/],
    ["select x from range(3) t(y)", /Referenced column "x" not found/],
    ["select * from 'https://example.com/x.parquet'", /httpfs/],
    ["select ? as x", /parameter/i],
    ["", /no query/],
  ])("%j is refused", async (sql, message) => {
    const error = await errorOf(() => readTable(`duckdb:${sql}`));
    expect(error.code).toBe("E_OPTION");
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain("\n");
    expect(existsSync("stolen.csv")).toBe(false);
  });

  test("over a file that is not there, or that fails on its data, says which", async () => {
    expect((await errorOf(() => readTable("duckdb:select * from 'nothing.csv'"))).code).toBe("E_PATH");
    const error = await errorOf(() => readTable("duckdb:select cast(x as int) from (values ('a')) t(x)"));
    expect(error.code).toBe("E_DATA");
    expect(error.message).toMatch(/^duckdb: Could not convert string 'a' to INT32/);
    expect((await errorOf(() => readTable("duckdb:select 1 as x where false"))).message).toMatch(/no rows/);
  });
});

describe("a filter", () => {
  const content = "age,city,c3\n 31, Paris,1\n?, Rome,2\n45, Paris,x\n20, Nice,4\n";
  const kept = async (filter: string) => (await tableOf(path("f.csv"), content, { filter })).rows.map(([age]) => age);

  test.each([
    ["age > 30", [" 31", "45"]],
    ["city = 'Paris' and age < 40", [" 31"]],
    ["age is null", ["?"]],
    ["city in ('Rome', 'Nice') -- two", ["?", "20"]],
    ["City like 'P%';", [" 31", "45"]],
    ["c3 = 'x'", ["45"]],
  ])("%s keeps rows as they stand", async (filter, expected) => {
    expect((await kept(filter)).map((age) => age?.trim())).toEqual(expected.map((age) => age.trim()));
  });

  test.each([
    ["", "E_OPTION", /it is empty/],
    ["age >", "E_OPTION", /syntax error at end of input/],
    ["agee > 3", "E_OPTION", /Referenced column "agee" not found.*at: agee > 3/],
    ["age", "E_OPTION", /expected a condition, got a value of type DOUBLE/],
    ["city::int > 1", "E_OPTION", /Could not convert string 'Paris'/],
    ["age > 1) union select (1", "E_OPTION", /syntax error|more than a condition/],
    ["age > 1 order by age", "E_OPTION", /more than a condition/],
    ["true from range(3)", "E_OPTION", /more than a condition/],
    ["true; drop table x", "E_OPTION", /one condition/],
    ["true limit 1", "E_OPTION", /more than a condition/],
    ["age in (select 31)", "E_OPTION", /a query inside the condition/],
    ["exists (from read_text('/etc/passwd'))", "E_OPTION", /a query inside the condition/],
    ["age > 100", "E_DATA", /no rows that meet the filter/],
  ])("%j is refused", async (filter, code, message) => {
    const error = await errorOf(() => kept(filter));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain("\n");
  });

  test("changes the fingerprint, as new data does", async () => {
    writeFileSync(path("print.csv"), content);
    const print = (options = {}) => withTable(path("print.csv"), ({ fingerprint }) => fingerprint, options);
    const first = await print();
    expect(await print()).toBe(first);
    expect(await print({ filter: "age > 30" })).not.toBe(first);
    writeFileSync(path("print.csv"), `${content}1,x,y\n`);
    expect(await print()).not.toBe(first);
  });
});

describe("conversions", () => {
  const missing = ["", "?", "NA"];

  test("of numbers, labels, times and texts", async () => {
    writeFileSync(
      path("c.csv"),
      'n,d,l,t,s\n 1.5,"1,5",\u00a0a ,2024-01-31, x\n?,?,?,?,?\n,,,,\n1e3,"-,5",c,31.1.2024,NA\nx,1.5,b,2024-02-30,""\n NA ,7,A,2024-02-29,y\n',
    );
    await withTable(path("c.csv"), async (table) => {
      const { columns, bad } = await readAll(table, [
        { column: "n", as: "number", decimal: ".", missing },
        { column: "d", as: "number", decimal: ",", missing },
        { column: "l", as: "code", labels: ["a", "b", "it's"], missing },
        { column: "t", as: "time", format: "%Y-%m-%d", missing },
        { column: "s", as: "text", missing },
      ]);
      const nan = Number.NaN;
      expect(columns).toEqual([
        [1.5, nan, nan, 1000, nan, nan],
        [1.5, nan, nan, -0.5, nan, 7],
        [0, -1, -1, 3, 1, 3],
        [Date.UTC(2024, 0, 31), nan, nan, nan, nan, Date.UTC(2024, 1, 29)],
        [" x", null, null, null, null, "y"],
      ]);
      expect(bad).toEqual([
        { row: 3, column: "t", text: "31.1.2024" },
        { row: 4, column: "n", text: "x" },
        { row: 4, column: "d", text: "1.5" },
        { row: 4, column: "t", text: "2024-02-30" },
      ]);
    });
  });

  test("take no text for infinite, but what a typed column has", async () => {
    writeFileSync(path("i.csv"), "n,x\ninf,1\n1e999,2\nnan,3\n7,4\n");
    const conversions: Conversion[] = [{ column: "n", as: "number", decimal: ".", missing: [] }];
    await withTable(path("i.csv"), async (table) => {
      const { columns, bad } = await readAll(table, conversions);
      expect(columns[0]).toEqual([Number.NaN, Number.NaN, Number.NaN, 7]);
      expect(bad.map(({ text }) => text)).toEqual(["inf", "1e999"]);
    });
    await withTable("duckdb:select unnest(['inf'::double, 'nan', null]) as n", async (table) => {
      const { columns, bad } = await readAll(table, conversions);
      expect([columns[0], bad]).toEqual([[Number.POSITIVE_INFINITY, Number.NaN, Number.NaN], []]);
    });
  });

  test("take numbers that stand for missing, labels that are missing, and no labels at all", async () => {
    writeFileSync(path("m.csv"), "n,l\n-999,a\n5,?\n");
    await withTable(path("m.csv"), async (table) => {
      const { columns, bad } = await readAll(table, [
        { column: "n", as: "number", decimal: ".", missing: ["-999"] },
        { column: "l", as: "code", labels: ["?", "a", "a", " a"], missing: ["?"] },
        { column: "l", as: "code", labels: [], missing: ["?"] },
      ]);
      expect(columns).toEqual([
        [Number.NaN, 5],
        [1, -1],
        [0, -1],
      ]);
      expect(bad).toEqual([]);
    });
  });

  test("name a column that is not there", async () => {
    await tableOf(path("n.csv"), "age,b\n1,2\n");
    const error = await errorOf(() =>
      withTable(path("n.csv"), (table) => readAll(table, [{ column: "agee", as: "text", missing: [] }])),
    );
    expect([error.code, error.hint]).toEqual(["E_UNKNOWN", 'Did you mean "age"?']);
  });

  test("of typed columns use their types", async () => {
    const query = `duckdb:select 1.25 as n, true as b, 3 as i, date '2024-01-31' as d, timestamp '2024-01-31 10:00:00.5' as t,
      timestamptz '2024-01-31 10:00:00+02' as z, 0.1::float as f, [1, 2] as l, {'a': 'x'} as o, '\\xC3\\xA9'::blob as y, -999 as m`;
    await withTable(query, async (table) => {
      const numbers = ["n", "b", "i", "f"].map((column) => ({
        column,
        as: "number" as const,
        decimal: "," as const,
        missing,
      }));
      const times = ["d", "t", "z"].map((column) => ({ column, as: "time" as const, format: "", missing }));
      const marked: Conversion = { column: "m", as: "number", decimal: ".", missing: ["-999"] };
      const coded: Conversion = { column: "b", as: "code", labels: ["false", "true"], missing };
      const { columns, bad } = await readAll(table, [...numbers, ...times, marked, coded]);
      expect(columns.flat()).toEqual([
        1.25,
        1,
        3,
        Math.fround(0.1),
        Date.UTC(2024, 0, 31),
        Date.UTC(2024, 0, 31, 10, 0, 0, 500),
        Date.UTC(2024, 0, 31, 8),
        Number.NaN,
        1,
      ]);
      expect(bad).toEqual([]);
      expect((await table.sample(1, 1)).flat()).toEqual([
        "1.25",
        "true",
        "3",
        "2024-01-31",
        "2024-01-31 10:00:00.5",
        "2024-01-31 08:00:00",
        "0.1",
        "[1,2]",
        '{"a":"x"}',
        "\\xC3\\xA9",
        "-999",
      ]);
    });
  });
});

describe("many rows", () => {
  const COUNT = 150_001;

  test("come in order, batch after batch, and so does a sample", async () => {
    const lines = Array.from({ length: COUNT }, (_, i) => `${i},l${i % 7},"text\n${i}"`);
    writeFileSync(path("long.csv"), `i,l,s\n${lines.join("\n")}\n`);
    await withTable(path("long.csv"), async (table) => {
      expect(table.count).toBe(COUNT);
      const { columns, starts } = await readAll(table, [
        { column: "i", as: "number", decimal: ".", missing: [""] },
        { column: "l", as: "code", labels: ["l0", "l1", "l2", "l3", "l4", "l5", "l6"], missing: [""] },
        { column: "s", as: "text", missing: [] },
      ]);
      expect(starts.length).toBeGreaterThan(2);
      let next = 0;
      for (const [start, count] of starts) {
        expect(start).toBe(next);
        next += count;
      }
      expect(next).toBe(COUNT);
      const [numbers, codes, texts] = columns;
      expect(numbers.every((number, i) => number === i)).toBe(true);
      expect(codes.every((code, i) => code === i % 7)).toBe(true);
      expect(texts.every((text, i) => text === `text\n${i}`)).toBe(true);

      const [picked, , texts2] = await table.sample(1_000, 3);
      expect(picked.length).toBe(1_000);
      expect(picked.every((cell, i) => i === 0 || Number(cell) > Number(picked[i - 1]))).toBe(true);
      expect(picked.every((cell, i) => texts2[i] === `text\n${cell}`)).toBe(true);
      expect((await table.sample(1_000, 3))[0]).toEqual(picked);
      expect((await table.sample(1_000, 4))[0]).not.toEqual(picked);
    });
  });

  test("may be left before the end, and read twice at once", async () => {
    writeFileSync(path("two.csv"), `i,j\n${Array.from({ length: COUNT }, (_, i) => `${i},x`).join("\n")}\n`);
    await withTable(path("two.csv"), async (table) => {
      const conversions: Conversion[] = [{ column: "i", as: "number", decimal: ".", missing: [] }];
      for await (const { start } of table.read(conversions)) if (start === 0) break;
      const [a, b] = await Promise.all([readAll(table, conversions), readAll(table, conversions)]);
      expect(a.columns[0].length).toBe(COUNT);
      expect(b.columns).toEqual(a.columns);
    });
  });

  test("may be stopped", async () => {
    const stop = new AbortController();
    stop.abort();
    expect((await errorOf(() => openRawTable(addressOf(path("two.csv")), { signal: stop.signal }))).code).toBe(
      "E_INTERRUPTED",
    );
    const later = new AbortController();
    const sql = "duckdb:select sum(a.range * b.range) as x from range(1000000) a, range(1000000) b";
    setTimeout(() => later.abort(), 300);
    expect((await errorOf(() => openRawTable(addressOf(sql), { signal: later.signal }))).code).toBe("E_INTERRUPTED");
  });
});

describe("addresses", () => {
  const host = nodeHost();

  test("of tables are bid for", async () => {
    for (const name of ["bid.csv", "bid.tsv.gz", "bid.parquet", "bid.jsonl"]) {
      writeFileSync(path(name), "a,b\n1,2\n");
      expect(await bidTable(addressOf(path(name)), host), name).toBe(0.9);
    }
    writeFileSync(path("bid.json"), ' [{"a":1}]');
    writeFileSync(path("bid.txt"), "a\tb\n1\t2\n");
    writeFileSync(path("prose.txt"), "Once, upon a time\nthere was a file.\n");
    writeFileSync(path("bid.png"), "");
    const bids = ["bid.json", "bid.txt", "prose.txt", "bid.png", "none.csv", "bid*.csv"];
    expect(await Promise.all(bids.map((name) => bidTable(addressOf(path(name)), host)))).toEqual([
      0.6, 0.6, 0, 0, 0, 0.9,
    ]);
    expect(await bidTable(addressOf("duckdb:select 1"), host)).toBe(1);
  });

  test("have no parts", async () => {
    writeFileSync(path("p.csv"), "a,b\n1,2\n");
    const address = { text: `${path("p.csv")}#x`, source: path("p.csv"), part: "x", index: null };
    const error = await errorOf(() => openRawTable(address));
    expect([error.code, error.message]).toEqual(["E_OPTION", `${path("p.csv")}#x: a table has no parts, got "x"`]);
  });

  test("of nothing say so", async () => {
    expect((await errorOf(() => readTable(path("none.csv")))).message).toBe(`${path("none.csv")}: no such file`);
    expect((await errorOf(() => readTable("x.xlsx"))).code).toBe("E_DATA");
    mkdirSync(path("folder.csv"));
    expect((await errorOf(() => readTable(path("folder.csv")))).code).toBe("E_PATH");
  });
});

describe.skipIf(!data)(`well-known tables${data ? "" : " (skipped: no data, VAEKIT_DATA is not set)"}`, () => {
  test.each([
    ["adult.csv.gz", 32_561, 15, "age"],
    ["kdd99-10percent.csv.gz", 494_021, 42, "column_0"],
    ["cardfraud-train.csv.gz", 40_000, 19, "TX_DATETIME"],
    ["nsl-kdd-test.csv.gz", 22_544, 43, "column_0"],
  ])("%s", async (name, count, width, first) => {
    await withTable(join(data!, name), (table) => {
      expect([table.count, table.columns.length, table.columns[0].name]).toEqual([count, width, first]);
    });
  });

  test("adult.csv.gz has blanks before its labels, which filters and codes do not see", async () => {
    const filter = "education = 'Bachelors' and age > 30";
    await withTable(
      join(data!, "adult.csv.gz"),
      async (table) => {
        expect(table.count).toBe(3_796);
        const { columns } = await readAll(table, [
          { column: "education", as: "code", labels: ["Bachelors"], missing: ["?"] },
          { column: "workclass", as: "code", labels: ["Private"], missing: ["?"] },
        ]);
        expect(new Set(columns[0])).toEqual(new Set([0]));
        expect(new Set(columns[1])).toEqual(new Set([-1, 0, 1]));
      },
      { filter },
    );
  });
});
