/** Rows of a program, without a file: fit, drawn, scored, filled in and encoded by the library. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Dataset, openRows, type Row, Vae } from "../../src/index.js";
import { errorOf } from "../helpers/damage.js";
import { JOBS, MEMBER_SHARE, people } from "../helpers/people.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";

const { path } = temporaryFolder();
const rowsOf = (count: number, seed: number) => people(count, seed).map((person): Row => ({ ...person }));
const fresh = rowsOf(60, 9);
let data: Dataset;
let vae: Vae;

beforeAll(async () => {
  data = await openRows(rowsOf(2000, 1));
  vae = new Vae({ schema: data.schema, threads: 1, seed: 2 });
  await vae.fit(data, { epochs: 30, valid: 0.25 });
});
afterAll(() => vae.dispose());

async function drawn(count: number, options: Parameters<Vae["sampleRows"]>[1] = {}): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of vae.sampleRows(count, options)) rows.push(row);
  return rows;
}

describe("rows drawn", () => {
  test("are values of a program: texts, numbers, booleans, dates, none of them missing", async () => {
    const rows = await drawn(500);
    expect(rows).toHaveLength(500);
    for (const { city, job, age, pay, member, since } of rows) {
      expect(["Rome", "Oslo"]).toContain(city);
      expect(JOBS).toContain(job);
      expect(Number.isInteger(age)).toBe(true);
      expect(Number((pay as number).toFixed(2))).toBe(pay);
      expect(typeof member).toBe("boolean");
      expect((since as Date).getTime() % 86_400_000).toBe(0); // days, as those given
    }
    expect((await drawn(20)).map((row) => JSON.stringify(row))).toEqual(
      rows.slice(0, 20).map((row) => JSON.stringify(row)),
    );
  });

  test("meet a condition, as text or as values", async () => {
    for (const where of ["job = smith and member = true", { job: "smith", member: true }]) {
      const rows = await drawn(100, { where });
      expect(rows.filter(({ job, member }) => job === "smith" && member === true)).toHaveLength(100);
    }
    const smiths = await drawn(1000, { where: { job: "smith" } });
    const share = smiths.filter(({ member }) => member).length / 1000;
    expect(Math.abs(share - MEMBER_SHARE.smith)).toBeLessThan(0.14);
    expect(await errorOf(() => drawn(1, { where: { job: "smit" } }))).toMatchObject({ code: "E_UNKNOWN" });
    expect(await errorOf(() => drawn(1, { where: "job is null" }))).toMatchObject({ code: "E_DATA" });
  });

  test("have their names quoted, whatever is in them", async () => {
    expect(await errorOf(() => drawn(1, { where: { 'a "b" c': 1 } }))).toMatchObject({
      code: "E_UNKNOWN",
      message: expect.stringContaining('unknown column "a "b" c"'),
    });
    expect(await errorOf(() => drawn(1, { where: { job: "x' or job = 'smith" } }))).toMatchObject({
      code: "E_UNKNOWN",
    });
  });
});

describe("scores", () => {
  test("of one row are those that it has among others", async () => {
    const table = await openRows(fresh, { schema: data.schema });
    const scores = await vae.score(table);
    expect(scores.count).toBe(60);
    expect(scores.pValues?.every((p) => p > 0 && p <= 1)).toBe(true);
    for (const i of [0, 1, 59]) {
      const { nats, pValue } = await vae.scoreRow(fresh[i]);
      expect([nats, pValue]).toEqual([scores.nats[i], scores.pValues![i]]);
    }
  });
  test("of a row with what was never seen are higher, and say what was expected", async () => {
    const usual = await vae.scoreRow(fresh[0]);
    const strange = await vae.scoreRow({ ...fresh[0], job: "astronaut" });
    expect(strange.nats).toBeGreaterThan(usual.nats + 2);
    expect(strange.reasons[0]).toMatchObject({ part: "job", got: "a label not seen in training" });
    expect(JOBS).toContain(strange.reasons[0].expected);
    expect((await vae.scoreRow({ ...fresh[0], age: null })).nats).toBeGreaterThan(usual.nats);
  });
  test("of a row that is none of the model's are refused by row and column", async () => {
    expect(await errorOf(() => vae.scoreRow({ ...fresh[0], pay: "abc" }))).toMatchObject({
      code: "E_COLUMN",
      message: 'rows in memory: row 1, column "pay": got "abc", expected a number',
    });
  });
});

describe("what is missing", () => {
  test("is filled in; rows given and other cells stay as they are", async () => {
    const holes = fresh.map((row, i): Row => (i % 2 ? { ...row, job: null } : { ...row, member: undefined }));
    const before = structuredClone(holes);
    const full = await vae.impute(holes);
    expect(holes).toEqual(before);
    let right = 0;
    for (const [i, row] of full.entries()) {
      const hole = i % 2 ? "job" : "member";
      expect(row).toEqual({ ...fresh[i], [hole]: row[hole] });
      if (row[hole] === fresh[i][hole]) right++;
    }
    expect(right).toBeGreaterThan(48);
    expect(await vae.impute(fresh)).toEqual(fresh);
    expect(await vae.impute([])).toEqual([]);
  });
});

test("codes have a mean and a variance for each row", async () => {
  const { mu, logvar, count } = await vae.encode(await openRows(fresh, { schema: data.schema }));
  expect([count, mu.length, logvar.length]).toEqual([60, mu.length, mu.length]);
  expect(mu.every(Number.isFinite) && logvar.every(Number.isFinite)).toBe(true);
});

test("a model that was saved draws and scores as before", async () => {
  await vae.save(path("rows"));
  await using loaded = await Vae.load(path("rows"), { threads: 1 });
  const rows: Row[] = [];
  for await (const row of loaded.sampleRows(30, { seed: 2 })) rows.push(row);
  expect(rows).toEqual(await drawn(30, { seed: 2 }));
  expect((await loaded.scoreRow(fresh[5])).nats).toBe((await vae.scoreRow(fresh[5])).nats);
});
