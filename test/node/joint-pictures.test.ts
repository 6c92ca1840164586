/** A model of pictures with their labels: a bar on the left, in the middle or on the right, and which it is. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { type NpzArray, writeNpz } from "../../src/files/npz.js";
import { type Dataset, Vae } from "../../src/index.js";
import { open } from "../../src/node.js";
import { Philox } from "../../src/random.js";
import { doctor } from "../../src/verbs/doctor.js";
import { encode } from "../../src/verbs/encode.js";
import { evaluateVerb } from "../../src/verbs/evaluate.js";
import { fit } from "../../src/verbs/fit.js";
import { impute } from "../../src/verbs/impute.js";
import { interpolate } from "../../src/verbs/interpolate.js";
import { map } from "../../src/verbs/map.js";
import { reconstruct } from "../../src/verbs/reconstruct.js";
import { sample } from "../../src/verbs/sample.js";
import { score } from "../../src/verbs/score.js";
import { traverse } from "../../src/verbs/traverse.js";
import type { Verb } from "../../src/verbs/verb.js";
import { errorOf } from "../helpers/damage.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";
import { runVerb } from "../helpers/verbs.js";

const { path } = temporaryFolder();
const machine = { threads: 1 };
const run = (verb: unknown, input: Record<string, unknown>) => runVerb(verb as Verb, { ...input, ...machine });

const SIDE = 9;
const COUNT = 600;

/** Bars of random brightness and length in a third of the picture, labels as numbers; some noise. */
function bars(count: number, seed: number, labelled = true): Uint8Array {
  const random = new Philox(seed);
  const pixels = Uint8Array.from({ length: count * SIDE * SIDE }, () => Math.floor(40 * random.uniform()));
  const labels = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    labels[i] = Math.floor(3 * random.uniform());
    const column = 3 * labels[i] + 1;
    const top = Math.floor(4 * random.uniform());
    for (let y = top; y < SIDE; y++) pixels[(i * SIDE + y) * SIDE + column] = 180 + Math.floor(70 * random.uniform());
  }
  const arrays = new Map<string, NpzArray>([["x", { shape: [count, SIDE, SIDE], values: pixels }]]);
  if (labelled) arrays.set("y", { shape: [count], values: labels });
  return writeNpz(arrays);
}

/** The third in which most of a picture's light is. */
function brightestThird(pixels: Uint8Array, at: number): number {
  const sums = [0, 0, 0];
  for (let i = 0; i < SIDE * SIDE; i++) sums[Math.floor((i % SIDE) / 3)] += pixels[at * SIDE * SIDE + i];
  return sums.indexOf(Math.max(...sums));
}

/** Share of the pictures in an archive whose bar is in this third. */
async function shareIn(third: number, file: string): Promise<number> {
  const data = await open(file);
  const { image } = await data.read(Array.from({ length: data.count }, (_, i) => i));
  let found = 0;
  for (let i = 0; i < data.count; i++) if (brightestThird(image as Uint8Array, i) === third) found++;
  await data.close();
  return found / data.count;
}

const wishes = { fields: "image,label", epochs: 25, latent: 4, batchSize: 50, seed: 1 };
let train: string;
let model: string;

beforeAll(async () => {
  train = path("train.npz");
  model = path("model");
  writeFileSync(train, bars(COUNT, 1));
  writeFileSync(path("test.npz"), bars(150, 2));
  writeFileSync(path("plain.npz"), bars(50, 3, false));
  await run(fit, { data: train, ...wishes, out: model });
}, 240_000);

describe("pictures with labels", () => {
  test("have a net each, the pictures' and the labels', which are joined", () => {
    const { net, schema } = JSON.parse(readFileSync(`${model}/config.json`, "utf8"));
    expect(net.name).toBe("joint");
    expect(net.parts.map((part: { fields: string[]; net: { name: string } }) => [part.fields, part.net.name])).toEqual([
      [["image"], "conv"],
      [["label"], "mlp"],
    ]);
    expect(schema.fields.label).toMatchObject({ kind: "category", labels: ["0", "1", "2"] });
  });

  test.each([0, 1, 2])("are drawn with the label %i that is asked for", async (label) => {
    await run(sample, { model, where: `label = ${label}`, count: 100, out: path("drawn.npz") });
    expect(await shareIn(label, path("drawn.npz"))).toBeGreaterThan(0.9);
  });

  test("tell the label from the picture alone, of new pictures as well", async () => {
    const { json } = await run(evaluateVerb, { model, data: path("test.npz") });
    const { fromPicture } = json as { fromPicture: { label: { accuracy: number; records: number } } };
    expect(fromPicture.label.records).toBe(150);
    expect(fromPicture.label.accuracy).toBeGreaterThan(0.95);
  });

  test("have labels written for pictures without them, with how sure that is", async () => {
    const { json } = await run(impute, { model, data: path("plain.npz"), out: path("labels.csv") });
    expect(json).toMatchObject({ rows: 50, filled: 50 });
    const [head, ...lines] = readFileSync(path("labels.csv"), "utf8").trim().split("\n");
    expect(head).toBe("id,label,label_probability");
    const data = await open(path("plain.npz"));
    const { image } = await data.read(Array.from({ length: 50 }, (_, i) => i));
    const right = lines.filter((line, i) => Number(line.split(",")[1]) === brightestThird(image as Uint8Array, i));
    expect(right.length).toBeGreaterThan(46);
    for (const line of lines) expect(Number(line.split(",")[2])).toBeGreaterThan(1 / 3);
  });

  test("are stranger with the wrong label, which is then the reason", async () => {
    const archive = bars(20, 4);
    writeFileSync(path("right.npz"), archive);
    const data = await open(path("right.npz"), { fields: ["image", "label"] });
    const vae = await Vae.load(model, machine);
    const wrong: Dataset = {
      ...data,
      labels: { ...data.labels!, indices: data.labels!.indices.map((label) => (label + 1) % 3) },
      read: async (indices) => {
        const { image, label } = await data.read(indices);
        return { image, label: (label as Int32Array).map((code) => (code + 1) % 3) };
      },
    };
    const [right, strange] = [await vae.score(data), await vae.score(wrong)];
    expect(Array.from(strange.nats).every((nats, i) => nats > right.nats[i])).toBe(true);
    const isNamed = (scores: typeof right) =>
      scores.reasons.filter((reasons) => reasons.some(({ part }) => part.startsWith("label"))).length;
    expect(isNamed(right)).toBe(0);
    expect(isNamed(strange)).toBeGreaterThan(15);
    await vae.dispose();
  });

  test("do all that pictures alone do", async () => {
    const out = (name: string) => path(name);
    const data = path("test.npz");
    await run(sample, { model, out: out("sample.png") });
    await run(reconstruct, { model, data, out: out("pairs.png") });
    await run(interpolate, { model, from: `${data}/0`, to: `${data}/1`, out: out("walk.png") });
    await run(traverse, { model, out: out("traverse.png") });
    await run(encode, { model, data, out: out("codes.csv") });
    await run(map, { model, data, out: out("map.html") });
    await run(score, { model, data });
    expect((await run(doctor, { model })).text).toContain("--fields image,label");
    for (const name of ["sample.png", "pairs.png", "walk.png", "traverse.png", "codes.csv", "map.html"])
      expect(existsSync(out(name)), name).toBe(true);
    expect(existsSync(`${model}/report.html`)).toBe(true);
  });

  test("of a model without labels cannot be asked for by label", async () => {
    await run(fit, { data: train, ...wishes, fields: undefined, epochs: 1, out: path("alone") });
    expect(
      await errorOf(() => run(sample, { model: path("alone"), where: "label = 1", out: path("no.png") })),
    ).toMatchObject({
      code: "E_OPTION",
      hint: expect.stringContaining("--fields image,label"),
    });
    expect(await errorOf(() => run(sample, { model, where: "image = 1", out: path("no.png") }))).toMatchObject({
      code: "E_OPTION",
      message: expect.stringContaining('column "image" holds images'),
    });
  });

  test("without labels, or as a table, are refused by name", async () => {
    expect(await errorOf(() => open(path("plain.npz"), { fields: ["image", "label"] }))).toMatchObject({
      code: "E_COLUMN",
      message: expect.stringMatching(/no field "label"; it has image$/),
    });
    expect(await errorOf(() => open(train, { fields: ["label"] }))).toMatchObject({ code: "E_OPTION" });
  });
});

describe("a model that is given the label", () => {
  let given: string;
  beforeAll(async () => {
    given = path("given");
    await run(fit, { data: train, ...wishes, epochs: 60, beta: 2, given: "label", out: given });
  }, 240_000);

  test.each([0, 1, 2])("draws such pictures for label %i", async (label) => {
    await run(sample, { model: given, where: `label = ${label}`, count: 60, out: path("such.npz") });
    expect(await shareIn(label, path("such.npz"))).toBeGreaterThan(0.9);
  });

  test("rebuilds pictures for their own labels, and draws some of each where none is asked for", async () => {
    await run(reconstruct, { model: given, data: path("test.npz"), count: 60, out: path("pairs.npz") });
    const pairs = await open(path("pairs.npz"));
    const { image } = await pairs.read(Array.from({ length: 120 }, (_, i) => i));
    const same = Array.from({ length: 60 }, (_, i) => i).filter(
      (i) => brightestThird(image as Uint8Array, 2 * i) === brightestThird(image as Uint8Array, 2 * i + 1),
    );
    expect(same.length).toBeGreaterThan(57);
    await run(sample, { model: given, count: 90, out: path("all.npz") });
    for (const label of [0, 1, 2]) expect(await shareIn(label, path("all.npz"))).toBeGreaterThan(0.15);
  });
});
