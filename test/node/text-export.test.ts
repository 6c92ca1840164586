/** Models of texts as ONNX: what other programs encode, score and write is what we do. */

import * as ort from "onnxruntime-node";
import { afterAll, describe, expect, test } from "vitest";
import { fieldsOf } from "../../src/fields/list.js";
import { storedTokens, type TextSchema, tokenizerOf } from "../../src/fields/text.js";
import { exportUses } from "../../src/model/export.js";
import { openRunner } from "../../src/model/open.js";
import { ortNode } from "../../src/node/ort-node.js";
import { Philox } from "../../src/random.js";
import { END, START } from "../../src/text/tokenizer.js";
import { write } from "../../src/text/writing/write.js";
import { expectClose } from "../helpers/tensors.js";
import { LATENT, LINES, MAX_LENGTH, textConfig, textModel, textNets } from "../helpers/text-models.js";

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
});
