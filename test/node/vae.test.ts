/** The library as a user of it sees it. */

import { readdirSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, expectTypeOf, test } from "vitest";
import { compile, grad, input, program } from "../../src/graph.js";
import { checks, type Dataset, type Pictures, pictureDataset, type TrainEvent, Vae } from "../../src/index.js";
import { device, open } from "../../src/node.js";
import { barsNpz, SIDE } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";

const { path } = temporaryFolder();
const COUNT = 90;
const LATENT = 2;
let data: Dataset;
let vae: Vae;

beforeAll(async () => {
  writeFileSync(path("bars.npz"), barsNpz(COUNT));
  data = await open(path("bars.npz"));
  vae = new Vae({ schema: data.schema, latent: LATENT, net: "mlp", hidden: 32, threads: 1, seed: 4 });
});

describe("before it is trained", () => {
  test("a model can do nothing, and says so", async () => {
    const fresh = new Vae({ schema: data.schema });
    await expect(fresh.sample(1)).rejects.toMatchObject({
      code: "E_USAGE",
      hint: expect.stringContaining("fit(data)"),
    });
    expect(() => fresh.info()).toThrow(/not trained/);
    await fresh.dispose();
  });
  test("a misspelt option is refused", async () => {
    const misspelt = { epohcs: 3 } as object;
    await expect(vae.fit(data, misspelt)).rejects.toMatchObject({ code: "E_OPTION", hint: 'Did you mean "epochs"?' });
  });
  test("data of another schema is refused", async () => {
    const pixels = new Uint8Array(4 * 9);
    const other = pictureDataset(
      { count: 4, height: 3, width: 3, channels: 1, pixels },
      { name: "other", labels: null, fingerprint: "" },
    );
    await expect(vae.fit(other)).rejects.toMatchObject({ code: "E_SHAPE" });
  });
});

describe("in training", () => {
  const fresh = () => new Vae({ schema: data.schema, latent: LATENT, net: "mlp", hidden: 32, threads: 1, seed: 4 });

  test("it draws as it is by then, at last as it is afterwards", async () => {
    await using vae = fresh();
    const drawn: Uint8Array[] = [];
    for await (const { event } of vae.train(data, { epochs: 3, valid: 0 }))
      if (event === "start" || event === "epoch") drawn.push((await vae.sample(9)).pixels);
    expect(new Set(drawn.map(String)).size).toBe(4);
    expect(drawn.at(-1)).toEqual((await vae.sample(9, { prior: "standard-normal" })).pixels);
  });

  test("it goes back to what it was where nobody listens any more", async () => {
    await using vae = fresh();
    for await (const { event } of vae.train(data, { epochs: 3 })) if (event === "epoch") break;
    await expect(vae.sample(1)).rejects.toMatchObject({ code: "E_USAGE" });
  });
});

describe("trained", () => {
  const events: TrainEvent[] = [];
  beforeAll(async () => {
    for await (const event of vae.train(data, { epochs: 40, batchSize: 16 })) events.push(event);
  });

  test("it told what happened, and the loss fell", () => {
    expect(events[0].event).toBe("start");
    expect(events.at(-1)).toMatchObject({ event: "end", reason: "finished", epoch: 40 });
    const losses = events.flatMap((event) => (event.event === "epoch" ? event.train.loss : []));
    expect(losses.at(-1)).toBeLessThan(losses[0] - 5);
  });

  test("every verb is a method", async () => {
    const pictures = await vae.sample(5, { temperature: 0.5 });
    expectTypeOf(pictures).toEqualTypeOf<Pictures>();
    expect(pictures).toMatchObject({ count: 5, height: SIDE, width: SIDE, channels: 1 });
    expect(pictures.pixels).toEqual((await vae.sample(5, { temperature: 0.5, seed: 4 })).pixels);

    const pairs = await vae.reconstruct(data, { count: 6 });
    expect(pairs.reconstruction.count).toBe(6);

    const codes = await vae.encode(data);
    expect(codes.mu).toHaveLength(COUNT * LATENT);
    expect(codes.labels?.slice(0, 3)).toEqual(["0", "1", "2"]);
    expect((await vae.decode(codes)).count).toBe(COUNT);

    const [from, to] = [codes.mu.slice(0, LATENT), codes.mu.slice(LATENT, 2 * LATENT)];
    expect((await vae.interpolate(from, to, { steps: 4 })).count).toBe(4);

    const figures = await vae.evaluate(data, { samples: 3, limit: 30 });
    expect(figures).toMatchObject({ records: 30, samples: 3, protocol: { seed: 4 } });

    const { points, axes, picture } = await vae.map(data);
    expect(points).toEqual(codes.mu);
    expect(axes).toEqual(["mu_0", "mu_1"]);
    expect(picture.channels).toBe(3);
    const { findings, passed, notExamined } = await vae.doctor();
    const forPictures = checks.names().filter((name) => [undefined, "picture"].includes(checks.get(name).form));
    expect(findings.length + passed.length).toBe(forPictures.length);
    expect(notExamined).toEqual([]);
    expect((await vae.doctor(data)).notExamined).toEqual([]);
    expect(vae.info().parameters).toBeGreaterThan(1000);

    const { walks, strides, pictures: walked } = await vae.traverse({ steps: 3, latents: [1], at: from });
    expect({ count: walked.count, walks: walks.length, strides }).toEqual({
      count: 3,
      walks: 1,
      strides: [-2.5, 0, 2.5],
    });
    const page = await vae.report(data);
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).toContain(`${Math.round(COUNT * 0.05)} records kept aside from training`);
    expect(page).toContain("40 epochs");
  });

  test("a map is points, a picture and a page; of too many records a sample drawn by the seed", async () => {
    const map = await vae.map(data);
    expect(map.how).toBe("the two latents");
    expect(map.points).toEqual(map.codes.mu);
    const some = await vae.map(data, { projection: "umap", limit: 40, seed: 1 });
    expect(some.points).toHaveLength(80);
    expect(some.codes.ids).not.toEqual(map.codes.ids.slice(0, 40));
    expect(await some.page()).toMatch(/^<!doctype html>/);
    await expect(vae.map(data, { projection: "umpa" })).rejects.toMatchObject({ hint: 'Did you mean "umap"?' });
  });
  test("saved and loaded it is the same model, and goes on after being disposed", async () => {
    await vae.save(path("model"));
    expect(readdirSync(path("model"))).toEqual(expect.arrayContaining(["samples.png", "reconstructions.png", "onnx"]));
    const before = (await vae.sample(4)).pixels;
    const loaded = await Vae.load(path("model"), { threads: 1 });
    expect(loaded.config).toEqual(vae.config);
    expect((await loaded.doctor()).passed).toContain("beta-never-reached"); // from metrics.jsonl
    expect((await loaded.sample(4)).pixels).toEqual(before);
    expect(readdirSync(path("model"))).toEqual(expect.arrayContaining(["traversal.png", "report.html"]));
    await expect(loaded.report(data, { private: true })).resolves.toContain("this model is private");
    await loaded[Symbol.asyncDispose]();
    await vae.dispose();
    expect((await vae.sample(4)).pixels).toEqual(before);
  });

  test("records of another size are refused with what to do", async () => {
    const pixels = new Uint8Array(4 * 9);
    const other = pictureDataset(
      { count: 4, height: 3, width: 3, channels: 1, pixels },
      { name: "other", labels: null, fingerprint: "" },
    );
    await expect(vae.encode(other)).rejects.toMatchObject({
      code: "E_SHAPE",
      message: "other: got pictures of 3x3x1, the model takes 8x8x1",
      hint: "Open the data with { size: [8, 8], channels: 1 }.",
    });
  });

  test("an abort ends training early and keeps what was learned", async () => {
    const controller = new AbortController();
    const short = new Vae({ schema: data.schema, latent: 2, net: "mlp", hidden: 8, threads: 1 });
    let end: TrainEvent | null = null;
    for await (const event of short.train(data, { epochs: 500, signal: controller.signal })) {
      if (event.event === "epoch") controller.abort();
      end = event;
    }
    expect(end).toMatchObject({ event: "end", reason: "interrupted" });
    expect((await short.sample(2)).count).toBe(2);
    await short.dispose();
  });
});

test("the low-level floor: a program with gradients on a device", async () => {
  const engine = await device("cpu", { threads: 1 });
  const w = input("w", [2, 1], { role: "parameter" });
  const loss = input("x", ["B", 2]).matmul(w).square().sum();
  const step = await compile(program("step", { loss }, { w: grad(loss, [w])[0] }), { engine });
  await step.bank.write("w", "value", [1, 2]);
  expect(await step.run({ x: Float32Array.of(1, 0, 0, 1) }, { B: 2 })).toEqual({ loss: Float32Array.of(5) });
  expect(await step.bank.read("w", "gradient")).toEqual(Float32Array.of(2, 4));
  await step.dispose();
  await engine.dispose();
});
