/** Programs that take records as bytes: the same bits as when they are encoded before. */

import { expect, test } from "vitest";
import { pictureDataset } from "../../src/data/pictures.js";
import { areBytes, takesBytes, withBytes } from "../../src/model/byte-inputs.js";
import { compose } from "../../src/model/compose.js";
import { fieldFeeds, openRunner } from "../../src/model/open.js";
import { parametersOf, stepProgram } from "../../src/model/programs.js";
import { ortNode } from "../../src/node/ort-node.js";
import { Philox } from "../../src/random.js";
import type { Engine } from "../../src/runtime/engine.js";
import { ortWeb } from "../../src/runtime/ort-web.js";
import { plan } from "../../src/train/plan.js";

const [COUNT, SIDE] = [16, 12];
const pixels = Uint8Array.from(new Philox(1).uniforms(new Float32Array(COUNT * SIDE * SIDE)), (x) => 255 * x);
const data = pictureDataset(
  { count: COUNT, height: SIDE, width: SIDE, channels: 1, pixels },
  { name: "noise", labels: null, fingerprint: "noise" },
);
const all = Uint32Array.from({ length: COUNT }, (_, i) => i);
const wishes = { net: "conv", latent: 3, likelihood: "bernoulli", prior: "standard-normal", valid: 0 };

async function weightsOf(config: Awaited<ReturnType<typeof plan>>) {
  const random = new Philox(2);
  return new Map(
    [...parametersOf(compose(config))].map(([name, { shape, initialize }]) => [
      name,
      { shape: [...shape], values: Float32Array.from(initialize(shape, random)) },
    ]),
  );
}

test.each<[string, () => Promise<Engine>]>([
  ["cpu", () => ortNode({ threads: 1 })],
  ["wasm", () => ortWeb({ threads: 1 })],
])("encoding and scoring on %s", async (_name, open) => {
  const engine = await open();
  const config = await plan(data, wishes);
  const runner = await openRunner(config, await weightsOf(config), engine);
  const bytes = await data.read(all);
  const floats = { image: Float32Array.from(bytes.image, (byte) => byte / 255) };
  const model = compose(config);
  expect([takesBytes(engine, model), areBytes(model, bytes), areBytes(model, floats)]).toEqual([true, true, false]);
  expect(await runner.encode(bytes, COUNT)).toEqual(await runner.encode(floats, COUNT));
  const noise = new Philox(3).normals(new Float32Array(2 * COUNT * 3));
  expect(await runner.score(bytes, COUNT, 2, noise)).toEqual(await runner.score(floats, COUNT, 2, noise));
  await runner.dispose();
  await engine.dispose();
});

test("a training step", async () => {
  const engine = await ortNode({ threads: 1 });
  const config = await plan(data, wishes);
  const [model, weights] = [compose(config), await weightsOf(config)];
  const bank = engine.bank([...weights].map(([name, { shape }]) => ({ name, shape })));
  for (const [name, { values }] of weights) await bank.write(name, "value", values);
  const traced = stepProgram(model, COUNT);
  const columns = await data.read(all);
  const noise = { "posterior.z.eps": new Philox(4).normals(new Float32Array(COUNT * 3)), beta: Float32Array.of(1) };
  const results = [];
  for (const [program, feeds] of [
    [traced.program, fieldFeeds(model, columns)],
    [withBytes(traced, model).program, columns as { image: Uint8Array }],
  ] as const) {
    const executable = await engine.compile(program, bank);
    const values = await executable.run({ ...feeds, ...noise });
    const gradients = [];
    for (const name of weights.keys()) gradients.push([...(await bank.read(name, "gradient"))]);
    results.push({ values, gradients });
    await executable.dispose();
  }
  expect(results[0].gradients.flat().some((value) => value !== 0)).toBe(true);
  expect(results[1]).toEqual(results[0]);
  await engine.dispose();
});
