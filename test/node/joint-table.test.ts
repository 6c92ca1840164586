/** A model of a table with a text column: reviews whose words depend on the stars beside them. */

import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openRows, type Row, Vae } from "../../src/index.js";
import { open } from "../../src/node.js";
import { Philox } from "../../src/random.js";
import { evaluateVerb } from "../../src/verbs/evaluate.js";
import { impute } from "../../src/verbs/impute.js";
import { sample } from "../../src/verbs/sample.js";
import type { Verb } from "../../src/verbs/verb.js";
import { errorOf } from "../helpers/damage.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";
import { runVerb } from "../helpers/verbs.js";

const { path } = temporaryFolder();
const machine = { threads: 1 };
const run = (verb: unknown, input: Record<string, unknown>) => runVerb(verb as Verb, { ...input, ...machine });

const GOOD = ["lovely", "great", "superb", "fine"];
const BAD = ["awful", "poor", "bland", "rotten"];
const THINGS = ["pizza", "film", "hotel", "book", "phone", "coffee", "garden", "train"];
const PLACES = ["north", "south", "east", "west", "market", "harbour", "station", "castle"];
const COUNT = 800;

/** Stars of good or bad reviews; a quote, a comma, an emoji and a new line among them. */
function reviews(count: number, seed: number): Row[] {
  const random = new Philox(seed);
  const one = (words: readonly string[]) => words[Math.floor(random.uniform() * words.length)];
  return Array.from({ length: count }, (_, i): Row => {
    const isGood = random.uniform() < 0.5;
    const word = one(isGood ? GOOD : BAD);
    const review = `the ${one(THINGS)} was "${word}" ,${i % 3 === 0 ? "\n" : " "}near ${one(PLACES)} ${isGood ? "😀" : "😡"}`;
    return {
      stars: isGood ? "five" : "one",
      price: Math.round(10 + 20 * Number(isGood) + 6 * random.uniform()),
      review,
    };
  });
}
const rows = reviews(COUNT, 1);
const COLUMNS = ["stars", "price", "review"];
const csvOf = (rows: readonly Row[]) => {
  const cell = (value: unknown) => `"${String(value ?? "").replaceAll('"', '""')}"`;
  return [COLUMNS, ...rows.map((row) => COLUMNS.map((name) => row[name]))]
    .map((cells) => `${cells.map(cell).join(",")}\n`)
    .join("");
};
const csv = () => path("reviews.csv");
const model = () => path("model");
let vae: Vae;

const isGood = (text: unknown) => GOOD.some((word) => String(text).includes(word));
const isBad = (text: unknown) => BAD.some((word) => String(text).includes(word));

beforeAll(async () => {
  writeFileSync(csv(), csvOf(rows));
  const data = await open(csv());
  const net = {
    name: "joint",
    parts: [
      { fields: ["stars", "price"], net: { name: "mlp", hidden: 32 } },
      { fields: ["review"], net: { name: "gru", hidden: 96, embedding: 32, reader: 32 } },
    ],
  };
  vae = new Vae({ schema: data.schema, threads: 1, seed: 3, latent: 3, net });
  await vae.fit(data, { epochs: 40, batchSize: 40, learningRate: 6e-3 });
  await vae.save(model());
  await data.close();
}, 240_000);
afterAll(() => vae.dispose());

async function drawn(count: number, options: Parameters<Vae["sampleRows"]>[1] = {}): Promise<Row[]> {
  const found: Row[] = [];
  for await (const row of vae.sampleRows(count, options)) found.push(row);
  return found;
}

/** Share of rows whose text is of the kind that their stars say; a half by chance. */
function agreement(found: readonly Row[]): number {
  const agrees = ({ stars, review }: Row) => isGood(review) !== isBad(review) && isGood(review) === (stars === "five");
  return found.filter(agrees).length / found.length;
}

describe("rows with texts", () => {
  test("are drawn so that texts follow the columns beside them", async () => {
    const found = await drawn(200);
    expect(agreement(found)).toBeGreaterThan(0.72);
    expect(new Set(found.map(({ review }) => review)).size).toBeGreaterThan(100);
  });

  test("meet a condition on a column, and their texts follow it", async () => {
    for (const stars of ["five", "one"]) {
      const found = await drawn(100, { where: { stars }, tokenTemperature: 0.6 });
      expect(found.every((row) => row.stars === stars)).toBe(true);
      expect(agreement(found)).toBeGreaterThan(0.72);
    }
  });

  test("are asked for by no condition on a text", async () => {
    for (const where of ["review = 'x'", "review is null", "stars = five and review in (a, b)"])
      expect(await errorOf(() => drawn(1, { where }))).toMatchObject({
        code: "E_OPTION",
        message: expect.stringContaining('column "review" holds texts'),
      });
  });

  test("do not depend on how many are drawn", async () => {
    expect(await drawn(5)).toEqual((await drawn(40)).slice(0, 5));
  });

  test("come back from csv, jsonl and parquet as they were drawn: quotes, new lines and emoji", async () => {
    const found = await drawn(60);
    const texts = found.map(({ review }) => review).join("");
    for (const sign of ['"', "\n", "😀"]) expect(texts).toContain(sign);
    for (const name of ["rows.csv", "rows.jsonl", "rows.parquet"]) {
      await run(sample, { model: model(), out: path(name), count: 60, seed: 3 });
      const data = await open(path(name), { schema: vae.config.schema });
      const cells: unknown[] = [];
      for await (const { columns } of data.cells!()) cells.push(...columns.review);
      expect(cells, name).toEqual(found.map(({ review }) => review));
      await data.close();
    }
  });

  test("score the lower the less the text belongs to the row, and tokens are named", async () => {
    const own = { stars: "five", price: 33, review: 'the pizza was "great" , near north 😀' };
    const other = { ...own, review: 'the pizza was "awful" , near north 😡' };
    const [good, bad] = [await vae.scoreRow(own), await vae.scoreRow(other)];
    expect(bad.nats).toBeGreaterThan(good.nats);
    const parts = (await vae.scoreRow({ ...own, review: "pizza pizza pizza" })).reasons!;
    expect(parts[0]).toMatchObject({ part: expect.stringMatching(/^review token \d+$/) });
  });

  test("keep missing texts missing, while other cells are filled in from what is there", async () => {
    const holes: Row[] = [
      { stars: null, price: 12, review: 'the film was "poor" , near castle 😡' },
      { stars: "five", price: null, review: null },
      { stars: "one", price: 11, review: null },
    ];
    const filled = await vae.impute(holes);
    expect(filled[0].stars).toBe("one");
    expect(filled[1].price as number).toBeGreaterThan(20);
    expect(filled[1].review).toBeNull();
    expect(filled[2]).toEqual(holes[2]);
    writeFileSync(path("holes.csv"), csvOf(holes));
    const { json } = await run(impute, { model: model(), data: path("holes.csv"), out: path("full.csv"), draws: 2 });
    expect(json).toMatchObject({ filled: 2, left: 0 });
  });

  test("are compared without their texts, which is said", async () => {
    const { json } = await run(evaluateVerb, { model: model(), data: csv(), limit: 200 });
    const { table, text } = json as {
      table: { shapes: { column: string }[]; protocol: { real: string } };
      text: { teacherForcedAccuracy: number };
    };
    expect(table.shapes.map(({ column }) => column).sort()).toEqual(["price", "stars"]);
    expect(table.protocol.real).toContain("not compared: review (text)");
    expect(text.teacherForcedAccuracy).toBeGreaterThan(0.5);
  });
});

test("a text alone is learned for a column that is given, and written for its value", async () => {
  const small = reviews(400, 2).map(({ stars, review }) => ({ stars, review: String(review).slice(0, 24) }));
  const data = await openRows(small);
  const given = new Vae({ schema: data.schema, threads: 1, latent: 2, given: ["stars"], hidden: 32 });
  await given.fit(data, { epochs: 40, learningRate: 1e-2 });
  const drawn: Row[] = [];
  for await (const row of given.sampleRows(40, { where: { stars: "five" } })) drawn.push(row);
  expect(drawn.every(({ stars }) => stars === "five")).toBe(true);
  const [good, bad] = [isGood, isBad].map((is) => drawn.filter(({ review }) => is(review)).length);
  expect(good).toBeGreaterThan(4 * bad);
  await given.dispose();
}, 120_000);
