/** Training that starts from another model: its parts, its weights, its picture size; and what does not fit is named. */

import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeNpz } from "../../src/files/npz.js";
import { type Dataset, type TrainEvent, Vae } from "../../src/index.js";
import { nodeHost } from "../../src/node/host.js";
import { open } from "../../src/node.js";
import { fitInput } from "../../src/verbs/fit-options.js";
import { fitModel } from "../../src/verbs/fit-run.js";
import { barsNpz } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";

const { path } = temporaryFolder();
const host = nodeHost();
let data: Dataset;
let first: Vae;
let sum: string;

beforeAll(async () => {
  writeFileSync(path("bars.npz"), barsNpz(120));
  const images = Uint8Array.from({ length: 60 * 12 * 12 * 3 }, (_, i) => ((i / 3) % 12 < 5 ? 220 : 10) + (i % 7));
  writeFileSync(path("large.npz"), writeNpz(new Map([["images", { shape: [60, 12, 12, 3], values: images }]])));
  data = await open(path("bars.npz"));
  first = new Vae({
    schema: data.schema,
    net: "mlp",
    hidden: 24,
    latent: 3,
    beta: 0.5,
    likelihood: "normal",
    threads: 1,
  });
  await first.fit(data, { epochs: 30, batchSize: 16 });
  await first.save(path("first"));
  sum = /^(\w+) {2}model.safetensors$/m.exec(readFileSync(path("first/SHA256SUMS"), "utf8"))![1];
});
afterAll(() => first.dispose());

/** The events of `fit`, and the folder's configuration. */
async function run(options: Record<string, unknown>): Promise<{ events: TrainEvent[]; model: Vae }> {
  const input = fitInput.parse({ data: path("bars.npz"), threads: 1, batchSize: 16, epochs: 1, ...options });
  const events: TrainEvent[] = [];
  const context = {
    host,
    signal: new AbortController().signal,
    report: () => {},
    print: () => {},
    mark: (text: string) => text,
  };
  for await (const event of fitModel(input, context)) events.push(event);
  return { events, model: await Vae.load(input.out, { threads: 1 }) };
}

/** Weights that hardly move from where they started. */
const still = { schedule: "constant", learningRate: 1e-9 } as const;
const picturesOf = async (vae: Vae) => (await vae.reconstruct(data, { count: 6, seed: 1 })).reconstruction.pixels;
const firstLoss = (events: readonly TrainEvent[]): number =>
  events.find((event): event is Extract<TrainEvent, { event: "epoch" }> => event.event === "epoch")!.train.loss;

test("a new model takes the parts and weights of another, in memory or by its path", async () => {
  for (const init of [first, path("first")]) {
    const next = new Vae({ schema: data.schema, init, threads: 1 });
    await next.fit(data, { epochs: 1, batchSize: 16, ...still });
    const { net, latent, likelihoods, objective } = first.config;
    expect(next.config).toMatchObject({ net, latent, likelihoods, objective });
    expect(next.config.init).toEqual({
      path: typeof init === "string" ? init : "a model in memory",
      fingerprint: sum,
    });
    expect(next.config.choices.latent).toBe(`3: as in ${next.config.init!.path}`);
    expect(await picturesOf(next)).toEqual(await picturesOf(first));
    await next.dispose();
  }
});

test("fit --init starts where the other model ended, on its picture size", async () => {
  const warm = await run({ init: path("first"), out: path("warm") });
  const cold = await run({ net: "mlp", hidden: 24, latent: 3, beta: 0.5, likelihood: "normal", out: path("cold") });
  expect(firstLoss(warm.events)).toBeLessThan(firstLoss(cold.events) - 20);
  expect(warm.model.info().config.init?.fingerprint).toBe(sum);

  const { model } = await run({ data: path("large.npz"), init: path("first"), out: path("large") });
  expect(model.config.schema.fields.image).toMatchObject({ height: 8, width: 8, channels: 1 });
  expect(model.config).toMatchObject({ data: { count: 60 }, facts: { count: 60 } });
  for (const vae of [warm.model, cold.model, model]) await vae.dispose();
});

test("what does not fit is named with both shapes, and nothing is left behind", async () => {
  const refusal = (options: Record<string, unknown>) => run({ init: path("first"), out: path("never"), ...options });
  await expect(refusal({ latent: 5 })).rejects.toMatchObject({
    code: "E_SHAPE",
    message: `parameter "posterior.z.mu.weight" is [24, 3] in ${path("first")}, expected [24, 5]`,
    hint: expect.stringContaining("Leave out the options"),
  });
  await expect(refusal({ net: "conv" })).rejects.toThrow(/parameter "encoder\.\S+" is missing in/);
  await expect(refusal({ likelihood: "bernoulli" })).rejects.toThrow(
    /parameter "likelihood.image.logvar" of .* belongs to no part/,
  );
  await expect(refusal({ init: path("nowhere") })).rejects.toMatchObject({ code: "E_PATH" });
  expect(await host.files.stat(path("never"))).toBeNull();
});

test("beta and the likelihood may be others where the shapes allow it", async () => {
  const { model } = await run({ init: path("first"), beta: 2, out: path("beta") });
  expect(model.config.objective).toMatchObject({ name: "elbo", beta: 2 });
  await model.dispose();
});
