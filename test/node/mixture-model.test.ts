/** A model with a mixture prior in a user's hands: saved, loaded, sampled and judged under its prior and under N(0, I). */

import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Dataset, Vae } from "../../src/index.js";
import { nodeHost } from "../../src/node/host.js";
import { open } from "../../src/node.js";
import { evaluateVerb } from "../../src/verbs/evaluate.js";
import { sample } from "../../src/verbs/sample.js";
import type { Verb } from "../../src/verbs/verb.js";
import { barsNpz } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";

const { path } = temporaryFolder();
const host = nodeHost();
let data: Dataset;
let vae: Vae;

beforeAll(async () => {
  writeFileSync(path("bars.npz"), barsNpz(400));
  data = await open(path("bars.npz"));
  const parts = { latent: 2, net: "mlp", hidden: 24, likelihood: "normal", threads: 1 } as const;
  vae = new Vae({ schema: data.schema, ...parts, prior: "mixture", priorComponents: 3 });
  await vae.fit(data, { epochs: 25, batchSize: 32 });
  await vae.save(path("model"));
});
afterAll(() => vae.dispose());

async function run(verb: Verb, options: object): Promise<unknown> {
  const input = verb.input.parse({ threads: 1, ...options });
  const context = {
    host,
    signal: new AbortController().signal,
    report: () => {},
    print: () => {},
    mark: (text: string) => text,
  };
  return (await verb.run(input, context)).json;
}

test("the folder gives the same model back, and tells Python how to draw from its prior", async () => {
  expect(vae.config.prior).toEqual({ name: "mixture", components: 3 });
  expect(vae.config.choices.prior).toMatch(/^mixture: 3 components, held-out codes -?\d+\.\d\d nats/);
  const loaded = await Vae.load(path("model"), { threads: 1 });
  expect(loaded.config).toEqual(vae.config);
  expect((await loaded.sample(9)).pixels).toEqual((await vae.sample(9)).pixels);
  await loaded.dispose();
  const card = readFileSync(path("model/README.md"), "utf8");
  expect(card).toContain("| prior | `mixture` (components 3) |");
  expect(card).toContain('prior["axes"][which]');
  expect(card).toContain("from safetensors.numpy import load_file");
});

test("--prior standard-normal puts N(0, I) in its place, for sample and evaluate", async () => {
  const own = await vae.sample(9, { seed: 2 });
  const standard = await vae.sample(9, { seed: 2, prior: "standard-normal" });
  expect(standard.pixels).not.toEqual(own.pixels);
  await run(sample as never, { model: path("model"), out: path("own.npz"), count: 9, seed: 2 });
  await run(sample as never, {
    model: path("model"),
    out: path("std.npz"),
    count: 9,
    seed: 2,
    prior: "standard-normal",
  });
  const drawn = async (name: string) => {
    const pictures = await open(path(name));
    return (await pictures.read(Array.from({ length: 9 }, (_, i) => i))).image;
  };
  expect(await drawn("own.npz")).toEqual(own.pixels);
  expect(await drawn("std.npz")).toEqual(standard.pixels);

  const question = { model: path("model"), data: path("bars.npz"), limit: 100 };
  const mine = (await run(evaluateVerb as never, question)) as { nll: number; protocol: { prior: string } };
  const theirs = (await run(evaluateVerb as never, { ...question, prior: "standard-normal" })) as typeof mine;
  expect([mine.protocol.prior, theirs.protocol.prior]).toEqual(["mixture, components 3", "standard-normal"]);
  expect(mine.nll).toBeLessThan(theirs.nll);
  const again = await vae.evaluate(data, { limit: 100, prior: "standard-normal" });
  expect(again.nll).toBeCloseTo(theirs.nll, 4);
});

test("components are for priors that have some", async () => {
  const odd = new Vae({ schema: data.schema, prior: "standard-normal", priorComponents: 3, threads: 1 });
  await expect(odd.fit(data, { epochs: 1 })).rejects.toMatchObject({
    code: "E_OPTION",
    message: "invalid prior components: prior standard-normal has none",
  });
});
