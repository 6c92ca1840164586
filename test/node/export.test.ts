/** Exported models in ONNX Runtime against the model they came from, and train.py where there is a Python to run it. */

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import * as ort from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Dataset } from "../../src/data/dataset.js";
import { parseSafetensors } from "../../src/files/safetensors.js";
import { openRunner } from "../../src/model/open.js";
import { nodeHost } from "../../src/node/host.js";
import { ortNode } from "../../src/node/ort-node.js";
import { open } from "../../src/node.js";
import { Philox } from "../../src/random.js";
import { loadModel } from "../../src/store/folder.js";
import { Vae } from "../../src/vae.js";
import { barsNpz, SIDE, vaekit } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";
import { expectClose } from "../helpers/tensors.js";

const { path } = temporaryFolder();
const LATENT = 3;
const RECORDS = 5;
let data: Dataset;
let vae: Vae;

beforeAll(async () => {
  writeFileSync(path("bars.npz"), barsNpz(120));
  data = await open(path("bars.npz"));
  vae = new Vae({ schema: data.schema, latent: LATENT, net: "mlp", hidden: 16, threads: 1 });
  await vae.fit(data, { epochs: 4, batchSize: 20, valid: 0 });
  await vae.save(path("m"));
  await vae.export(path("onnx"), { trainStep: true });
});
afterAll(async () => {
  await vae.dispose();
  await data.close();
});

/** Runs the exported model `name`. */
async function run(name: string, feeds: Record<string, readonly [Float32Array, readonly number[]]>) {
  const session = await ort.InferenceSession.create(readFileSync(path("onnx", `${name}.onnx`)));
  const tensors = Object.entries(feeds).map(([key, [values, shape]]) => [key, new ort.Tensor(values, shape)]);
  const results = await session.run(Object.fromEntries(tensors));
  await session.release();
  return (key: string) => results[key].data as Float32Array;
}

test("encoder, decoder, sampler and score say what the model says", async () => {
  const { config, weights } = await loadModel(path("m"), nodeHost());
  const engine = await ortNode({ threads: 1 });
  const runner = await openRunner(config, weights, engine);
  const columns = await data.read(Array.from({ length: RECORDS }, (_, i) => i));
  const image = [Float32Array.from(columns.image, (v) => v / 255), [RECORDS, SIDE, SIDE, 1]] as const;
  const eps = new Philox(1).normals(new Float32Array(RECORDS * LATENT));
  const noise = [eps, [RECORDS, LATENT]] as const;
  const shape = [RECORDS, LATENT];

  const encoded = await run("encoder", { image: image });
  const { mu, logvar } = await runner.encode(columns, RECORDS);
  expectClose(encoded("mu"), mu, 1e-5, "mu");
  expectClose(encoded("logvar"), logvar, 1e-5, "logvar");
  const decoded = await run("decoder", { z: [mu, shape] });
  expectClose(decoded("image"), (await runner.decode(mu, RECORDS)).image, 1e-5, "image");
  const drawn = await run("sampler", { eps: noise, temperature: [Float32Array.of(0.5), []] });
  expectClose(drawn("z"), await runner.draw(eps, RECORDS, 0.5), 1e-6, "z");
  const scored = await run("score", { image: image, eps: noise });
  const { reconstruction, kl, logWeights } = await runner.score(columns, RECORDS, 1, eps);
  expectClose(scored("reconstruction"), reconstruction, 1e-5, "reconstruction");
  expectClose(scored("kl"), kl, 1e-5, "kl");
  expectClose(scored("log_weights"), logWeights, 1e-5, "log_weights");
  await runner.dispose();
  await engine.dispose();
});

test("weights.safetensors are the model's, initial.safetensors what training starts with", async () => {
  const tensors = (name: string) => parseSafetensors(readFileSync(path("onnx", name)), name).tensors;
  const { weights } = await loadModel(path("m"), nodeHost());
  const start = tensors("initial.safetensors");
  for (const [name, { values }] of weights) expect(tensors("weights.safetensors").get(name)!.values).toEqual(values);
  expect([...start.keys()].sort()).toEqual([...weights.keys()].sort());
  expect(start.get("encoder.hidden1.weight")!.values).not.toEqual(weights.get("encoder.hidden1.weight")!.values);
});

describe("the command", () => {
  test("writes the uses alone, or with the training step", async () => {
    const plain = await vaekit(["export", path("m"), "--out", path("uses"), "--json"]);
    expect(JSON.parse(plain.stdout)).toMatchObject({ path: path("uses") });
    const uses = ["README.md", "decoder.onnx", "encoder.onnx", "sampler.onnx", "score.onnx"];
    expect(readdirSync(path("uses")).sort()).toEqual(uses);
    const again = await vaekit(["export", path("m"), "--out", path("uses"), "--train-step"]);
    expect(again).toMatchObject({ status: 0, stderr: expect.stringContaining("train_step.onnx") });
    const more = ["initial.safetensors", "train.py", "train_step.onnx", "weights.safetensors"];
    expect(readdirSync(path("uses")).sort()).toEqual([...uses, ...more].sort());
  });

  test("leaves a folder alone that holds something else", async () => {
    mkdirSync(path("mine"));
    writeFileSync(path("mine", "README.md"), "# Mine");
    for (const out of ["mine", "m", "bars.npz"]) {
      const { status, stderr } = await vaekit(["export", path("m"), "--out", path(out)]);
      expect(status).toBe(2);
      expect(stderr).toContain("E_OUT");
    }
    expect(readdirSync(path("mine"))).toEqual(["README.md"]);
  });
});

const PYTHON = process.env.PYTHON ?? "python3";
const hasPython = spawnSync(PYTHON, ["-c", "import numpy, onnxruntime"]).status === 0;

describe.skipIf(!hasPython)("in Python (skipped: no Python with numpy and onnxruntime)", () => {
  test("train.py trains as well as we do, and vaekit opens what it leaves", async () => {
    const flags = ["--epochs", "30", "--batch", "20", "--model", path("m"), "--out", path("trained")];
    const out = execFileSync(PYTHON, [path("onnx", "train.py"), path("bars.npz"), ...flags], { encoding: "utf8" });
    const losses = [...out.matchAll(/loss (-?[\d.]+)/g)].map((match) => Number(match[1]));
    expect(losses).toHaveLength(30);
    const theirs = await Vae.load(path("trained", "model"), { threads: 1 });
    const ours = new Vae({ schema: data.schema, latent: LATENT, net: "mlp", hidden: 16, threads: 1 });
    await ours.fit(data, { epochs: 30, batchSize: 20, valid: 0 });
    const [a, b] = [await theirs.evaluate(data), await ours.evaluate(data)];
    await theirs.dispose();
    await ours.dispose();
    expect(Math.abs(a.negativeElbo! - b.negativeElbo!)).toBeLessThan(0.05 * Math.abs(b.negativeElbo!));
  });
});
