/** What users do with a model of texts: sample, interpolate, reconstruct, decode; and what they are told of odd input. */

import { readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { beginning, Vae } from "../../src/index.js";
import { open } from "../../src/node.js";
import { Philox } from "../../src/random.js";
import { decode } from "../../src/verbs/decode.js";
import { encode } from "../../src/verbs/encode.js";
import { fit } from "../../src/verbs/fit.js";
import { interpolate } from "../../src/verbs/interpolate.js";
import { reconstruct } from "../../src/verbs/reconstruct.js";
import { sample } from "../../src/verbs/sample.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";
import { runVerb, type VerbRun } from "../helpers/verbs.js";

const { path } = temporaryFolder();
const threads = 1;

/** "the red cat sat": one of three colours, animals and verbs; the colour decides the verb. */
const COLOURS = ["red", "green", "blue"];
const ANIMALS = ["cat", "dog", "owl"];
const VERBS = ["sat", "ran", "sang"];
const random = new Philox(1);
const pick = (count: number) => Math.floor(random.uniform() * count);
const sentence = () => {
  const colour = pick(3);
  return `the ${COLOURS[colour]} ${ANIMALS[pick(3)]} ${VERBS[colour]}`;
};
const GRAMMAR = /^the (red (cat|dog|owl) sat|green (cat|dog|owl) ran|blue (cat|dog|owl) sang)$/;

let model = "";
const recordsOf = ({ json }: VerbRun) => (json as { records: Record<string, string>[] }).records;
const notices = ({ events }: VerbRun) => events.flatMap(({ event, message }) => (event === "notice" ? [message] : []));

beforeAll(async () => {
  model = path("m");
  writeFileSync(path("a.txt"), `${Array.from({ length: 600 }, sentence).join("\n")}\n`);
  const how = { tokenizer: "words", latent: 4, hidden: 32, epochs: 20, learningRate: 0.02, seed: 1, threads };
  const run = await runVerb(fit, { data: path("a.txt"), out: model, ...how });
  expect(notices(run).filter((message) => String(message).includes("could not"))).toEqual([]);
}, 120_000);

describe("sample", () => {
  test("prints texts of the grammar that was learned, the same for the same seed", async () => {
    const run = await runVerb(sample, { model, count: 60, seed: 3, threads });
    const texts = recordsOf(run).map(({ text }) => text);
    expect(texts.filter((text) => GRAMMAR.test(text)).length).toBeGreaterThan(50);
    expect(new Set(texts).size).toBeGreaterThan(4);
    expect(run.text.split("\n")).toEqual(texts);
    expect((await runVerb(sample, { model, count: 60, seed: 3, threads })).text).toBe(run.text);
    const fewer = await runVerb(sample, { model, count: 10, seed: 3, threads });
    expect(fewer.text.split("\n")).toEqual(texts.slice(0, 10));
  });
  test("writes lines, or a table", async () => {
    await runVerb(sample, { model, count: 5, out: path("s.txt"), threads });
    await runVerb(sample, { model, count: 5, out: path("s.jsonl"), threads });
    const lines = readFileSync(path("s.txt"), "utf8").trimEnd().split("\n");
    const rows = readFileSync(path("s.jsonl"), "utf8").trimEnd().split("\n");
    expect(rows.map((row) => JSON.parse(row).text)).toEqual(lines);
  });
  test("a low token temperature writes what is likeliest, and so does a beam", async () => {
    const likely = await runVerb(sample, { model, count: 30, tokenTemperature: 0.05, threads });
    expect(recordsOf(likely).every(({ text }) => GRAMMAR.test(text))).toBe(true);
    const beam = await runVerb(sample, { model, count: 10, beam: 4, threads });
    expect(recordsOf(beam).every(({ text }) => GRAMMAR.test(text))).toBe(true);
  });
  test("refuses what texts do not have", async () => {
    await expect(runVerb(sample, { model, count: 1, where: "a = 1", threads })).rejects.toThrow(
      "this model writes texts, which have no columns",
    );
    await expect(runVerb(sample, { model, count: 1, out: path("s.png"), threads })).rejects.toThrow(
      /texts cannot be written as ".png"/,
    );
    await expect(runVerb(sample, { model, count: 1, form: "5，5。", threads })).rejects.toMatchObject({
      code: "E_OPTION",
    });
  });
});

describe("interpolate", () => {
  test("goes from one text to the other, both ends rebuilt", async () => {
    const from = "the red cat sat";
    const run = await runVerb(interpolate, { model, from, to: "the blue owl sang", steps: 5, threads });
    const texts = recordsOf(run).map(({ text }) => text);
    expect([texts[0], texts[4]]).toEqual([from, "the blue owl sang"]);
    expect(texts.every((text) => GRAMMAR.test(text))).toBe(true);
    expect(run.text.split("\n")[0]).toBe(`0.00  ${from}`);
  });
  test("says which tokens it does not know, and what is cut", async () => {
    const to = `the blue owl ${"sang ".repeat(20)}`;
    const run = await runVerb(interpolate, { model, from: "the pink cat sat", to, steps: 2, threads });
    expect(notices(run)).toEqual([
      '"the pink cat sat": 1 of 4 tokens are not in the model\'s vocabulary',
      expect.stringMatching(/^"the blue owl.*": 23 tokens, cut to the 4 that the model reads$/),
    ]);
  });
  test("takes the address of a record as well", async () => {
    const run = await runVerb(interpolate, {
      model,
      from: `${path("a.txt")}/0`,
      to: `${path("a.txt")}/1`,
      steps: 2,
      threads,
    });
    expect(recordsOf(run)).toHaveLength(2);
  });
});

test("reconstruct shows texts above what becomes of them", async () => {
  const run = await runVerb(reconstruct, { model, data: path("a.txt"), count: 20, threads });
  const { tokenAccuracy } = run.json as { tokenAccuracy: number };
  expect(tokenAccuracy).toBeGreaterThan(0.7);
  const [first] = recordsOf(run);
  expect(run.text.split("\n").slice(0, 2)).toEqual([first.original, first.reconstruction]);
  expect(run.text).toMatch(/20 texts, token accuracy \d+ %$/);
});

test("encode and decode go there and back", async () => {
  await runVerb(encode, { model, data: path("a.txt"), out: path("z.csv"), limit: 10, threads });
  const run = await runVerb(decode, { model, latents: path("z.csv"), threads });
  expect(recordsOf(run).every(({ text }) => GRAMMAR.test(text))).toBe(true);
});

test("a program samples, rebuilds and walks, and sees tokens as they come", async () => {
  const vae = await Vae.load(model);
  const seen: number[] = [];
  const texts: string[] = [];
  for await (const text of vae.sampleTexts(3, { seed: 3, onToken: ({ row }) => seen.push(row) })) texts.push(text);
  expect(texts).toEqual(
    recordsOf(await runVerb(sample, { model, count: 3, seed: 3, threads })).map(({ text }) => text),
  );
  expect(new Set(seen)).toEqual(new Set([0, 1, 2]));
  for await (const text of vae.sampleTexts(5, { constraint: (tokenizer) => beginning(tokenizer, "the blue") }))
    expect(text).toMatch(/^the blue/);
  expect(await vae.reconstructTexts(["the red cat sat"])).toEqual(["the red cat sat"]);
  const walk = await vae.interpolateTexts("the red cat sat", "the green dog ran", { steps: 4 });
  expect([walk.length, walk[0], walk[3]]).toEqual([4, "the red cat sat", "the green dog ran"]);
  const data = await open(path("a.txt"), { schema: vae.config.schema, limit: 4 });
  const texts4 = await vae.decodeTexts(await vae.encode(data));
  expect(texts4.every((text) => GRAMMAR.test(text))).toBe(true);
  await data.close();
  await vae.dispose();
});

describe("what cannot be learned from is said", () => {
  const wrong = (lines: string, options = {}) => {
    writeFileSync(path("w.txt"), lines);
    return runVerb(fit, { data: path("w.txt"), out: path("w"), epochs: 1, threads, ...options });
  };
  test("an empty file, one line, the same line everywhere", async () => {
    await expect(wrong("")).rejects.toMatchObject({ code: "E_DATA", message: expect.stringContaining("no text") });
    await expect(wrong("one line\n")).rejects.toThrow("1 record, expected at least 2");
    await expect(wrong("a b c\n".repeat(40))).rejects.toThrow("are the same");
  });
  test("one distinct token is enough, as long as texts differ in length", async () => {
    await wrong(["a", "a a", "a a a"].join("\n").concat("\n").repeat(20), { tokenizer: "words", hidden: 8, latent: 2 });
    const run = await runVerb(sample, { model: path("w"), count: 5, threads });
    expect(recordsOf(run).every(({ text }) => /^((a|<unk>)( (a|<unk>))*)?$/.test(text))).toBe(true);
  });
  test("a line of a megabyte is cut, and that is counted and said", async () => {
    const long = Array.from({ length: 250_000 }, (_, i) => (i * 7919) % 10).join(" ");
    const run = await wrong(`${long}\n${"a b c d\na b\n".repeat(30)}`, { maxLength: 12, hidden: 8, latent: 2 });
    expect(notices(run)).toContain('column "text": 1 text of more than 12 tokens, cut there (--max-length)');
  });
  test("a vocabulary beyond a million is refused", async () => {
    await expect(wrong("a b\nb a\n", { vocabulary: 2_000_000 })).rejects.toThrow(/vocabulary/);
  });
});
