/** A mixture prior in training: fitted, kept or not, saved, sampled, compared with N(0, I), the same after a resume. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { evaluate } from "../../src/eval/evaluate.js";
import { drawLatents } from "../../src/model/draw.js";
import { exportOnnx } from "../../src/model/export.js";
import { openRunner } from "../../src/model/open.js";
import { withStandardPrior } from "../../src/model/standard-prior.js";
import { ortNode } from "../../src/node/ort-node.js";
import { Philox } from "../../src/random.js";
import type { Engine } from "../../src/runtime/engine.js";
import type { TrainState } from "../../src/train/state.js";
import { configOf, memoryDataset } from "../helpers/models.js";
import { epochsOf, trainAll } from "../helpers/training.js";

const SHAPE = [4, 4, 1];
const PIXELS = 16;
/** Four pictures that are far apart, with a little noise: four clusters of codes. */
function fourKinds(count: number): Uint8Array {
  const random = new Philox(5);
  const pixels = new Uint8Array(count * PIXELS);
  for (let record = 0; record < count; record++) {
    const kind = Math.floor(random.uniform() * 4);
    for (let i = 0; i < PIXELS; i++) {
      const lit = Math.floor(i / 4) === kind || random.uniform() < 0.03;
      pixels[record * PIXELS + i] = lit ? 255 : 0;
    }
  }
  return pixels;
}
const data = memoryDataset(fourKinds(1200), SHAPE);
const training = { seed: 4, epochs: 25, batchSize: 50, valid: 0.2 };
const plain = configOf(SHAPE, { latent: 2, training });
const auto = configOf(SHAPE, {
  latent: 2,
  training: { ...training, keepPrior: "better" },
  prior: { name: "mixture", components: "auto" },
});

let engine: Engine;
let fitted: Awaited<ReturnType<typeof trainAll>>;
beforeAll(async () => {
  engine = await ortNode({ threads: 1 });
  fitted = await trainAll(auto, data, { engine });
});
afterAll(() => engine.dispose());

test("a mixture that explains held-out codes better is kept, and the rest of the model does not know of it", async () => {
  const { events, trained } = fitted;
  expect(trained.config.prior).toEqual({ name: "mixture", components: 19 });
  expect(trained.config.choices.prior).toMatch(
    /^mixture: 19 components, held-out codes \d\.\d\d nats likelier than under N\(0, I\)$/,
  );
  expect(events).toContainEqual({ event: "notice", message: `prior ${trained.config.choices.prior}` });
  const without = await trainAll(plain, data, { engine });
  expect(epochsOf(events).map(({ validation }) => validation)).toEqual(
    epochsOf(without.events).map(({ validation }) => validation),
  );
  const stripped = withStandardPrior(trained.config, trained.weights);
  expect(stripped.config.prior).toEqual({ name: "standard-normal" });
  expect(stripped.weights).toEqual(without.trained.weights);
  // Exported models have no prior in them.
  expect(exportOnnx(trained.config, trained.weights)).toEqual(exportOnnx(stripped.config, stripped.weights));
});

test("records are likelier under it, by what its codes gained, and the protocol names it", async () => {
  const { config, weights } = fitted.trained;
  const under = async (which: { config: typeof config; weights: typeof weights }) => {
    const runner = await openRunner(which.config, which.weights, engine);
    const figures = await evaluate(runner, data, { limit: 300, samples: 32 });
    await runner.dispose();
    return figures;
  };
  const own = await under({ config, weights });
  const standard = await under(withStandardPrior(config, weights));
  expect(own.protocol.prior).toBe("mixture, components 19");
  expect(standard.protocol.prior).toBe("standard-normal");
  expect(own.reconstruction).toBeCloseTo(standard.reconstruction, 5);
  expect(own.nll!).toBeLessThan(standard.nll! - 0.1);
  const gained = Number(/[\d.]+(?= nats)/.exec(config.choices.prior)![0]);
  expect(standard.negativeElbo - own.negativeElbo).toBeGreaterThan(gained - 0.25);
  expect(standard.negativeElbo - own.negativeElbo).toBeLessThan(gained + 0.25);
});

test("the first k of n draws are those of a call for k, and their moments are the codes'", async () => {
  const { config, weights } = fitted.trained;
  const runner = await openRunner(config, weights, engine);
  expect([runner.latent, runner.noiseSize]).toEqual([2, 3]);
  const draw = (count: number, temperature = 1) => drawLatents(runner, { count, seed: 3, stream: 9, temperature });
  const many = await draw(600);
  expect(await draw(7)).toEqual(many.slice(0, 14));
  expect(await draw(300)).toEqual(many.slice(0, 600));
  const { mu, logvar } = await runner.encode(await data.read(Array.from({ length: 600 }, (_, i) => i)), 600);
  const spread = (z: Float32Array, j: number, more: number): number => {
    const values = z.filter((_, i) => i % 2 === j);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return values.reduce((sum, value) => sum + (value - mean) ** 2, more) / values.length;
  };
  for (const j of [0, 1]) {
    const own = logvar.filter((_, i) => i % 2 === j).reduce((sum, value) => sum + Math.exp(value), 0);
    expect(spread(many, j, 0) / spread(mu, j, own)).toBeGreaterThan(0.8);
    expect(spread(many, j, 0) / spread(mu, j, own)).toBeLessThan(1.25);
  }
  // Without spread within them, draws are the components' means.
  const means = weights.get("prior.z.mu")!.values;
  const frozen = await draw(50, 0);
  for (let i = 0; i < 100; i += 2) {
    const distances = Array.from({ length: 19 }, (_, k) =>
      Math.hypot(frozen[i] - means[2 * k], frozen[i + 1] - means[2 * k + 1]),
    );
    expect(Math.min(...distances)).toBeLessThan(1e-5);
  }
  await runner.dispose();
});

test("a resumed run decides the same, bit for bit", async () => {
  const states: TrainState[] = [];
  const stop = new AbortController();
  const interrupted = await trainAll(auto, data, {
    engine,
    signal: stop.signal,
    checkpointSeconds: 0,
    save: async (state) => {
      states.push(state);
      if (state.progress.epoch === 20) stop.abort();
    },
  });
  expect(interrupted.trained.reason).toBe("interrupted");
  expect(interrupted.trained.config.prior).toEqual({ name: "standard-normal" });
  expect(interrupted.trained.config.choices.prior).toBe("standard-normal: no other was fitted yet");
  const resumed = await trainAll(auto, data, { engine, resume: states.at(-1) });
  expect(resumed.trained.config.prior).toEqual(fitted.trained.config.prior);
  expect(resumed.trained.config.choices).toEqual(fitted.trained.config.choices);
  expect(resumed.trained.weights).toEqual(fitted.trained.weights);
});

test("codes that are too few, or no better explained, leave N(0, I) and say why", async () => {
  const few = await trainAll(
    { ...auto, training: { ...auto.training, epochs: 2 } },
    memoryDataset(fourKinds(60), SHAPE),
    {
      engine,
    },
  );
  expect(few.trained.config.prior).toEqual({ name: "standard-normal" });
  expect(few.trained.config.choices.prior).toBe(
    "standard-normal: 60 codes are too few to tell whether another prior is better",
  );
  // Noise has nothing to say: posteriors fall back to the prior, and no mixture is better than it.
  const random = new Philox(1);
  const noise = Uint8Array.from({ length: 600 * PIXELS }, () => (random.uniform() < 0.5 ? 255 : 0));
  const collapsed = await trainAll(
    { ...auto, training: { ...auto.training, epochs: 8 } },
    memoryDataset(noise, SHAPE),
    {
      engine,
    },
  );
  expect(collapsed.trained.config.prior).toEqual({ name: "standard-normal" });
  expect(collapsed.trained.config.choices.prior).toMatch(/^standard-normal: a mixture is not measurably better \(/);
  // Asked for, it is kept as it is.
  const asked = await trainAll(
    { ...auto, prior: { name: "mixture", components: 2 }, training: { ...training, epochs: 8 } },
    memoryDataset(noise, SHAPE),
    { engine },
  );
  expect(asked.trained.config.prior).toEqual({ name: "mixture", components: 2 });
});

test("with nothing kept aside some training records judge; with next to nothing at all a mixture asked for still comes", async () => {
  const none = { ...auto, training: { ...auto.training, epochs: 60, batchSize: 25, valid: 0 } };
  const small = memoryDataset(fourKinds(400), SHAPE);
  const { trained } = await trainAll(none, small, { engine });
  expect(trained.config.choices.prior).toContain("7 components, held-out codes 0.");
  const two = await trainAll(
    { ...plain, prior: { name: "mixture", components: 5 }, training: { ...training, valid: 0, epochs: 1 } },
    memoryDataset(fourKinds(2), SHAPE),
    { engine },
  );
  expect(two.trained.config).toMatchObject({
    prior: { name: "mixture", components: 2 },
    choices: { prior: "mixture: 2 components" },
  });
  for (const { values } of two.trained.weights.values()) expect([...values].every(Number.isFinite)).toBe(true);
});
