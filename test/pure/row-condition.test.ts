/** Conditions on rows: what they mean, which values they fix, and what is said of ones that do not read. */

import { describe, expect, test } from "vitest";
import type { Dataset } from "../../src/data/dataset.js";
import { fieldsOf } from "../../src/fields/list.js";
import { parseRowCondition } from "../../src/fields/table/condition.js";
import { openRows } from "../../src/fields/table/rows.js";
import { errorOf } from "../helpers/damage.js";

/** Ages 20 to 59; jobs, one with a quote in it; a flag; days; each missing in some rows. */
const rows = Array.from({ length: 120 }, (_, i) => ({
  age: i % 11 === 0 ? null : 20 + (i % 40),
  job: i % 7 === 0 ? null : ["clerk", "miner's aide", "smith", "and", "not in"][i % 5],
  "in town": i % 3 === 0,
  since: new Date(Date.UTC(2020, 0, 1 + (i % 50))),
  ratio: i % 13 === 0 ? null : ((i % 40) - 20) / 4,
}));
const data: Dataset = await openRows(rows);
const fields = fieldsOf(data.schema);
const all = Array.from({ length: rows.length }, (_, i) => i);
const columns = await data.read(all);

/** Rows for which a condition holds. */
function holding(text: string): number[] {
  const condition = parseRowCondition(text, fields);
  return all.filter((row) => condition.holds((field) => columns[fields[field].name][row]));
}
type Row = (typeof rows)[number];
const where = (holds: (row: Row) => boolean) => all.filter((i) => holds(rows[i]));

describe("a condition", () => {
  test.each<[string, (row: Row) => boolean]>([
    ["age = 25", ({ age }) => age === 25],
    ["age == 25.0", ({ age }) => age === 25],
    ["age != 25", ({ age }) => age !== null && age !== 25],
    ["age <> 25", ({ age }) => age !== null && age !== 25],
    ["age<25", ({ age }) => age !== null && age < 25],
    ["age<=25", ({ age }) => age !== null && age <= 25],
    ["age > 50", ({ age }) => age !== null && age > 50],
    ["age >= '50'", ({ age }) => age !== null && age >= 50],
    ["ratio < -2.5", ({ ratio }) => ratio !== null && ratio < -2.5],
    ["ratio = -.25e1", ({ ratio }) => ratio === -2.5],
    ["job = clerk", ({ job }) => job === "clerk"],
    ["job = ' clerk '", ({ job }) => job === "clerk"],
    ["job = 'miner''s aide'", ({ job }) => job === "miner's aide"],
    [`job = "miner's aide"`, ({ job }) => job === "miner's aide"],
    ["job = 'and'", ({ job }) => job === "and"],
    ["`job` != 'not in'", ({ job }) => job !== null && job !== "not in"],
    ["job in (clerk, 'smith')", ({ job }) => job === "clerk" || job === "smith"],
    ["age in (21,22 , 23)", ({ age }) => age === 21 || age === 22 || age === 23],
    ["job not in (clerk)", ({ job }) => job !== null && job !== "clerk"],
    ["age is null", ({ age }) => age === null],
    ["age is missing", ({ age }) => age === null],
    ["age IS NOT NULL", ({ age }) => age !== null],
    ["job is null", ({ job }) => job === null],
    ['"in town" = true', (row) => row["in town"]],
    ["`in town` != true", (row) => !row["in town"]],
    ["since >= '2020-02-01'", ({ since }) => since >= new Date(Date.UTC(2020, 1, 1))],
    ["not age = 25", ({ age }) => age !== 25],
    ["not not age = 25", ({ age }) => age === 25],
    ["age < 25 and job = clerk", ({ age, job }) => age !== null && age < 25 && job === "clerk"],
    ["age < 22 or job = clerk", ({ age, job }) => (age !== null && age < 22) || job === "clerk"],
    [
      "age < 22 or age > 50 and job = clerk",
      ({ age, job }) => age !== null && (age < 22 || (age > 50 && job === "clerk")),
    ],
    [
      "(age < 22 or age > 50) and job = clerk",
      ({ age, job }) => age !== null && (age < 22 || age > 50) && job === "clerk",
    ],
    ["not (age < 22 or job = clerk)", ({ age, job }) => !((age !== null && age < 22) || job === "clerk")],
    ["not age < 22 and job = clerk", ({ age, job }) => !(age !== null && age < 22) && job === "clerk"],
    ["age = 25 and age = 26", () => false],
  ])("%s", (text, holds) => {
    expect(holding(text)).toEqual(where(holds));
  });
  test("names the fields that it asks for", () => {
    expect([...parseRowCondition("ratio > 0 or (job is null and ratio < 5)", fields).fields].sort()).toEqual([1, 4]);
  });
});

describe("what a condition fixes", () => {
  const fixed = (text: string) =>
    Object.fromEntries([...parseRowCondition(text, fields).fixed].map(([field, value]) => [fields[field].name, value]));
  test.each<[string, Record<string, number>]>([
    ["age = 25", { age: 25 }],
    ["age = 25 and ratio = -1 and job is not null", { age: 25, ratio: -1 }],
    ["(age = 25) and (ratio < 3 and since = '2020-01-09')", { age: 25, since: Date.UTC(2020, 0, 9) }],
    ["age = 25 or age = 26", {}],
    ["not age = 25", {}],
    ["age in (25)", {}],
    ["age = 25 and (ratio = 1 or ratio = 2)", { age: 25 }],
    ["age >= 25", {}],
  ])("%s", (text, expected) => {
    expect(fixed(text)).toEqual(expected);
  });
  test("every row that it holds for has them", () => {
    for (const text of ["job = clerk and age = 25", "age = 25 and age = 26", "job = clerk and (age < 30 or ratio > 1)"])
      for (const row of holding(text))
        for (const [field, value] of parseRowCondition(text, fields).fixed)
          expect(columns[fields[field].name][row]).toBe(value);
  });
});

describe("a condition that does not read", () => {
  test.each<[string, string, RegExp]>([
    ["age = ", "E_OPTION", /^invalid condition "age = ": got its end, expected a value$/],
    ["age 25", "E_OPTION", /got "25" at character 5, expected =, !=, <, <=, >, >=, in or is$/],
    ["= 25", "E_OPTION", /got "=" at character 1, expected the name of a column$/],
    ["age = 25 job = clerk", "E_OPTION", /got "job" at character 10, expected and, or, or nothing more$/],
    ["age = 25 and", "E_OPTION", /got its end, expected the name of a column$/],
    ["(age = 25", "E_OPTION", /got its end, expected "\)"$/],
    ["age = 25)", "E_OPTION", /got "\)" at character 9/],
    ["age in 25", "E_OPTION", /got "25" at character 8, expected "\("$/],
    ["age in (25", "E_OPTION", /got its end, expected "\)"$/],
    ["age in ()", "E_OPTION", /got "\)" at character 9, expected a value$/],
    ["age is 25", "E_OPTION", /got "25" at character 8, expected "null" or "missing"$/],
    ["age not 25", "E_OPTION", /got "25" at character 9/],
    ["job = 'clerk", "E_OPTION", /a quote that does not end at character 7$/],
    ["age ! 25", "E_OPTION", /"!" at character 5$/],
    ["age = abc", "E_OPTION", /character 7: "abc" is no number, as column "age" holds \(whole numbers, 20 to 59\)$/],
    ["age = ''", "E_OPTION", /character 7: "" is no number/],
    ["age = 1e999", "E_OPTION", /"1e999" is no number/],
    ["since > yesterday", "E_OPTION", /character 9: "yesterday" is no date/],
    ["job < clerk", "E_OPTION", /"<" is for numbers and dates, column "job" has labels$/],
    ["agee = 25", "E_UNKNOWN", /^condition "agee = 25", character 1: unknown column "agee"$/],
    ["age = 25 and Job = clerk", "E_UNKNOWN", /character 14: unknown column "Job"$/],
    ["job = clerc", "E_UNKNOWN", /character 7: column "job": unknown label "clerc"$/],
    ["job in (smith, clerc)", "E_UNKNOWN", /character 16: column "job": unknown label "clerc"$/],
    ["job = ''", "E_UNKNOWN", /unknown label ""$/],
    ["job = null", "E_UNKNOWN", /unknown label "null"$/],
    ["  ", "E_OPTION", /got its end, expected the name of a column$/],
  ])("%s", async (text, code, message) => {
    const error = await errorOf(() => parseRowCondition(text, fields));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.hint).toBeTruthy();
  });
  test("says what is near", async () => {
    expect((await errorOf(() => parseRowCondition("agee = 25", fields))).hint).toBe('Did you mean "age"?');
    expect((await errorOf(() => parseRowCondition("job = clerc", fields))).hint).toBe('Did you mean "clerk"?');
  });
  test("a missing value cannot be compared, and it is said how to ask for it", async () => {
    expect((await errorOf(() => parseRowCondition("job = null", fields))).hint).toMatch(/job is null/);
  });
  test("ten thousand brackets are refused as any other condition", async () => {
    const text = `${"(".repeat(10_000)}age = 25`;
    expect((await errorOf(() => parseRowCondition(text, fields))).code).toBe("E_OPTION");
  });
});
