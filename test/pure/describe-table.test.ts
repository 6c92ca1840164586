/** What the columns of a table are taken for, and what a person is told of them. */

import { describe, expect, test } from "vitest";
import type { OpenOptions, Schema } from "../../src/data/dataset.js";
import type { RawColumn } from "../../src/data/table/raw.js";
import { fieldsOf } from "../../src/fields/list.js";
import { describeTable } from "../../src/fields/table/describe.js";
import { openRows } from "../../src/fields/table/rows.js";
import { Philox } from "../../src/random.js";
import { errorOf } from "../helpers/damage.js";

const ROWS = 60;
const random = new Philox(3);
const each = (cell: (row: number) => string | null) => Array.from({ length: ROWS }, (_, row) => cell(row));
const decimals = each(() => random.uniform().toFixed(3));

function described(
  columns: Readonly<Record<string, readonly (string | null)[]>>,
  options: OpenOptions = {},
  types: Readonly<Record<string, RawColumn["type"]>> = {},
) {
  const raw = Object.keys(columns).map((name): RawColumn => ({ name, type: types[name] ?? "text" }));
  return describeTable("t.csv", raw, Object.values(columns), options);
}
/** The column "x", beside one of numbers. */
function columnX(cells: readonly (string | null)[], options: OpenOptions = {}, type: RawColumn["type"] = "text") {
  const { schema, notices } = described({ x: cells, other: decimals }, options, { x: type });
  return { ...schema.table!.columns[0], kind: schema.fields.x?.kind, notices };
}

describe("a column is taken for", () => {
  const words = ["red", "green", "blue"];
  const uuid = (row: number) => `123e4567-e89b-12d3-a456-${String(426614174000 + row * 977)}`;
  test.each<[string, readonly (string | null)[], string, RegExp]>([
    ["whole numbers", each((row) => `${(row * 7) % 31}`), "number", /^number: whole numbers, 0 to 30/],
    ["decimals", decimals, "number", /^number: numbers, 0\.\d{3} to 0\.\d{3}$/],
    ["decimal commas", each((row) => `${(row * 7) % 31},5`), "number", /0,5 to 30,5/],
    ["labels", each((row) => words[row % 3]), "category", /^category: 3 labels$/],
    ["labels and holes", each((row) => (row % 6 ? words[row % 3] : null)), "category", /3 labels, 16\.7 % missing$/],
    ["yes and no", each((row) => (row % 3 ? "yes" : "no")), "boolean", /only yes and no/],
    ["0 and 1", each((row) => `${row % 2}`), "boolean", /only 0 and 1/],
    [
      "days",
      each((row) => `2024-03-${String(1 + (row % 28)).padStart(2, "0")}`),
      "date",
      /days from 2024-03-01 to 2024-03-28, as %Y-%m-%d/,
    ],
    ["days before months", each((row) => `${1 + (row % 28)}/03/2024`), "date", /as %d\/%m\/%Y/],
    ["months before days", each((row) => `03/${1 + (row % 28)}/2024`), "date", /as %m\/%d\/%Y/],
    ["times", each((row) => `2024-03-01 ${String(row % 24).padStart(2, "0")}:15`), "date", /times from/],
    ["codes with leading zeros", each((row) => `0${10 + (row % 5)}`), "category", /5 labels/],
    ["a number in labels", each((row) => (row % 3 ? words[row % 3] : "7")), "category", /3 labels/],
    ["sentences", each((row) => `note ${row * 31} of a person`), "text", /^text: 5 words and 2\d characters each$/],
    ["one word and nothing", each((row) => (row % 2 ? "x" : null)), "category", /1 label, 50\.0 % missing/],
  ])("%s", (_, cells, kind, why) => {
    const column = columnX(cells);
    expect(column).toMatchObject({ role: "field", kind, why: expect.stringMatching(why) });
  });

  test.each<[string, readonly (string | null)[], object]>([
    ["always the same", each(() => "x"), { role: "constant", value: "x", why: "always x" }],
    ["never anything", each(() => null), { role: "constant", value: null, why: "nothing in any cell" }],
    ["words for nothing", each((row) => ["NA", "?", " null "][row % 3]), { role: "constant", value: null }],
    ["numbers that rise", each((row) => `${row * 3}`), { role: "key", why: "whole numbers that only rise" }],
    ["UUIDs", each((row) => uuid((row * 17) % 60)), { role: "key", why: "a UUID in every cell" }],
    [
      "a word of its own in each row",
      each((row) => `x${row * 31}`),
      { role: "left out", why: "text: 60 different values" },
    ],
  ])("none: %s", (_, cells, expected) => {
    expect(columnX(cells)).toMatchObject({ ...expected, kind: undefined });
  });

  test("a key by its name: whole numbers, each once, in any order", () => {
    const shuffled = each((row) => `${1000 + ((row * 37) % 60)}`);
    const roles = (name: string) => described({ [name]: shuffled, other: decimals }).schema.table!.columns[0].role;
    for (const name of ["id", "user_id", "userId", "PassengerKey", "row-nr"]) expect(roles(name), name).toBe("key");
    for (const name of ["price", "paid", "casino", "grid"]) expect(roles(name), name).toBe("field");
  });

  test("numbers that rise among few rows are numbers", () => {
    const { schema } = described({ x: ["1", "2", "3"], y: ["5", "4", "6"] });
    expect(Object.keys(schema.fields)).toEqual(["x", "y"]);
  });

  test("what its source declares: 0 and 1 that are numbers", () => {
    expect(
      columnX(
        each((row) => `${row % 2}`),
        {},
        "integer",
      ).kind,
    ).toBe("number");
  });
});

describe("a person decides", () => {
  const columns = { a: each((row) => `${row % 5}`), b: decimals, c: each((row) => (row % 2 ? "x" : "y")) };
  test("which is the label, the key, and what is left out", () => {
    const { schema } = described({ ...columns, d: decimals }, { label: "c", key: "a", drop: ["d"] });
    expect(schema.table!.columns.map(({ role }) => role)).toEqual(["key", "field", "label", "left out"]);
    expect(Object.keys(schema.fields)).toEqual(["b"]);
  });
  test("which texts are nothing", () => {
    const cells = each((row) => (row % 10 ? `${row % 7}` : "-99"));
    expect(columnX(cells).why).toMatch(/-99 to 6/);
    expect(columnX(cells, { missing: ["-99"] }).why).toMatch(/0 to 6.*10\.0 % missing/);
    expect(described({ x: cells, b: decimals }, { missing: ["-99"] }).schema.table!.missing).toEqual(["-99"]);
  });
  test.each<[string, OpenOptions, string]>([
    ["the label", { label: "incme" }, "incme"],
    ["the key", { key: "incomee" }, "incomee"],
    ["a column to drop", { drop: ["age", "Income"] }, "Income"],
  ])("but not on one that is not there: %s", async (_, options, name) => {
    const error = await errorOf(() => described({ income: decimals, age: columns.a }, options));
    expect(error).toMatchObject({
      code: "E_COLUMN",
      message: `t.csv: unknown column "${name}"`,
      hint: 'Did you mean "income"?',
    });
  });
});

describe("nothing can be learned", () => {
  test("of a table without a column to model, and why is said of each", async () => {
    const error = await errorOf(() =>
      described({ id: each((row) => `${row}`), x: each(() => "one"), t: each((row) => `x${row}`) }),
    );
    expect(error).toMatchObject({ code: "E_DATA", message: "t.csv: no column to model" });
    expect(error.hint).toBe(
      "id: key (whole numbers that only rise); x: constant (always one); t: left out (text: 60 different values)",
    );
  });
  test("of more than two thousand columns, those that are left out not counted", async () => {
    const columns = Object.fromEntries(Array.from({ length: 2001 }, (_, i) => [`c${i}`, ["1", "2"]]));
    const error = await errorOf(() => described(columns));
    expect(error.message).toBe("t.csv: 2,001 columns to model, expected at most 2,000");
    expect(error.hint).toMatch(/--drop/);
    expect(Object.keys(described(columns, { drop: ["c7"] }).schema.fields)).toHaveLength(2000);
  });
});

describe("how cells are written", () => {
  test("blanks before every cell are kept, others not", () => {
    expect(columnX(each((row) => `  ${row % 3}`)).before).toBe("  ");
    expect(columnX(each((row) => (row % 2 ? ` ${row % 3}` : `${row % 3}`))).before).toBeUndefined();
    expect(columnX(each((row) => (row % 2 ? ` ${row % 3}` : null))).before).toBe(" ");
  });
  test("the commonest text for nothing is kept", () => {
    const blanks = (texts: readonly (string | null)[]) =>
      columnX(each((row) => (row % 3 ? `${row % 5}` : texts[row % texts.length]))).blank;
    expect(blanks(["?"])).toBe("?");
    expect(blanks(["NA", "NA", "?"])).toBe("NA");
    expect(blanks([null])).toBeUndefined();
  });
});

describe("a person is warned", () => {
  test.each([
    ["e-mail addresses", each((row) => `person${row}@example.org`)],
    ["card numbers", each((row) => (row % 2 ? "4539578763621486" : "4556 7375 8689 9855"))],
  ])("of %s", (what, cells) => {
    expect(described({ x: cells, other: decimals }).notices[0]).toMatch(`column "x" looks like ${what}`);
  });
  test("not of numbers that fail the checksum of card numbers", () => {
    expect(described({ x: each((row) => `453957876362148${row % 6}`), other: decimals }).notices).toEqual([]);
  });
  test("of names of people, by the header and the cells", () => {
    const people = each(
      (row) => `Anna ${String.fromCharCode(65 + (row % 26))}${String.fromCharCode(97 + Math.floor(row / 26))}nsen`,
    );
    expect(described({ surname: people, other: decimals }).notices).toEqual([
      'column "surname" looks like names of people',
    ]);
    expect(described({ street: people, other: decimals }).notices).toEqual([]);
  });
  test("and told what to do where the column would be learned", () => {
    const mails = each((row) => `person${row % 9}@example.org`);
    expect(described({ x: mails, other: decimals }).notices[0]).toMatch(/leave it out with --drop/);
  });
});

describe("a schema", () => {
  const { schema } = described({
    number: decimals,
    label: each((row) => "abc"[row % 3]),
    flag: each((row) => (row % 2 ? "Y" : "N")),
    day: each((row) => `2024-03-${String(1 + (row % 28)).padStart(2, "0")}`),
    text: each((row) => `x${row}`),
  });
  test("comes back from JSON, with all fields", () => {
    const back = JSON.parse(JSON.stringify(schema)) as Schema;
    expect(back).toEqual(schema);
    expect(fieldsOf(back).map(({ name, kind }) => [name, kind.name])).toEqual([
      ["number", "number"],
      ["label", "category"],
      ["flag", "boolean"],
      ["day", "date"],
    ]);
  });
  test.each([
    ["number", "cells", []],
    ["number", "cells", [[1, "x"]]],
    ["number", "shares", [0.5]],
    ["number", "shares", null],
    ["number", "deviation", 0],
    ["number", "reach", [1]],
    ["number", "format", undefined],
    ["label", "labels", [1, 2, 3]],
    ["label", "labels", "abc"],
    ["label", "shares", [1]],
    ["flag", "shares", [0.5, 0.5, 0, 0]],
    ["day", "format", 7],
    ["day", "format", "%Q"],
    ["day", "days", null],
    ["day", "days", {}],
    ["day", "weekdays", [1]],
    ["label", "kind", "colour"],
  ])("that was damaged is refused: %s.%s = %j", async (field, fact, value) => {
    const fields = { ...schema.fields, [field]: { ...schema.fields[field], [fact]: value } };
    const error = await errorOf(() => fieldsOf(JSON.parse(JSON.stringify({ fields }))));
    expect(["E_CONFIG", "E_UNKNOWN"]).toContain(error.code);
  });
});

describe("rows in memory", () => {
  test("are a table: numbers, labels, booleans, dates, and what is missing", async () => {
    const data = await openRows(
      Array.from({ length: 40 }, (_, i) => ({
        age: i % 4 ? 20 + ((i * 7) % 30) : null,
        job: i % 5 ? ["clerk", "smith"][i % 2] : undefined,
        member: i % 3 === 0,
        since: new Date(Date.UTC(2020, 0, 1 + ((i * 5) % 28), i % 24)),
      })),
    );
    expect(Object.entries(data.schema.fields).map(([name, { kind }]) => [name, kind])).toEqual([
      ["age", "number"],
      ["job", "category"],
      ["member", "boolean"],
      ["since", "date"],
    ]);
    const { age, job, member, since } = await data.read([0, 1]);
    expect([...age]).toEqual([Number.NaN, 27]);
    expect(job[0]).toBe(-1);
    expect((data.schema.fields.job.labels as string[])[job[1]]).toBe("smith");
    expect((data.schema.fields.member.labels as string[])[member[0]]).toBe("true");
    expect([...since]).toEqual([Date.UTC(2020, 0, 1, 0), Date.UTC(2020, 0, 6, 1)]);
    expect([data.count, data.id(3)]).toEqual([40, "3"]);
  });
  test("a date that is none and a number that is none are missing", async () => {
    const data = await openRows(
      Array.from({ length: 30 }, (_, i) => ({
        x: i === 3 ? Number.NaN : i % 7,
        when: i === 4 ? new Date(Number.NaN) : new Date(Date.UTC(2020, 0, 1 + (i % 9))),
      })),
    );
    const { x, when } = await data.read([3, 4, 5]);
    expect([x[0], x[1], when[0], when[1]]).toEqual([Number.NaN, 4, Date.UTC(2020, 0, 4), Number.NaN]);
  });
  test("no rows, and rows without columns, are nothing to learn from", async () => {
    expect(await errorOf(() => openRows([]))).toMatchObject({ code: "E_DATA" });
    expect(await errorOf(() => openRows([{}, {}]))).toMatchObject({ code: "E_DATA" });
  });
  test("an infinite number is named, or its row left out, which keeps the numbers of the others", async () => {
    const rows = Array.from({ length: 200 }, (_, i) => ({ x: i === 3 ? Number.POSITIVE_INFINITY : i % 7, y: i % 5 }));
    const data = await openRows(rows, { onError: "fail" });
    expect(await errorOf(() => data.read([0]))).toMatchObject({
      code: "E_COLUMN",
      message: 'rows in memory: row 4, column "x": got "Infinity", expected a number',
    });
    const skipped = await openRows(rows, { onError: "skip" });
    expect(skipped.count).toBe(199);
    expect([2, 3, 198].map((index) => skipped.id(index))).toEqual(["2", "4", "199"]);
    const cells: (string | null)[] = [];
    for await (const { start, count, columns } of skipped.cells!()) {
      expect([start, count]).toEqual([cells.length, columns.y.length]);
      cells.push(...columns.y);
    }
    expect([cells.length, cells[2], cells[3]]).toEqual([199, "2", "4"]);
    expect([...(await skipped.read([3])).x]).toEqual([4]);
    expect(skipped.notices.at(-1)).toBe('1 row is left out: row 4, column "x": "Infinity" is the first');
  });
  test("any number of rows that cannot be read are left out", async () => {
    const rows = Array.from({ length: 30_000 }, (_, i) => ({ x: i % 20 === 3 ? "abc" : i % 7, y: i % 5 }));
    const known = await openRows(rows.map(({ y }, i) => ({ x: i % 7, y })));
    const data = await openRows(rows, { onError: "skip", schema: known.schema });
    expect(data.count).toBe(28_500);
    expect((await data.read(Array.from({ length: data.count }, (_, i) => i))).x.every((x) => x >= 0)).toBe(true);
  });
  test("columns of another order, columns more and columns less", async () => {
    const { schema } = await openRows(Array.from({ length: 30 }, (_, i) => ({ x: i % 7, y: `${"ab"[i % 2]}` })));
    const turned = await openRows([{ z: 1, y: "b", x: 5 }], { schema });
    const { x, y } = await turned.read([0]);
    expect([x[0], (schema.fields.y.labels as string[])[y[0]]]).toEqual([5, "b"]);
    const missing = await openRows([{ x: 5 }], { schema }); // as if it were undefined
    expect((await missing.read([0])).y[0]).toBe(-1);
  });
});
