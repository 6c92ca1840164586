/** Records of several kinds in one model: a picture, columns and a text that share their latents. */

import { afterAll, describe, expect, test } from "vitest";
import { type Columns, HIDDEN_CODE } from "../../src/data/dataset.js";
import { grad } from "../../src/graph/grad.js";
import type { NdArray } from "../../src/graph/op.js";
import type { Tensor } from "../../src/graph/ops.js";
import { compose } from "../../src/model/compose.js";
import type { ModelConfig } from "../../src/model/config.js";
import { fieldFeeds, openRunner } from "../../src/model/open.js";
import { parametersOf, stepProgram } from "../../src/model/programs.js";
import type { Runner, Weight } from "../../src/model/runner.js";
import { ortNode } from "../../src/node/ort-node.js";
import { Philox } from "../../src/random.js";
import { evaluate } from "../../src/runtime/reference.js";
import { trainTokenizer } from "../../src/text/load.js";
import { END, START } from "../../src/text/tokenizer.js";
import { configOf } from "../helpers/models.js";
import { expectClose, finiteDifferences } from "../helpers/tensors.js";

const engine = await ortNode({ threads: 1 });
const opened: Runner[] = [];
afterAll(async () => {
  for (const runner of opened) await runner.dispose();
  await engine.dispose();
});

const PLACES = 5;
const SIDE = 8;
const COUNT = 3;
const LATENT = 2;
const tokenizer = await trainTokenizer("words", ["a b c d e"], { minCount: 1 });
const VOCABULARY = tokenizer.tokens.length;

const config: ModelConfig = configOf([], {
  schema: {
    fields: {
      photo: { kind: "image", height: SIDE, width: SIDE, channels: 1 },
      stars: { kind: "category", labels: ["one", "two"], shares: [0.5, 0.3, 0.1, 0.1] },
      review: { kind: "text", tokenizer: tokenizer.json, maxLength: PLACES - 1 },
    },
  },
  likelihoods: { photo: { name: "bernoulli" }, stars: { name: "categorical" }, review: { name: "tokens" } },
  latent: LATENT,
  net: {
    name: "joint",
    parts: [
      { fields: ["photo"], net: { name: "conv", channels: [2] } },
      { fields: ["stars"], net: { name: "mlp", hidden: 3 } },
      { fields: ["review"], net: { name: "gru", hidden: 3, embedding: 2, reader: 2 } },
    ],
  },
});
const model = compose(config);

const texts = [
  [5, 6, 7, END, 0],
  [8, END, 0, 0, 0],
  [6, 6, END, 0, 0],
];
const records: Columns = {
  photo: new Philox(1).uniforms(new Float32Array(COUNT * SIDE * SIDE)),
  stars: Int32Array.of(0, 1, 0),
  review: Int32Array.from(texts.flat()),
};
const eps = new Philox(2).normals(new Float32Array(COUNT * LATENT));

/** Starting weights, with those that start at 0 moved, so that each has a say. */
function weightsOf(seed: number): Map<string, Weight> {
  const random = new Philox(seed);
  return new Map(
    [...parametersOf(model)].map(([name, { shape, initialize }]) => {
      const values = initialize(shape, random);
      const moved = random.normals(new Float32Array(values.length)).map((step, i) => values[i] + 0.1 * step);
      return [name, { shape, values: moved }];
    }),
  );
}

async function open(weights: ReadonlyMap<string, Weight>): Promise<Runner> {
  const runner = await openRunner(config, weights, engine);
  opened.push(runner);
  return runner;
}

describe("a joint net", () => {
  test("has the gradients of finite differences in the nets of all kinds", () => {
    const { program, recording } = stepProgram(model, COUNT);
    const weights = weightsOf(3);
    const noise = new Philox(4);
    const feeds: Record<string, ArrayLike<number>> = {
      ...fieldFeeds(model, records),
      "posterior.z.eps": eps,
      beta: [1],
    };
    for (const [name, { tensor }] of recording.noises)
      feeds[name] ??= noise.uniforms(new Float32Array((tensor.shape as number[]).reduce((a, b) => a * b, 1)));
    const given = new Map<Tensor, NdArray>();
    for (const [name, { tensor, spec }] of program.inputs) {
      const data = Float64Array.from(weights.get(name)?.values ?? feeds[name]);
      const sizes: Record<string, number> = { T2: 4, N2: 9 };
      given.set(tensor, { shape: spec.shape.map((dim) => (typeof dim === "string" ? sizes[dim] : dim)), data });
    }
    const checked = [...recording.parameters].filter(([name]) =>
      /conv1.bias|hidden1.bias|initial.weight|mu.weight/.test(name),
    );
    expect(checked.map(([name]) => name.split(".").slice(0, 2).join("."))).toEqual(
      expect.arrayContaining(["encoder.conv1", "encoder.mlp2", "decoder.mlp2", "decoder.gru3", "posterior.z"]),
    );
    const tensors = checked.map(([, { tensor }]) => tensor);
    const gradients = evaluate(grad(program.outputs.loss, tensors), given);
    for (const [i, [name, { tensor }]] of checked.entries()) {
      expect(
        Array.from(gradients[i].data).some((value) => value !== 0),
        name,
      ).toBe(true);
      expectClose(gradients[i].data, finiteDifferences(program.outputs.loss, tensor, given).data, 1e-5, name);
    }
  });

  test("makes of a record's nats the sum of its fields' nats", async () => {
    const weights = weightsOf(5);
    const runner = await open(weights);
    const whole = await runner.score(records, COUNT, 1, eps);
    const { mu, logvar } = await runner.encode(records, COUNT);
    const z = eps.map((value, i) => mu[i] + Math.exp(logvar[i] / 2) * value);
    const { photo } = await runner.decode(z, COUNT);
    const stars = starsOf(weights, z);
    const review = await reviewOf(runner, z);
    for (let row = 0; row < COUNT; row++) {
      const pixels = records.photo.subarray(row * SIDE * SIDE, (row + 1) * SIDE * SIDE);
      let nats = stars[row] + review[row];
      for (const [i, x] of pixels.entries()) {
        const p = photo[row * SIDE * SIDE + i];
        nats -= x * Math.log(p) + (1 - x) * Math.log(1 - p);
      }
      expect(whole.reconstruction[row]).toBeCloseTo(nats, 3);
    }
  });

  test("of three particles makes three single passes", async () => {
    const runner = await open(weightsOf(6));
    const noise = new Philox(7).normals(new Float32Array(3 * COUNT * LATENT));
    const together = await runner.score(records, COUNT, 3, noise);
    for (let particle = 0; particle < 3; particle++) {
      const own = noise.slice(particle * COUNT * LATENT, (particle + 1) * COUNT * LATENT);
      const single = await runner.score(records, COUNT, 1, own);
      for (let row = 0; row < COUNT; row++)
        expect(together.logWeights[particle * COUNT + row]).toBeCloseTo(single.logWeights[row], 3);
    }
  });

  test("does not see a hidden text: whatever reads it, the latents are the same", async () => {
    const hidden = { ...records, review: new Int32Array(COUNT * PLACES).fill(HIDDEN_CODE) };
    const weights = weightsOf(8);
    const other = new Map(
      [...weights].map(([name, weight]) =>
        name.startsWith("encoder.gru3.")
          ? [name, { ...weight, values: weight.values.map((x) => 2 * x + 1) }]
          : [name, weight],
      ),
    );
    const [one, two] = [await open(weights), await open(other)];
    expect((await two.encode(hidden, COUNT)).mu).toEqual((await one.encode(hidden, COUNT)).mu);
    expect((await two.encode(records, COUNT)).mu).not.toEqual((await one.encode(records, COUNT)).mu);
  });

  test("explains a picture by the mean, and labels and tokens by what is likeliest", async () => {
    const runner = await open(weightsOf(9));
    const { means, surprise } = await runner.explain(
      records,
      COUNT,
      4,
      new Philox(3).normals(new Float32Array(4 * COUNT * LATENT)),
    );
    expect(means.stars.every(Number.isInteger)).toBe(true);
    expect(means.review.every(Number.isInteger)).toBe(true);
    expect(means.photo.every((value) => value > 0 && value < 1)).toBe(true);
    for (const field of ["photo", "stars", "review"])
      expect(
        surprise[field].every((nats) => nats >= 0),
        field,
      ).toBe(true);
  });

  test.each([
    [["photo", "stars"], /field "review" is in none of its parts/],
    [["photo", "stars", "review", "stars"], /field "stars" is twice/],
    [["photo", "stars", "review", "date"], /field "date" is twice in its parts, or not in the data/],
  ])("of parts for %j is refused", (fields, message) => {
    const parts = fields.map((field) => ({ fields: [field], net: { name: "mlp", hidden: 3 } }));
    expect(() => compose({ ...config, net: { name: "joint", parts } })).toThrow(message);
  });
});

/** x W + b of one row. */
function linear(x: readonly number[], weights: ReadonlyMap<string, Weight>, layer: string): number[] {
  const [weight, bias] = ["weight", "bias"].map((name) => weights.get(`${layer}.${name}`)!.values);
  return Array.from(bias, (b, j) => x.reduce((sum, own, i) => sum + own * weight[i * bias.length + j], b));
}

/** Nats of the labels from z: the decoder's layers by hand. */
function starsOf(weights: ReadonlyMap<string, Weight>, z: Float32Array): number[] {
  return Array.from(records.stars, (label: number, row) => {
    const latents = [...z.subarray(row * LATENT, (row + 1) * LATENT)];
    const hidden = linear(latents, weights, "decoder.mlp2.hidden1").map((x) => Math.max(0, x));
    const logits = linear(hidden, weights, "decoder.mlp2.stars");
    return Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0)) - logits[label];
  });
}

/** Nats of the texts from z, token by token as they are written. */
async function reviewOf(runner: Runner, z: Float32Array): Promise<number[]> {
  const writer = await runner.writer("review", z, COUNT);
  const nats = new Array<number>(COUNT).fill(0);
  await writer.start();
  for (let step = 0; step < PLACES; step++) {
    const logits = await writer.next(Int32Array.from(texts, (text) => (step === 0 ? START : text[step - 1])));
    for (const [row, text] of texts.entries()) {
      if (text[step] === 0) continue;
      const own = logits.subarray(row * VOCABULARY, (row + 1) * VOCABULARY);
      nats[row] += Math.log(own.reduce((sum, logit) => sum + Math.exp(logit), 0)) - own[text[step]];
    }
  }
  return nats;
}
