/** Training as users rely on it: it resumes bit for bit, recovers, stops early at the right time, keeps the best. */

import { afterAll, expect, test } from "vitest";
import type { Column, Dataset } from "../../src/data/dataset.js";
import { splitIndices } from "../../src/data/split.js";
import { compose } from "../../src/model/compose.js";
import { likelihoods } from "../../src/model/list.js";
import { ortNode } from "../../src/node/ort-node.js";
import { Philox } from "../../src/random.js";
import { DivergedError } from "../../src/train/loop.js";
import { plan, type Wishes } from "../../src/train/plan.js";
import type { TrainState } from "../../src/train/state.js";
import { type Trained, train } from "../../src/train/trainer.js";
import { openValidator } from "../../src/train/validate.js";
import { memoryDataset } from "../helpers/models.js";
import { epochsOf, trainAll } from "../helpers/training.js";

const engine = await ortNode({ threads: 1 });
afterAll(() => engine.dispose());

const SHAPE = [6, 6, 1];

/** Blobs: a bright square somewhere on a dark ground, with noise. */
function blobs(count: number, seed = 1): Dataset {
  const random = new Philox(seed);
  const pixels = new Uint8Array(count * 36);
  for (let record = 0; record < count; record++) {
    const [x, y] = [Math.floor(random.uniform() * 4), Math.floor(random.uniform() * 4)];
    for (let i = 0; i < 36; i++) {
      const inside = i % 6 >= x && i % 6 < x + 3 && Math.floor(i / 6) >= y && Math.floor(i / 6) < y + 3;
      pixels[record * 36 + i] = (inside ? 200 : 10) + Math.floor(random.uniform() * 40);
    }
  }
  return memoryDataset(pixels as Column, SHAPE);
}

const SMALL: Wishes = { net: { name: "mlp", hidden: 24 }, latent: 3, epochs: 4, batchSize: 32, seed: 7 };

function values(trained: Trained): Record<string, number[]> {
  return Object.fromEntries([...trained.weights].map(([name, weight]) => [name, Array.from(weight.values)]));
}

test("the same seed gives the same bits, another seed gives others", async () => {
  const data = blobs(300);
  const config = await plan(data, SMALL);
  const [a, b] = [await trainAll(config, data, { engine }), await trainAll(config, data, { engine })];
  expect(values(a.trained)).toEqual(values(b.trained));
  const other = await trainAll(await plan(data, { ...SMALL, seed: 8 }), data, { engine });
  expect(values(other.trained)).not.toEqual(values(a.trained));
});

test.each([
  [3, { binarize: true }],
  [9, { binarize: true }],
  [10, { ema: 0.9, flip: true }],
  [21, { ema: 0.9, binarize: true, shift: 1 }],
  [35, { flip: true, shift: 2 }],
  [11, { batchSize: 16, accumulate: 2, ema: 0.5 }],
] as const)("a run stopped after step %i and resumed ends with the same bits, with %j", async (stopAt, more) => {
  const data = blobs(300); // 285 to train on: 9 steps an epoch, the last one short
  const config = await plan(data, { ...SMALL, ...more, clip: 50 });
  const whole = await trainAll(config, data, { engine });

  const abort = new AbortController();
  let kept: TrainState | undefined;
  const first = train(config, data, {
    engine,
    signal: abort.signal,
    checkpointSeconds: 0,
    save: async (state) => {
      if (kept?.progress.step !== stopAt) kept = state; // what a killed run had; the abort saves once more
      if (state.progress.step >= stopAt) abort.abort();
    },
  });
  let next = await first.next();
  while (!next.done) next = await first.next();
  expect(next.value.reason).toBe("interrupted");
  expect(kept!.progress.step).toBe(stopAt);

  const { trained, events } = await trainAll(config, data, { engine, resume: reloaded(kept!) });
  expect(values(trained)).toEqual(values(whole.trained));
  expect(trained.config.metrics).toEqual(whole.trained.config.metrics);
  const told = epochsOf(events).map((epoch) => ({ ...epoch, seconds: 0 }));
  const toldBefore = epochsOf(whole.events).map((epoch) => ({ ...epoch, seconds: 0 }));
  expect(told).toEqual(toldBefore.slice(-told.length));
});

test("two batches of 32 with one update are a batch of 64, short last batches too", async () => {
  const data = blobs(300); // 285: four updates of 64 and one of 29
  const rate = { learningRate: 1e-3, epochs: 2, prior: "standard-normal" };
  const run = async (wishes: Wishes) => trainAll(await plan(data, { ...SMALL, ...rate, ...wishes }), data, { engine });
  const [large, small] = [await run({ batchSize: 64 }), await run({ batchSize: 32, accumulate: 2 })];
  expect(large.events[0]).toMatchObject({ steps: 10 });
  expect(small.events[0]).toMatchObject({ steps: 10 });
  for (const [i, { train, validation }] of epochsOf(small.events).entries()) {
    expect(train.loss).toBeCloseTo(epochsOf(large.events)[i].train.loss, 3);
    expect(validation!.loss).toBeCloseTo(epochsOf(large.events)[i].validation!.loss, 3);
  }
  const wide = values(large.trained);
  for (const [name, list] of Object.entries(values(small.trained)))
    for (const [i, value] of list.entries()) expect(Math.abs(value - wide[name][i]), name).toBeLessThan(2e-4);
  const halves = await run({ batchSize: 32 });
  expect(halves.events[0]).toMatchObject({ steps: 18 });
});

test("averaged weights are the moving average of those of each step", async () => {
  const data = blobs(120);
  const config = await plan(data, { ...SMALL, epochs: 2, valid: 0, prior: "standard-normal", schedule: "constant" });
  const decay = 0.8;
  const steps: TrainState[] = [];
  await trainAll(config, data, { engine, checkpointSeconds: 0, save: async (state) => void steps.push(state) });
  const averaged = await trainAll({ ...config, training: { ...config.training, ema: decay } }, data, { engine });
  expect(steps).toHaveLength(8);

  const name = "decoder.image.weight";
  const initial = values((await untrained(config, data)).trained)[name];
  let mean = initial;
  for (const [i, { tensors }] of steps.entries()) {
    const keep = Math.min(decay, (2 + i) / (11 + i));
    const now = tensors.get(`value/${name}`)!.values;
    mean = mean.map((value, at) => keep * value + (1 - keep) * now[at]);
  }
  for (const [at, value] of values(averaged.trained)[name].entries()) expect(value).toBeCloseTo(mean[at], 6);
});

/** The weights before the first step. */
function untrained(config: Awaited<ReturnType<typeof plan>>, data: Dataset) {
  return trainAll(config, data, { engine, signal: AbortSignal.abort() });
}

test("validation sees the averaged weights that are kept", async () => {
  const data = blobs(300);
  const config = await plan(data, { ...SMALL, ema: 0.99, epochs: 3, prior: "standard-normal" });
  const { events, trained } = await trainAll(config, data, { engine });
  const best = epochsOf(events).findLast(({ best }) => best)!;
  const again = await openEvaluation(trained, data);
  expect(again).toBeCloseTo(best.validation!.loss, 3);
});

/** The loss that validation found, from the weights that were kept. */
async function openEvaluation({ config, weights }: Trained, data: Dataset): Promise<number> {
  const model = compose(config);
  const bank = engine.bank([...weights].map(([name, { shape }]) => ({ name, shape })));
  for (const [name, weight] of weights) await bank.write(name, "value", weight.values);
  const { valid } = splitIndices(data.count, 0.05, 7);
  const validator = await openValidator(model, data, valid, engine, bank, { seed: 7, binarize: false });
  const { loss } = await validator.run();
  await validator.dispose();
  return loss;
}

test("what cannot be changed at random is refused", async () => {
  await expect(plan(blobs(40), { ...SMALL, shift: 6 })).rejects.toThrow(
    /invalid shift: got 6, expected at most 5 pixels/,
  );
});

/** As a checkpoint file would give it back. */
function reloaded(state: TrainState): TrainState {
  return { progress: JSON.parse(JSON.stringify(state.progress)), tensors: structuredClone(state.tensors) };
}

test.each([0, 2.5, 1e9, Number.NaN])("a latent space of %d dimensions is refused before any work", async (latent) => {
  await expect(plan(blobs(10), { ...SMALL, latent })).rejects.toMatchObject({ code: "E_OPTION" });
});

test("the loss falls with every net, likelihood and optimiser", async () => {
  const data = blobs(300);
  for (const wishes of [
    { likelihood: "bernoulli" },
    { likelihood: "normal" },
    { likelihood: { name: "normal", sigma: 0.1 } },
    { likelihood: "discretized-logistic" },
    { optimizer: "adamw" as const, schedule: "cosine" as const },
    { net: { name: "conv", channels: [8] }, likelihood: "normal" },
    { net: { name: "residual", channels: [8], groups: 2 }, likelihood: "bernoulli" },
  ]) {
    const config = await plan(data, { ...SMALL, ...wishes, epochs: 6 });
    const epochs = epochsOf((await trainAll(config, data, { engine })).events);
    expect(epochs.at(-1)!.train.loss, JSON.stringify(wishes)).toBeLessThan(epochs[0].train.loss);
    expect(epochs.at(-1)!.validation!.loss, JSON.stringify(wishes)).toBeLessThan(epochs[0].validation!.loss);
  }
});

test("every record counts once an epoch, in the short last batch too", async () => {
  const data = blobs(100);
  const read: number[] = [];
  const watched: Dataset = {
    ...data,
    read: (indices) => {
      read.push(...Array.from(indices));
      return data.read(indices);
    },
  };
  const config = await plan(data, { ...SMALL, epochs: 1, valid: 0, prior: "standard-normal" });
  read.length = 0;
  await trainAll(config, watched, { engine });
  expect(read.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
});

test("early stopping waits for the end of the warm-up, and keeps the best epoch", async () => {
  const data = blobs(120);
  // A rate this high stops improving soon; without the rule it would stop at epoch 2.
  const config = await plan(data, {
    ...SMALL,
    schedule: "constant",
    learningRate: 0.05,
    epochs: 40,
    warmup: 10,
    patience: 1,
  });
  const { events, trained } = await trainAll(config, data, { engine });
  const epochs = epochsOf(events);
  expect(trained.reason).toBe("patience");
  expect(epochs.length).toBeGreaterThan(10);
  expect(epochs.length).toBeLessThan(40);
  expect(epochs.slice(0, 9).every(({ best }) => !best)).toBe(true);
  const after = epochs.slice(9).map(({ validation }) => validation!.loss);
  expect(trained.config.metrics.negativeElbo).toBeCloseTo(Math.min(...after), 3);
});

test("patience without a validation set is refused: there would be nothing to be patient about", async () => {
  const wishes = { ...SMALL, patience: 2, valid: 0 };
  await expect(plan(blobs(50), wishes)).rejects.toMatchObject({
    code: "E_OPTION",
    message: expect.stringContaining("validation"),
  });
});

test("free bits keep the latents open: the KL stays at what is free", async () => {
  const data = blobs(300);
  const closed = epochsOf(
    (await trainAll(await plan(data, { ...SMALL, beta: 20, epochs: 10 }), data, { engine })).events,
  ).at(-1)!;
  const open = epochsOf(
    (await trainAll(await plan(data, { ...SMALL, beta: 20, freeBits: 1, epochs: 30 }), data, { engine })).events,
  ).at(-1)!;
  expect(closed.train.kl).toBeLessThan(0.5);
  expect(open.train.kl).toBeGreaterThan(2);
});

test("a loss that is not finite goes back and halves the rate, and gives up after three times, naming the tensor", async () => {
  const data = blobs(200);
  let broken = 0;
  // Pictures that turn to NaN for a while: as an overflow in a net would look from outside.
  const poisoned = (times: number): Dataset => {
    let reads = 0;
    broken = 0;
    return {
      ...data,
      bytes: false, // not all of them
      read: (indices) => {
        const columns = data.read(indices) as Record<string, Column>;
        if (indices.length !== 32 || ++reads < 8 || broken >= times) return columns;
        broken++;
        return { image: new Float32Array(columns.image.length).fill(Number.NaN) };
      },
    };
  };
  const config = await plan(data, SMALL);
  const { events, trained } = await trainAll(config, poisoned(2), { engine });
  const recovered = events.filter((event) => event.event === "recovered");
  expect(recovered).toHaveLength(2);
  expect(recovered[1].learningRate).toBeLessThan(recovered[0].learningRate);
  expect(recovered[0].tensor).toBe("reconstruction (forward pass)");
  for (const weights of Object.values(values(trained))) expect(weights.every(Number.isFinite)).toBe(true);

  const hopeless = trainAll(config, poisoned(Number.POSITIVE_INFINITY), { engine });
  await expect(hopeless).rejects.toBeInstanceOf(DivergedError);
  await expect(hopeless).rejects.toMatchObject({
    code: "E_DIVERGED",
    message: expect.stringMatching(/not finite at step \d+/),
  });
});

test("data that nothing can be learned from is refused", async () => {
  await expect(plan(memoryDataset(new Uint8Array(36), SHAPE), SMALL)).rejects.toMatchObject({
    code: "E_DATA",
    message: expect.stringContaining("1 record"),
  });
  await expect(plan(memoryDataset(new Uint8Array(36 * 50).fill(9), SHAPE), SMALL)).rejects.toMatchObject({
    code: "E_DATA",
    message: expect.stringContaining("the same"),
  });
  await expect(plan(blobs(50), { ...SMALL, net: "cnov" })).rejects.toMatchObject({
    code: "E_UNKNOWN",
    hint: 'Did you mean "conv"?',
  });
  await expect(plan(blobs(50), { ...SMALL, net: "conv", hidden: 8 })).rejects.toMatchObject({
    code: "E_OPTION",
    message: expect.stringContaining("no such layer"),
  });
  await expect(plan(blobs(50), { ...SMALL, likelihood: "bernouli" })).rejects.toMatchObject({
    code: "E_UNKNOWN",
    hint: 'Did you mean "bernoulli"?',
  });
});

test("auto picks a likelihood from what the pixels look like, and says why", async () => {
  const drawing = await plan(
    memoryDataset(
      Uint8Array.from({ length: 36 * 50 }, (_, i) => (i % 7 === 0 ? 255 : 0)),
      SHAPE,
    ),
    {},
  );
  expect(drawing.likelihoods.image.name).toBe("bernoulli");
  expect(drawing.choices.likelihood).toContain("0 % of the pixels are grey");
  const random = new Philox(1);
  const photo = await plan(
    memoryDataset(
      Uint8Array.from({ length: 192 * 50 }, () => random.uniform() * 255),
      [8, 8, 3],
    ),
    {},
  );
  expect(photo.likelihoods.image.name).toBe("normal");
  expect(photo.net.name).toBe("conv");
  expect(likelihoods.has(photo.likelihoods.image.name)).toBe(true);
});
