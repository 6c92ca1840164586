/** Likelihoods as parts of a model: draws agree with log-densities, outputs start at the data's mean, extremes stay finite. */

import { afterAll, describe, expect, test } from "vitest";
import type { Dist } from "../../src/dist/dist.js";
import { grad } from "../../src/graph/grad.js";
import { constant, input, type Tensor } from "../../src/graph/ops.js";
import { program } from "../../src/graph/program.js";
import { compose } from "../../src/model/compose.js";
import type { PartConfig } from "../../src/model/config.js";
import { likelihoods } from "../../src/model/list.js";
import { recordingContext } from "../../src/nn/ctx.js";
import { ortNode } from "../../src/node/ort-node.js";
import { Philox } from "../../src/random.js";
import type { Feeds, Values } from "../../src/runtime/engine.js";
import { configOf } from "../helpers/models.js";
import { expectClose } from "../helpers/tensors.js";

const engine = await ortNode({ threads: 1 });
afterAll(() => engine.dispose());

const SHAPE = [2, 2, 3];
const SIZE = 12;
const LATENT = 2;
const DRAWS = 40_000;
const SIGMAS = 4.5;
const MEAN = Array.from({ length: SIZE }, (_, i) => 0.05 + 0.07 * i);

/** Every likelihood with its default options, and those whose options change the formula. */
const parts: PartConfig[] = [
  ...likelihoods.names().flatMap((name) => (likelihoods.get(name).fieldKinds.includes("image") ? [{ name }] : [])),
  { name: "normal", sigma: 0.3 },
  { name: "normal", sigma: 1, link: "identity" },
];

/** A tiny model with this likelihood, and p(x|z) of given latents. */
function decoder(part: PartConfig) {
  const model = compose(
    configOf(SHAPE, {
      latent: LATENT,
      net: { name: "mlp", hidden: 5 },
      likelihoods: { image: part },
      facts: { count: 100, mean: { image: MEAN } },
    }),
  );
  const { ctx, recording } = recordingContext("use", model.config.facts);
  return { recording, decode: (z: Tensor): Dist => model.decode(ctx, { z }, null).image };
}

/** Values of `outputs` on the engine, with parameters as they start. */
async function run(
  { recording }: Pick<ReturnType<typeof decoder>, "recording">,
  outputs: Record<string, Tensor>,
  feeds: Feeds = {},
): Promise<Record<string, Values>> {
  const bank = engine.bank([...recording.parameters].map(([name, { shape }]) => ({ name, shape })));
  const random = new Philox(3);
  for (const [name, { shape, initialize }] of recording.parameters)
    await bank.write(name, "value", initialize(shape, random));
  const executable = await engine.compile(program("likelihood", outputs), bank);
  const results = await executable.run(feeds);
  await executable.dispose();
  bank.dispose();
  return results;
}

describe.each(parts.map((part) => ({ part, text: JSON.stringify(part) })))("$text", ({ part }) => {
  test("draws x from p(x|z) weigh p(x|z') / p(x|z) to 1 on average, for another z'", async () => {
    const tiny = decoder(part);
    const here = tiny.decode(constant([0.3, -0.2], [1, LATENT]));
    const there = tiny.decode(constant([0.33, -0.16], [1, LATENT]));
    const eps = input("eps", [DRAWS, SIZE]);
    const x = here.sample(eps).z;
    const ratio = there.logProb(x).sub(here.logProb(x)).exp();
    const random = new Philox(8);
    const noise = new Float32Array(DRAWS * SIZE);
    const feeds = { eps: here.noise === "normal" ? random.normals(noise) : random.uniforms(noise) };
    const ratios = (await run(tiny, { ratio }, feeds)).ratio as Float32Array;
    const mean = ratios.reduce((a, b) => a + b, 0) / DRAWS;
    const variance = ratios.reduce((total, r) => total + (r - mean) ** 2, 0) / DRAWS;
    expect(variance, "the two z must differ for the test to say something").toBeGreaterThan(1e-5);
    expect(Math.abs(mean - 1)).toBeLessThan(SIGMAS * Math.sqrt(variance / DRAWS));
  });

  test("the first output, at z = 0, is the mean of the data", async () => {
    const tiny = decoder(part);
    if (part.link === "identity") return; // its bias is on the logit scale
    const { mean } = await run(tiny, { mean: tiny.decode(constant([0, 0], [1, LATENT])).mean });
    expectClose(mean, MEAN, 1e-5);
  });

  test("value and gradients are finite when the decoder says nonsense with full confidence", async () => {
    const tiny = decoder(part);
    for (const level of [0, 128 / 255, 1]) {
      for (const size of [1e4, -1e4]) {
        const z = input("z", [1, LATENT]);
        const logProb = tiny
          .decode(z)
          .logProb(constant(new Float32Array(SIZE).fill(level), [1, SIZE]))
          .sum();
        const learned = [...tiny.recording.parameters.values()].map(({ tensor }) => tensor);
        const gradients = grad(logProb, [z, ...learned]);
        const outputs = Object.fromEntries([logProb, ...gradients].map((tensor, i) => [`y${i}`, tensor]));
        const results = await run(tiny, outputs, { z: Float32Array.of(size, size) });
        for (const [name, values] of Object.entries(results))
          expect(values.every(Number.isFinite), `${name} at x = ${level}`).toBe(true);
      }
    }
  });
});

test("a fixed sigma of 1 is half the squared error, and a constant", async () => {
  const tiny = decoder({ name: "normal", sigma: 1 });
  const dist = tiny.decode(constant([0.5, 0.5], [1, LATENT]));
  const x = Float32Array.from({ length: SIZE }, (_, i) => i / SIZE);
  const { logProb, mean } = await run(tiny, { logProb: dist.logProb(constant(x, [1, SIZE])), mean: dist.mean });
  const error = x.reduce((total, value, i) => total + (value - mean[i]) ** 2, 0);
  expect(logProb[0]).toBeCloseTo(-error / 2 - (SIZE / 2) * Math.log(2 * Math.PI), 4);
});
