/** Models of texts as ONNX: what other programs encode, score and write is what we do. */

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import { afterAll, describe, expect, test } from "vitest";
import { findPython } from "../../bench/harness/peer.js";
import { fieldsOf } from "../../src/fields/list.js";
import { storedTokens, type TextSchema, tokenizerOf } from "../../src/fields/text.js";
import { exportUses } from "../../src/model/export.js";
import { openRunner } from "../../src/model/open.js";
import { nodeHost } from "../../src/node/host.js";
import { ortNode } from "../../src/node/ort-node.js";
import { Philox } from "../../src/random.js";
import { saveModel } from "../../src/store/folder.js";
import { END, START } from "../../src/text/tokenizer.js";
import { write } from "../../src/text/writing/write.js";
import { exportModel, exportVerb } from "../../src/verbs/export.js";
import { errorOf } from "../helpers/damage.js";
import { configOf } from "../helpers/models.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";
import { expectClose } from "../helpers/tensors.js";
import { LATENT, LINES, MAX_LENGTH, textConfig, textModel, textNets } from "../helpers/text-models.js";
import { runVerb } from "../helpers/verbs.js";

const { path } = temporaryFolder();
const host = nodeHost();
const python = findPython(join(import.meta.dirname, "../.."));
const canRun =
  python !== null && spawnSync(python, ["-c", "import numpy, onnxruntime, tokenizers, safetensors.numpy"]).status === 0;
const NO_PYTHON = canRun ? "" : " (skipped: no Python with onnxruntime, tokenizers and safetensors)";

/** Runs the script of a README in its folder, and asks it for more. */
function runReadme<T>(folder: string, more: string): T {
  const script = /```python\n([\s\S]*?)```/.exec(readFileSync(join(folder, "README.md"), "utf8"))![1];
  const { status, stdout, stderr } = spawnSync(python!, ["-c", `${script}\nimport json\nprint(json.dumps(${more}))`], {
    cwd: folder,
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as T;
}

const engine = await ortNode({ threads: 1 });
afterAll(() => engine.dispose());

/** A batch of texts as their tokens, padding behind, as long as the longest. */
function padded(texts: readonly (readonly number[])[]): ort.Tensor {
  const length = Math.max(...texts.map((text) => text.length));
  const ids = texts.flatMap((text) => [...text, ...new Array<number>(length - text.length).fill(0)]);
  return new ort.Tensor("int32", Int32Array.from(ids), [texts.length, length]);
}

describe.each(Object.keys(textNets))("%s", async (name) => {
  const config = await textConfig(textNets[name]);
  const { weights } = textModel(config);
  const models = exportUses(config, weights);
  const schema = config.schema.fields.text as unknown as TextSchema;
  const [{ stored }] = fieldsOf(config.schema);
  const texts = LINES.map((line) => storedTokens(line, schema).tokens);
  const column = Int32Array.from(texts.flatMap((text) => [...text, ...new Array(stored - text.length).fill(0)]));
  const runner = await openRunner(config, weights, engine);
  afterAll(() => runner.dispose());
  const session = (of: string) => ort.InferenceSession.create(models[of]);
  const floats = (values: Float32Array, shape: readonly number[]) => new ort.Tensor("float32", values, shape);
  const z = new Philox(2).normals(new Float32Array(texts.length * LATENT)).map((value) => 3 * value);
  const shape = [texts.length, LATENT];

  test("the encoder takes token ids with padding behind", async () => {
    const encoder = await session("encoder");
    expect(encoder.inputNames).toEqual(["input_ids"]);
    const { mu, logvar } = await encoder.run({ input_ids: padded(texts) });
    const ours = await runner.encode({ text: column }, texts.length);
    expectClose(mu.data as Float32Array, ours.mu, 1e-5, "mu");
    expectClose(logvar.data as Float32Array, ours.logvar, 1e-5, "logvar");
    await encoder.release();
  });

  test("the score takes token ids and noise", async () => {
    const score = await session("score");
    const eps = new Philox(3).normals(new Float32Array(texts.length * LATENT));
    const theirs = await score.run({ input_ids: padded(texts), eps: floats(eps, shape) });
    const ours = await runner.score({ text: column }, texts.length, 1, eps);
    expectClose(theirs.reconstruction.data as Float32Array, ours.reconstruction, 1e-4, "reconstruction");
    expectClose(theirs.kl.data as Float32Array, ours.kl, 1e-5, "kl");
    expectClose(theirs.log_weights.data as Float32Array, ours.logWeights, 1e-4, "log_weights");
    await score.release();
  });

  test("begun once, the step runs on what came out of it, and writes the likeliest text that we write", async () => {
    const [begin, step] = [await session("decoder_begin"), await session("decoder")];
    const ours = await write(await runner.writer("text", z, texts.length), {
      strategy: { by: "greedy" },
      maxLength: MAX_LENGTH,
    });
    let held: Record<string, ort.Tensor> = await begin.run({ z: floats(z, shape) });
    let token = new Int32Array(texts.length).fill(START);
    const written: number[][] = texts.map(() => []);
    for (let i = 0; i < MAX_LENGTH; i++) {
      const { logits, ...present } = await step.run({ token: new ort.Tensor("int32", token, [token.length]), ...held });
      const next = Object.entries(present).map(([key, value]) => [key.replace("present.", "past."), value]);
      held = { ...held, ...Object.fromEntries(next) };
      const width = logits.dims[1];
      token = Int32Array.from(texts, (_, row) => {
        const own = (logits.data as Float32Array).subarray(row * width, (row + 1) * width);
        own[0] = own[START] = Number.NEGATIVE_INFINITY;
        return own.indexOf(Math.max(...own));
      });
      for (const [row, text] of written.entries()) if (!text.includes(END)) text.push(token[row]);
    }
    const { decode } = tokenizerOf(schema);
    expect(written.map(decode)).toEqual(ours.map(({ tokens }) => decode(tokens)));
    expect(new Set(written.map(decode)).size).toBeGreaterThan(1); // the latents decide what is written
    await begin.release();
    await step.release();
  });

  test("the sampler's draws are ours", async () => {
    const sampler = await session("sampler");
    const eps = new Philox(4).normals(new Float32Array(texts.length * LATENT));
    const drawn = await sampler.run({ eps: floats(eps, shape), temperature: floats(Float32Array.of(0.7), []) });
    expectClose(drawn.z.data as Float32Array, await runner.draw(eps, texts.length, 0.7), 1e-6, "z");
    await sampler.release();
  });

  const greedy = async (codes: Float32Array): Promise<string[]> => {
    const model = await runner.writer("text", codes, codes.length / LATENT);
    const all = await write(model, { strategy: { by: "greedy" }, maxLength: MAX_LENGTH });
    return all.map(({ tokens }) => tokenizerOf(schema).decode(tokens));
  };

  test.skipIf(NO_PYTHON)(`the scripts of both READMEs encode and write what we do${NO_PYTHON}`, async () => {
    await saveModel(path(name), textModel(config), host);
    await exportModel(config, weights, path(`${name}-export`), { trainStep: false }, host);
    const lines = ["a dog sat", "the cat of a stranger, and </s>", "", new Array(20).fill("mat").join(" ")];
    for (const folder of [path(name), path(`${name}-export`)]) {
      const more = `[[ids_of(t) for t in ${JSON.stringify(lines)}], [c.ravel().tolist() for c in encode(${JSON.stringify(lines)})], z.ravel().tolist(), write(z), write(10 * z)]`;
      const [ids, [mu, logvar], drawn, written, far] = runReadme<
        [number[][], [number[], number[]], number[], string[], string[]]
      >(folder, more);
      expect(ids).toEqual(lines.map((line) => tokenizerOf(schema).encode(line)));
      const rows = lines.map((line) => storedTokens(line, schema).tokens);
      const text = Int32Array.from(rows.flatMap((row) => [...row, ...new Array(stored - row.length).fill(0)]));
      const ours = await runner.encode({ text }, lines.length);
      expectClose(mu, ours.mu, 1e-5, "mu");
      expectClose(logvar, ours.logvar, 1e-5, "logvar");
      expect(drawn).toHaveLength(4 * LATENT);
      expect(written).toEqual(await greedy(Float32Array.from(drawn)));
      expect(far).toEqual(await greedy(Float32Array.from(drawn, (value) => 10 * value)));
    }
  });
});

test("export writes the files of a text model, and refuses its training step", async () => {
  await saveModel(path("m"), textModel(await textConfig(textNets.gru)), host);
  await runVerb(exportVerb, { model: path("m"), out: path("onnx") });
  const models = ["decoder.onnx", "decoder_begin.onnx", "encoder.onnx", "sampler.onnx", "score.onnx"];
  expect(readdirSync(path("onnx")).sort()).toEqual(["README.md", ...models, "tokenizer.json"]);
  expect(readFileSync(path("onnx", "README.md"), "utf8")).toContain("| `encoder.onnx` | `input_ids` [B, T] int32 |");
  const refused = await errorOf(() => runVerb(exportVerb, { model: path("m"), out: path("step"), trainStep: true }));
  expect(refused).toMatchObject({ code: "E_CONFIG", hint: expect.stringContaining("without --train-step") });
  expect(readdirSync(path("."))).not.toContain("step");
});

test("a model with a text among other fields has a decoder for these, and two models for the text", async () => {
  const { schema } = await textConfig(textNets.gru);
  const config = configOf([], {
    schema: {
      fields: {
        stars: { kind: "category", labels: ["one", "two"], shares: [0.5, 0.3, 0.1, 0.1] },
        "a/b": schema.fields.text,
      },
    },
    likelihoods: { stars: { name: "categorical" }, "a/b": { name: "tokens" } },
    latent: LATENT,
    net: {
      name: "joint",
      parts: [
        { fields: ["stars"], net: { name: "mlp", hidden: 3 } },
        { fields: ["a/b"], net: textNets.transformer },
      ],
    },
  });
  const model = textModel(config);
  expect(Object.keys(model.onnx).sort()).toEqual(["decoder", "decoder_a-b", "decoder_begin_a-b", "encoder"]);
  const encoder = await ort.InferenceSession.create(model.onnx.encoder);
  expect([...encoder.inputNames].sort()).toEqual(["a/b", "stars"]);
  const ids = padded([[4, 5, END], [END]]);
  const { mu } = await encoder.run({ stars: new ort.Tensor("float32", [1, 0], [2, 1]), "a/b": ids });
  expect(mu.dims).toEqual([2, LATENT]);
  const z = new ort.Tensor("float32", mu.data as Float32Array, mu.dims);
  const decoder = await ort.InferenceSession.create(model.onnx.decoder);
  expect(decoder.outputNames).toEqual(["stars"]);
  const begin = await ort.InferenceSession.create(model.onnx["decoder_begin_a-b"]);
  const step = await ort.InferenceSession.create(model.onnx["decoder_a-b"]);
  const token = new ort.Tensor("int32", Int32Array.of(START, START), [2]);
  const { logits } = await step.run({ token, ...(await begin.run({ z })) });
  expect(logits.dims[0]).toBe(2);
});
