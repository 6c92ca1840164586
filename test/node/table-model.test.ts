/** A model of a table whose columns depend on each other in a known way: drawn, conditioned, scored, filled in, encoded. */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { encode } from "../../src/verbs/encode.js";
import { fit } from "../../src/verbs/fit.js";
import { impute } from "../../src/verbs/impute.js";
import { sample } from "../../src/verbs/sample.js";
import { score } from "../../src/verbs/score.js";
import type { Verb } from "../../src/verbs/verb.js";
import { errorOf } from "../helpers/damage.js";
import {
  BASE_PAY,
  type Cells,
  cellsOf,
  csvOf,
  JOB_SHARES,
  JOBS,
  MEMBER_SHARE,
  PEOPLE_COLUMNS,
  people,
  rowsOf,
} from "../helpers/people.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";
import { runVerb } from "../helpers/verbs.js";

const { path } = temporaryFolder();
const TRAINED = 3000;
/** What a small model may be off beside chance. */
const MODEL_ERROR = 0.08;
const SIGMAS = 4;

const machine = { threads: 1 };
const run = (verb: unknown, input: Record<string, unknown>) => runVerb(verb as Verb, { ...input, ...machine });
const read = (name: string) => rowsOf(readFileSync(path(name), "utf8"));
const write = (name: string, rows: readonly Cells[], columns: readonly string[] = PEOPLE_COLUMNS) => {
  writeFileSync(path(name), csvOf(rows, columns));
  return path(name);
};
const share = <T>(values: readonly T[], holds: (value: T) => boolean) => values.filter(holds).length / values.length;
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
function expectShare(got: number, expected: number, count: number, what: string): void {
  const error = SIGMAS * Math.sqrt((expected * (1 - expected)) / count);
  expect(Math.abs(got - expected), `${what}: got ${got}, expected ${expected}`).toBeLessThan(MODEL_ERROR + error);
}

const source = people(TRAINED, 1).map(cellsOf);
/** One in fifty has no job, and one in fifty no age. */
const holed = source.map((row, i) => ({ ...row, ...(i % 50 === 7 && { job: "?" }), ...(i % 50 === 9 && { age: "" }) }));
let model: string;

beforeAll(async () => {
  model = path("model");
  const data = write("people.csv", holed);
  await run(fit, { data, out: model, epochs: 40, valid: 0.25, seed: 1 });
}, 120_000);

async function drawn(name: string, options: Record<string, unknown> = {}): Promise<Cells[]> {
  await run(sample, { model, out: path(name), count: 1000, seed: 5, ...options });
  return read(name);
}

describe("rows drawn", () => {
  let rows: Cells[];
  beforeAll(async () => {
    rows = await drawn("drawn.csv", { count: 3000 });
  });

  test("are written as their source is: columns, formats, constants, blanks, keys made anew", () => {
    expect(Object.keys(rows[0])).toEqual(["number", "city", "job", "age", "union", "pay", "member", "since"]);
    expect(rows).toHaveLength(3000);
    for (const [i, { number, city, job, age, union, pay, member, since }] of rows.entries()) {
      expect([number, union]).toEqual([String(i + 1), "EU"]);
      expect([" Rome", " Oslo"]).toContain(city);
      expect([...JOBS, "?"]).toContain(job);
      expect(age).toMatch(/^(-?\d+)?$/);
      expect(pay).toMatch(/^-?\d+\.\d\d$/);
      expect(["yes", "no"]).toContain(member);
      expect(since).toMatch(/^\d\d\.\d\d\.\d{4}$/);
    }
  });

  test("have nothing in a cell where training rows have, and only there", () => {
    const empty = (name: string) => share(rows, (row) => ["", "?"].includes(row[name].trim()));
    expectShare(empty("job"), 0.02, rows.length, "no job");
    expectShare(empty("age"), 0.02, rows.length, "no age");
    for (const name of ["city", "pay", "member", "since"]) expect(empty(name), name).toBe(0);
  });

  test("depend on each other as training rows do", () => {
    for (const city of ["Rome", "Oslo"] as const) {
      const own = rows.filter((row) => row.city.trim() === city && row.job !== "?");
      expectShare(own.length / rows.length, 0.49, rows.length, city);
      for (const [i, job] of JOBS.entries())
        expectShare(
          share(own, (row) => row.job === job),
          JOB_SHARES[city][i],
          own.length,
          `${job} in ${city}`,
        );
    }
    for (const job of JOBS) {
      const own = rows.filter((row) => row.job === job);
      expectShare(
        share(own, ({ member }) => member === "yes"),
        MEMBER_SHARE[job],
        own.length,
        `members, ${job}`,
      );
      expect(Math.abs(mean(own.map(({ pay }) => Number(pay))) - BASE_PAY[job] - 395), job).toBeLessThan(250);
      const members = own.filter(({ member }) => member === "yes");
      expect(
        share(members, ({ since }) => Number(since.slice(6)) < 2016),
        job,
      ).toBeGreaterThan(0.7);
    }
  });

  test("the first k of n are those of a call for k", async () => {
    for (const count of [1, 100]) expect(await drawn("few.csv", { count })).toEqual(rows.slice(0, count));
    expect(await drawn("other.csv", { count: 100, seed: 6 })).not.toEqual(rows.slice(0, 100));
  });

  test("are the same rows in every format", async () => {
    const count = 50;
    await run(sample, { model, out: path("s.jsonl"), count, seed: 5 });
    const lines = readFileSync(path("s.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    for (const [i, line] of lines.entries()) {
      expect(line.city).toBe(rows[i].city);
      expect(Number(line.pay)).toBe(Number(rows[i].pay));
    }
  });
});

describe("rows drawn under a condition", () => {
  test("fulfil it, each of them, and the rest follows", async () => {
    const rows = await drawn("smiths.csv", { where: "job = smith" });
    expect(rows).toHaveLength(1000);
    expect(rows.every(({ job }) => job === "smith")).toBe(true);
    expectShare(
      share(rows, ({ member }) => member === "yes"),
      MEMBER_SHARE.smith,
      rows.length,
      "members",
    );
    const [rome, oslo] = [JOB_SHARES.Rome[1], JOB_SHARES.Oslo[1]];
    expectShare(
      share(rows, ({ city }) => city === " Rome"),
      rome / (rome + oslo),
      rows.length,
      "in Rome",
    );
    expect(Math.abs(mean(rows.map(({ pay }) => Number(pay))) - BASE_PAY.smith - 395)).toBeLessThan(250);
  });

  test.each<[string, (row: Cells) => boolean]>([
    ["age < 30", ({ age }) => age !== "" && Number(age) < 30],
    ["pay >= 812.34 and pay < 850", ({ pay }) => Number(pay) >= 812.34 && Number(pay) < 850],
    ["member = yes and job = nurse and age > 40", (r) => r.member === "yes" && r.job === "nurse" && Number(r.age) > 40],
    [
      "job in (clerk, nurse) and not city = Rome",
      ({ job, city }) => job !== "smith" && job !== "?" && city === " Oslo",
    ],
    ["job is null", ({ job }) => job === "?"],
    ["since < '01.01.2011'", ({ since }) => Number(since.slice(6)) < 2011],
    ["age = 33", ({ age }) => age === "33"],
  ])("fulfil it: %s", async (where, holds) => {
    const rows = await drawn("where.csv", { where, count: 200 });
    expect(rows).toHaveLength(200);
    expect(rows.filter((row) => !holds(row))).toEqual([]);
  });

  test("the first k of n are those of a call for k", async () => {
    const where = "job = nurse and age < 30";
    expect(await drawn("k.csv", { where, count: 20 })).toEqual((await drawn("n.csv", { where })).slice(0, 20));
  });

  test.each([
    ["pay < 0 and pay > 1", /0 of 2,048 rows drawn fulfil it$/],
    ["city is null", /0 of 2,048 rows drawn fulfil it$/],
    ["age = 33 and age = 34", /fulfil it$/],
  ])("are refused where there are none: %s", async (where, message) => {
    const error = await errorOf(() => drawn("none.csv", { where }));
    expect(error).toMatchObject({ code: "E_DATA", message: expect.stringMatching(message) });
    expect(error.message).toContain(`condition "${where}"`);
    expect(error.hint).toMatch(/ask for less/);
  });
});

interface Scored {
  readonly id: string;
  readonly nats: number;
  readonly score?: number;
  readonly p_value: number;
  readonly reasons: readonly { readonly part: string; readonly share: number }[];
}
async function scored(rows: readonly Cells[], columns?: readonly string[], options = {}): Promise<Scored[]> {
  const { lines } = await run(score, { model, data: write("score.csv", rows, columns), ...options });
  return lines as Scored[];
}
const figures = ({ nats }: Scored) => nats;

describe("scores", () => {
  const fresh = people(300, 2).map(cellsOf);
  let whole: Scored[];
  beforeAll(async () => {
    whole = await scored(fresh);
  });

  test("are the same, bit for bit, in another call, among other rows, in another order, and however many there are", async () => {
    expect(whole).toHaveLength(300);
    expect(await scored(fresh)).toEqual(whole);
    expect((await scored(fresh.slice(0, 20))).map(figures)).toEqual(whole.slice(0, 20).map(figures));
    for (const row of [0, 7]) expect((await scored([fresh[row]])).map(figures)).toEqual([figures(whole[row])]);
    const turned = (await scored(fresh.toReversed())).toReversed();
    expect(turned.map(figures)).toEqual(whole.map(figures));
  });

  // Sums over a width that is no multiple of four depend on where a row lies in memory.
  test("and so is what rows are ranked by beside nats", async () => {
    const ranked = ({ score, p_value }: Scored) => [score, p_value];
    expect((await scored(fresh.toReversed())).map(ranked)).toEqual(whole.map(ranked).toReversed());
  });

  test("do not depend on the order of the columns, nor on columns that the model does not know", async () => {
    const turned = await scored(fresh.slice(0, 50), PEOPLE_COLUMNS.toReversed());
    expect(turned.map(figures)).toEqual(whole.slice(0, 50).map(figures));
    const known = ["job", "pay", "age", "city", "member", "since"];
    expect((await scored(fresh.slice(0, 50), known)).map(figures)).toEqual(whole.slice(0, 50).map(figures));
    const more = fresh.slice(0, 50).map((row) => ({ ...row, more: "x" }));
    expect((await scored(more, [...known, "more"])).map(figures)).toEqual(whole.slice(0, 50).map(figures));
  });

  test("of rows with what was never seen are higher, and name the column", async () => {
    const strange = async (change: Partial<Cells>) =>
      scored(fresh.slice(0, 50).map((row) => ({ ...row, ...change }) as Cells));
    const usual = mean(whole.slice(0, 50).map(({ nats }) => nats));
    for (const [name, value] of [
      ["job", "astronaut"],
      ["city", " Paris"],
      ["city", ""],
      ["age", "150"],
      ["pay", "-99999.00"],
      ["since", "01.01.1950"],
    ]) {
      const rows = await strange({ [name]: value });
      expect(mean(rows.map(({ nats }) => nats)), `${name} ${value}`).toBeGreaterThan(usual + 2);
      expect(
        share(rows, ({ reasons }) => reasons[0].part === name),
        `${name} ${value}`,
      ).toBeGreaterThan(0.9);
    }
  });

  test("of rows whose cells do not go together are higher", async () => {
    // Those of clerks, with the pay of nurses.
    const clerks = fresh.filter(({ job }) => job === "clerk").slice(0, 40);
    const wrong = await scored(clerks.map((row) => ({ ...row, pay: (Number(row.pay) + 2000).toFixed(2) })));
    const right = await scored(clerks);
    expect(share(wrong, ({ nats }, i) => nats > right[i].nats + 1)).toBeGreaterThan(0.9);
    function share<T>(values: readonly T[], holds: (value: T, i: number) => boolean): number {
      return values.filter(holds).length / values.length;
    }
  });

  // Distances of the rows kept aside are smaller than those of fresh rows.
  test("of fresh rows have p-values that are spread evenly", async () => {
    const rows = await scored(
      people(1000, 3).map((person, i) => ({
        ...cellsOf(person, i),
        ...(i % 50 === 7 && { job: "?" }),
        ...(i % 50 === 9 && { age: "" }),
      })),
    );
    const sorted = rows.map(({ p_value }) => p_value).sort((a, b) => a - b);
    const gap = sorted.reduce((most, p, i) => Math.max(most, Math.abs(p - (i + 0.5) / sorted.length)), 0);
    // Kolmogorov & Smirnov, two samples: 750 rows kept aside, 1000 fresh ones; p = 0.001.
    expect(gap).toBeLessThan(1.95 * Math.sqrt(1 / (TRAINED * 0.25) + 1 / 1000) + 0.005);
  });

  test("a key stands as id", async () => {
    expect((await scored(fresh.slice(0, 3), undefined, { key: "number" })).map(({ id }) => id)).toEqual([
      "1000",
      "1001",
      "1002",
    ]);
    expect(whole.slice(0, 2).map(({ id }) => id)).toEqual(["0", "1"]);
  });

  describe("of other tables", () => {
    const five = fresh.slice(0, 5);
    const changed = (row: number, name: string, value: string) =>
      five.map((cells, i) => (i === row ? { ...cells, [name]: value } : cells));

    test.each([
      ["pay", "12,5", "a number"],
      ["pay", "abc", "a number"],
      ["pay", "inf", "a number"],
      ["age", "1e999", "a number"],
      ["since", "31.02.2020", "a date"],
      ["since", "2020-01-01", "a date"],
    ])("%s of %s fails with its row and column", async (name, value, kind) => {
      // A comma separates cells, unless it is in quotes.
      const rows = changed(3, name, value.includes(",") ? `"${value}"` : value);
      const error = await errorOf(() => scored(rows));
      expect(error.code).toBe("E_COLUMN");
      expect(error.message).toBe(`${path("score.csv")}: row 4, column "${name}": got "${value}", expected ${kind}`);
      expect(error.hint).toMatch(/--on-error skip/);
    });

    test("such rows are left out where they may, the others keep their numbers and their scores", async () => {
      const rows = changed(1, "pay", "abc").map((row, i) => (i === 3 ? { ...row, since: "never" } : row));
      const { lines, events } = await run(score, { model, data: write("skip.csv", rows), onError: "skip" });
      expect((lines as Scored[]).map(({ id }) => id)).toEqual(["0", "2", "4"]);
      expect((lines as Scored[]).map(figures)).toEqual([0, 2, 4].map((row) => figures(whole[row])));
      expect(events).toContainEqual({
        event: "notice",
        message: '2 rows are left out: row 2, column "pay": "abc" is the first',
      });
    });

    test("many such rows are all left out", async () => {
      const rows = Array.from({ length: 400 }, (_, i) => ({ ...five[i % 5], pay: i % 2 ? "abc" : five[i % 5].pay }));
      const { lines } = await run(score, { model, data: write("skip.csv", rows), onError: "skip" });
      expect(lines).toHaveLength(200);
      expect((lines as Scored[]).map(({ id }) => Number(id) % 2)).toEqual(new Array(200).fill(0));
    });

    test("where no row is left it is said", async () => {
      const rows = five.map((row) => ({ ...row, pay: "abc" }));
      const error = await errorOf(() => run(score, { model, data: write("skip.csv", rows), onError: "skip" }));
      expect(error).toMatchObject({ code: "E_DATA", hint: 'row 1, column "pay": "abc"' });
      expect(error.message).toMatch(/skip\.csv: no row can be read$/);
    });

    test("a column that is not there is named", async () => {
      const error = await errorOf(() =>
        scored(
          five.map((row) => ({ ...row, salary: row.pay })),
          ["job", "salary", "age", "city", "member", "since"],
        ),
      );
      expect(error.code).toBe("E_COLUMN");
      expect(error.message).toMatch(/score\.csv: no column "pay", which the model was trained on$/);
      expect(error.hint).toBeTruthy();
    });
  });
});

describe("what is missing", () => {
  const asked = people(600, 4).map(cellsOf);
  /** Every row has lost one cell. */
  const lost = ["job", "pay", "member", "since"] as const;
  const holes = asked.map((row, i) => ({ ...row, [lost[i % 4]]: i % 8 < 4 ? "" : "?" }));
  let filled: Cells[];
  beforeAll(async () => {
    const { json } = await run(impute, { model, data: write("holes.csv", holes), out: path("full.csv") });
    filled = read("full.csv");
    expect(json).toMatchObject({ rows: 600, left: 0, filled: 600 });
  });
  const pairs = (name: (typeof lost)[number]) =>
    asked.flatMap((row, i) => (lost[i % 4] === name ? [[row[name], filled[i][name]] as const] : []));

  test("is filled in, and nothing else is touched", () => {
    expect(Object.keys(filled[0])).toEqual([...PEOPLE_COLUMNS]);
    for (const [i, row] of filled.entries())
      for (const name of PEOPLE_COLUMNS) {
        if (name === lost[i % 4]) expect(["", "?"]).not.toContain(row[name]);
        else expect(row[name]).toBe(holes[i][name]);
      }
  });

  test("is guessed better than by the commonest label or the mean", () => {
    const right = (name: (typeof lost)[number]) => share([...pairs(name)], ([truth, guess]) => truth === guess);
    expect(right("job")).toBeGreaterThan(0.9); // pay tells it; the commonest is right in 0.4
    expect(right("member")).toBeGreaterThan(0.9); // the date tells it; the commonest is right in 0.5
    const pays = pairs("pay").map(([truth, guess]) => [Number(truth), Number(guess)]);
    const average = mean(pays.map(([truth]) => truth));
    const off = (guess: (pair: number[]) => number) => mean(pays.map((pair) => Math.abs(pair[0] - guess(pair))));
    expect(off(([, guess]) => guess)).toBeLessThan(0.4 * off(() => average));
  });

  test("looks as the source writes it", () => {
    for (const [, guess] of pairs("pay")) expect(guess).toMatch(/^\d+\.\d\d$/);
    for (const [, guess] of pairs("since")) expect(guess).toMatch(/^\d\d\.\d\d\.20[12]\d$/);
    for (const [, guess] of pairs("job")) expect(JOBS).toContain(guess);
  });

  test("a row's guess does not depend on the others", async () => {
    await run(impute, { model, data: write("some.csv", holes.slice(8, 20)), out: path("some-full.csv") });
    expect(read("some-full.csv")).toEqual(filled.slice(8, 20));
  });

  test("can be drawn several times, with a spread that is about how far off guesses are", async () => {
    const options = { draws: 5, seed: 3, samples: 100 };
    await run(impute, { model, data: path("holes.csv"), out: path("draws.csv"), ...options });
    const rows = read("draws.csv");
    expect(rows).toHaveLength(3000);
    const byRow = new Map<string, Cells[]>();
    for (const row of rows) byRow.set(row.number, [...(byRow.get(row.number) ?? []), row]);
    const ratios: number[] = [];
    let [inside, varied] = [0, 0];
    for (const [i, truth] of asked.entries()) {
      const own = byRow.get(truth.number)!;
      expect(own.map(({ draw }) => draw).sort()).toEqual(["1", "2", "3", "4", "5"]);
      for (const row of own) {
        for (const name of lost) expect(row[`${name}_spread`] === "").toBe(name !== lost[i % 4]);
        for (const name of PEOPLE_COLUMNS) if (name !== lost[i % 4]) expect(row[name]).toBe(holes[i][name]);
      }
      if (lost[i % 4] !== "pay") continue;
      if (new Set(own.map(({ pay }) => pay)).size > 1) varied++;
      const spread = Number(own[0].pay_spread);
      ratios.push((Number(truth.pay) - mean(own.map(({ pay }) => Number(pay)))) / spread);
      if (Math.abs(ratios.at(-1)!) < 2.5) inside++;
    }
    const scale = Math.sqrt(mean(ratios.map((ratio) => ratio ** 2)));
    expect(scale, "how far off, in spreads").toBeLessThan(2);
    expect(scale).toBeGreaterThan(0.3);
    expect(varied / ratios.length).toBeGreaterThan(0.9);
    expect(inside / ratios.length).toBeGreaterThan(0.85);
    // Of a label the spread is the chance to be wrong.
    const members = asked.flatMap((truth, i) => (lost[i % 4] === "job" ? [byRow.get(truth.number)!] : []));
    expect(mean(members.map(([first]) => Number(first.job_spread)))).toBeLessThan(0.25);
  });

  test("nothing missing: the table stays as it is", async () => {
    const { json } = await run(impute, { model, data: write("none.csv", asked.slice(0, 9)), out: path("same.csv") });
    expect(json).toMatchObject({ rows: 9, filled: 0, left: 0 });
    expect(read("same.csv")).toEqual(asked.slice(0, 9));
  });

  test("other columns keep their order and their cells, whatever their names", async () => {
    const named = ["since", "job", "pay", "age", "city", "member"];
    const columns = ["2021", "note", "draw", ...named, "10", "bid_spread", "2"];
    const rows = holes
      .slice(0, 12)
      .map((row) => ({ ...row, "2021": "a", draw: "hearts", "10": "b", bid_spread: "n/a", "2": "c" }));
    const lines = rows.map(
      (row: Cells) => `{${columns.map((name) => `"${name}":${JSON.stringify(row[name])}`).join(",")}}`,
    );
    writeFileSync(path("odd-holes.jsonl"), lines.join("\n"));
    for (const out of ["odd.csv", "odd.parquet"])
      await run(impute, { model, data: path("odd-holes.jsonl"), out: path(out) });
    expect(readFileSync(path("odd.csv"), "utf8").split("\n")[0].trim().split(",")).toEqual(columns);
    for (const row of read("odd.csv"))
      expect(row).toMatchObject({ "2021": "a", draw: "hearts", "10": "b", bid_spread: "n/a", "2": "c" });
    const draws = { draws: 2, model, data: path("odd-holes.jsonl") };
    const error = await errorOf(() => run(impute, { ...draws, out: path("odd2.csv") }));
    expect(error).toMatchObject({ code: "E_OUT", message: expect.stringContaining('column "draw"') });
  });
});

describe("codes of rows", () => {
  test("have a mean and a variance for each latent, nearly the same for a row wherever it stands", async () => {
    const fresh = people(30, 5).map(cellsOf);
    await run(encode, { model, data: write("codes.csv", fresh), out: path("codes-out.csv") });
    await run(encode, { model, data: write("one.csv", fresh.slice(4, 5)), out: path("one-out.csv") });
    const codes = read("codes-out.csv");
    expect(codes).toHaveLength(30);
    const [alone] = read("one-out.csv");
    const latents = Object.keys(codes[0]).filter((name) => /^(mu|logvar)_/.test(name));
    expect(latents).toHaveLength(24);
    for (const name of latents) expect(Number(alone[name])).toBeCloseTo(Number(codes[4][name]), 5);
    expect(new Set(codes.map(({ mu_0 }) => mu_0)).size).toBeGreaterThan(25);
  });
});

test("a model in a folder draws what it drew before it was moved", async () => {
  const before = await drawn("before.csv", { count: 40 });
  mkdirSync(path("elsewhere"));
  const { cpSync } = await import("node:fs");
  cpSync(model, path("elsewhere/copy"), { recursive: true });
  await run(sample, { model: path("elsewhere/copy"), out: path("after.csv"), count: 40, seed: 5 });
  expect(read("after.csv")).toEqual(before);
});

test("of few rows without holes a model draws no holes", async () => {
  await run(fit, { data: write("small.csv", source.slice(0, 300)), out: path("small"), epochs: 10, seed: 1 });
  const rows = await drawn("small-drawn.csv", { model: path("small"), count: 20_000 });
  for (const name of Object.keys(rows[0]))
    expect(
      rows.filter((row) => row[name].trim() === ""),
      name,
    ).toEqual([]);
});
