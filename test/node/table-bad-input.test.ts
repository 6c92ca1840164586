/** Tables that nothing can be learned from, and odd ones that something can: one clear error each, nothing left behind. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { vaekit } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";

const { path } = temporaryFolder();
const lines = (head: string, row: (i: number) => string, count = 200) =>
  `${head}\n${Array.from({ length: count }, (_, i) => row(i)).join("\n")}\n`;
function file(name: string, content: string): string {
  writeFileSync(path(name), content);
  return path(name);
}
const ok = lines("a,b,c", (i) => `${i % 7},${["red", "green"][i % 2]},${((i * 37) % 101) / 4}`, 300);

/** @name is a file in the folder, which is not there yet while tests are collected. */
const placed = (word: string) => (word.startsWith("@") ? path(word.slice(1)) : word);

/** One error with a hint, and no file. */
function expectRefused(
  { status, stdout, stderr }: Awaited<ReturnType<typeof vaekit>>,
  expected: { status: number; message: RegExp; hint?: RegExp },
): void {
  const errors = stderr.split("\n").filter((line) => line.startsWith("vaekit: "));
  expect(errors, stderr).toHaveLength(1);
  expect(errors[0]).toMatch(expected.message);
  expect(stderr).toMatch(expected.hint ?? /^hint: \S/m);
  expect(stderr).not.toMatch(/^\s+at |undefined|NaN|\[object/m);
  expect({ status, stdout }).toEqual({ status: expected.status, stdout: "" });
}

const refused: [what: string, data: () => string, status: number, message: RegExp, hint?: RegExp, more?: string[]][] = [
  [
    "one row",
    () => file("one.csv", "a,b\n1,x\n"),
    3,
    /E_DATA .*one\.csv: no column to model/,
    /a: constant \(always 1\)/,
  ],
  ["a header only", () => file("head.csv", "a,b\n"), 3, /E_DATA .*head\.csv: no rows/, /below its header/],
  ["nothing at all", () => file("empty.csv", ""), 3, /E_DATA .*empty\.csv: no rows: the file is empty/],
  [
    "nothing in any cell",
    () =>
      file(
        "na.csv",
        lines("a,b", () => "NA,?"),
      ),
    3,
    /E_DATA .*na\.csv: no column/,
    /nothing in any cell/,
  ],
  [
    "constants only",
    () =>
      file(
        "same.csv",
        lines("a,b", () => "1,x"),
      ),
    3,
    /E_DATA .*same\.csv: no column/,
    /b: constant \(always x\)/,
  ],
  [
    "names only",
    () =>
      file(
        "text.csv",
        lines("a", (i) => `name${i}x`),
      ),
    3,
    /E_DATA .*no column/,
    /200 different values/,
  ],
  [
    "an infinite number",
    () =>
      file(
        "inf.csv",
        lines("a,b", (i) => `${i === 150 ? "inf" : i % 7},x${i % 3}`),
      ),
    3,
    /E_COLUMN .*inf\.csv: row 151, column "a": got "inf", expected a number/,
    /--on-error skip/,
  ],
  [
    "a number beyond doubles",
    () =>
      file(
        "e999.csv",
        lines("a,b", (i) => `${i === 150 ? "1e999" : i % 7},x${i % 3}`),
      ),
    3,
    /E_COLUMN .*row 151, column "a": got "1e999"/,
  ],
  [
    "5,000 columns",
    () =>
      file(
        "wide.csv",
        lines(
          Array.from({ length: 5000 }, (_, i) => `c${i}`).join(","),
          (i) => Array.from({ length: 5000 }, (_, j) => (i * 7 + j) % 13).join(","),
          20,
        ),
      ),
    3,
    /E_DATA .*wide\.csv: 5,000 columns to model, expected at most 2,000/,
    /--drop/,
  ],
  ["a truncated parquet", () => file("cut.parquet", "PAR1abcdefg"), 3, /E_FILE .*cut\.parquet/],
  ["a NUL", () => file("nul.csv", "a,b\n1,\0x\n"), 3, /E_FILE .*nul\.csv: a NUL character at byte 7/],
  [
    "a short row",
    () => file("short.csv", "a,b\n1,x\n2\n3,y\n"),
    3,
    /E_FILE .*short\.csv: line 3: got 1 fields, expected 2/,
  ],
  [
    "a filter that is no SQL",
    () => path("ok.csv"),
    2,
    /E_OPTION filter: .*at character 4/,
    undefined,
    ["--filter", "a >"],
  ],
  [
    "a filter that no row meets",
    () => path("ok.csv"),
    3,
    /E_DATA .*no rows that meet the filter/,
    /a > 100/,
    ["--filter", "a > 100"],
  ],
  ["a filter over no column", () => path("ok.csv"), 2, /E_OPTION .*"?d"?/, undefined, ["--filter", "d > 1"]],
  ["a query that deletes", () => `duckdb:DELETE FROM '${path("ok.csv")}'`, 2, /E_OPTION .*only one SELECT is run/],
  [
    "a query that writes",
    () => `duckdb:COPY (SELECT 1) TO '${path("made.csv")}'`,
    2,
    /E_OPTION .*only one SELECT is run/,
  ],
  ["two queries", () => "duckdb:SELECT 1; SELECT 2", 2, /E_OPTION .*got 2 statements/],
  [
    "a label that is no column",
    () => path("ok.csv"),
    3,
    /E_COLUMN .*ok\.csv: unknown column "bb"/,
    /Did you mean "b"/,
    ["--label", "bb"],
  ],
  [
    "a column to drop that is none",
    () => path("ok.csv"),
    3,
    /E_COLUMN .*unknown column "x"/,
    undefined,
    ["--drop", "a,x"],
  ],
  [
    "everything dropped",
    () => path("ok.csv"),
    3,
    /E_DATA .*no column to model/,
    /left out \(asked for\)/,
    ["--drop", "a,b,c"],
  ],
  [
    "a schema that is no JSON",
    () => path("ok.csv"),
    2,
    /E_CONFIG .*ok\.csv: no JSON/,
    /vaekit schema/,
    ["--schema", "@ok.csv"],
  ],
];

beforeAll(async () => {
  file("ok.csv", ok);
  const { status, stderr } = await vaekit([
    "fit",
    path("ok.csv"),
    "--out",
    path("m"),
    "--epochs",
    "3",
    "--threads",
    "1",
  ]);
  expect(status, stderr).toBe(0);
});

describe("fit", () => {
  test.each(refused)("%s", async (_, data, status, message, hint, more = []) => {
    const finished = await vaekit([
      "fit",
      data(),
      "--out",
      path("out"),
      "--epochs",
      "1",
      "--threads",
      "1",
      ...more.map(placed),
    ]);
    expectRefused(finished, { status, message, hint });
    expect(existsSync(path("out"))).toBe(false);
    expect(existsSync(path("made.csv"))).toBe(false);
  });

  test.each<[string, () => string]>([
    ["one column", () => lines("a", (i) => `${i % 7}`)],
    ["a column with nothing in it", () => lines("a,b", (i) => `${i % 7},`)],
    ["half of all cells missing", () => lines("a,b", (i) => (i % 2 ? `${i % 7},NA` : `?,${i % 5}`))],
    ["numbers up to 1e300", () => lines("a,b", (i) => `${(i % 97) - 48}e298,x${i % 3}`)],
    ["numbers down to 1e-300", () => lines("a,b", (i) => `${1 + (i % 97)}e-300,x${i % 3}`)],
    ["days of the years 1 and 9999", () => lines("d,b", (i) => `${i % 2 ? "0001" : "9999"}-12-1${i % 9},x${i % 3}`)],
    ["half a million labels", () => lines("l,b,n", (i) => `label${i},x${i % 3},${(i * 7) % 11}`, 500_000)],
    ["a thousand labels twice each", () => lines("l,n", (i) => `label${i % 1000},${(i * 7) % 11}`, 2000)],
    [
      "three hundred columns of text with numbers",
      () =>
        lines(
          Array.from({ length: 300 }, (_, i) => `c${i}`).join(","),
          (i) => Array.from({ length: 300 }, (_, j) => (i * 7 + j * i) % 13).join(","),
          40,
        ),
    ],
  ])(
    "of %s works, and rows can be drawn",
    async (what, content) => {
      const out = path(`odd ${what}`);
      const training = ["--epochs", "1", "--threads", "1", "--limit", "2000"];
      const fitted = await vaekit(["fit", file("odd.csv", content()), "--out", out, ...training]);
      expect(fitted.status, fitted.stderr).toBe(0);
      const drawn = await vaekit(["sample", out, "--out", path("odd-drawn.csv"), "--count", "100", "--threads", "1"]);
      expect(drawn.status, drawn.stderr).toBe(0);
      const text = readFileSync(path("odd-drawn.csv"), "utf8");
      expect(text.trimEnd().split("\n")).toHaveLength(101);
      expect(text).not.toMatch(/NaN|Infinity|undefined|null/);
    },
    120_000,
  );
});

describe("other verbs", () => {
  test.each<[string, string[], number, RegExp, RegExp?]>([
    [
      "a condition that ends early",
      ["sample", "@m", "--where", "b = "],
      2,
      /E_OPTION invalid condition "b = ": got its end, expected a value/,
    ],
    ["a condition on no column", ["sample", "@m", "--where", "colour = red"], 2, /E_UNKNOWN .*unknown column "colour"/],
    [
      "a condition on a label unseen",
      ["sample", "@m", "--where", "b = gren"],
      2,
      /E_UNKNOWN .*column "b": unknown label "gren"/,
      /Did you mean "green"/,
    ],
    ["a condition of another kind", ["sample", "@m", "--where", "a < red"], 2, /E_OPTION .*"red" is no number/],
    ["a condition that no row meets", ["sample", "@m", "--where", "a > 5 and a < 2"], 3, /E_DATA .*fulfil it/],
    ["rows as a picture", ["sample", "@m"], 2, /E_OUT .*cannot be written as "\.png"/],
    ["data without a column", ["score", "@m", "@other.csv"], 3, /E_COLUMN .*other\.csv: no column "b"/],
    [
      "data with a cell of another kind",
      ["score", "@m", "@abc.csv"],
      3,
      /E_COLUMN .*abc\.csv: row 3, column "c": got "abc"/,
    ],
    [
      "holes with a cell of another kind",
      ["impute", "@m", "@abc.csv"],
      3,
      /E_COLUMN .*abc\.csv: row 3, column "c": got "abc"/,
    ],
  ])("%s", async (_, words, status, message, hint) => {
    file("other.csv", "a,c\n1,2\n");
    file("abc.csv", "a,b,c\n1,red,2\n1,red,2\n1,red,abc\n");
    const out = path(message.source.includes("png") ? "bad-out.png" : "bad-out.csv");
    const finished = await vaekit([...words.map(placed), "--out", out, "--threads", "1"]);
    expectRefused(finished, { status, message, hint });
    expect(existsSync(out)).toBe(false);
  });

  test("cells that a spreadsheet would compute get an apostrophe where that is asked for", async () => {
    const data = file(
      "f.csv",
      lines("f,n", (i) => `${["=1+1", "@cmd", "+x", "-y"][i % 4]},${-(i % 11)}`),
    );
    await vaekit(["fit", data, "--out", path("mf"), "--epochs", "1", "--threads", "1"]);
    const draw = (name: string, ...more: string[]) =>
      vaekit(["sample", path("mf"), "--out", path(name), "--count", "50", "--threads", "1", ...more]);
    await draw("plain.csv");
    await draw("safe.csv", "--escape-formulas");
    const [plain, safe] = ["plain.csv", "safe.csv"].map((name) =>
      readFileSync(path(name), "utf8").trimEnd().split("\n"),
    );
    expect(safe).toHaveLength(51);
    for (const [i, line] of safe.entries()) {
      expect(i === 0 ? line : line.slice(1)).toBe(plain[i]);
      if (i > 0) expect(line).toMatch(/^'[=@+-][1cxy+md]+,-?\d+$/); // numbers stay numbers
    }
  });
});
