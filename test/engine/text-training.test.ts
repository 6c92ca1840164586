/** Training on texts: the recipe keeps latents in use, each of its parts does what it says, and a run resumes bit for bit. */

import { afterAll, expect, test } from "vitest";
import { openTexts } from "../../src/fields/table/texts.js";
import { ortNode } from "../../src/node/ort-node.js";
import { Philox } from "../../src/random.js";
import { plan, type Wishes } from "../../src/train/plan.js";
import type { TrainState } from "../../src/train/state.js";
import type { Trained } from "../../src/train/trainer.js";
import { epochsOf, trainAll } from "../helpers/training.js";

const engine = await ortNode({ threads: 1 });
afterAll(() => engine.dispose());

const WORDS = ["red", "green", "blue", "black"];
/** Two kinds of sentences, of four words each kind has for itself. */
const random = new Philox(5);
const sentences = Array.from({ length: 200 }, (_, i) => {
  const length = 3 + Math.floor(random.uniform() * 4);
  return Array.from({ length }, () => `${i % 2 ? "x" : ""}${WORDS[Math.floor(random.uniform() * 4)]}`).join(" ");
});
const data = await openTexts(sentences, { tokenizer: "words" });

const SMALL: Wishes = {
  net: { name: "gru", hidden: 16, embedding: 8, reader: 8, dropout: 0.1 },
  latent: 2,
  epochs: 6,
  batchSize: 32,
  seed: 3,
  prior: "standard-normal",
  learningRate: 2e-2,
};
const trainOn = async (
  wishes: Wishes,
  context: { resume?: TrainState; save?: (state: TrainState) => Promise<void> } = {},
) => trainAll(await plan(data, { ...SMALL, ...wishes }), data, { engine, checkpointSeconds: 0, ...context });
const values = ({ weights }: Trained) =>
  Object.fromEntries([...weights].map(([name, { values }]) => [name, [...values]]));

test("after pretraining with free bits the latents tell the two kinds apart, where plain training ignores them", async () => {
  const kl = async (wishes: Wishes) => epochsOf((await trainOn(wishes)).events).at(-1)!.validation!.kl;
  const recipe = await kl({ epochs: 12, pretrain: 3, warmup: 3, freeBits: 0.25 });
  const ignored = await kl({
    epochs: 3,
    pretrain: 0,
    warmup: 0,
    freeBits: 0,
    net: { name: "gru", hidden: 16, reader: 8 },
  });
  expect(recipe).toBeGreaterThan(0.5);
  expect(ignored).toBeLessThan(recipe / 2);
});

test("the decoder starts anew after pretraining: its loss jumps up, and beta is 0 until then", async () => {
  const { events } = await trainOn({ pretrain: 3, warmup: 0 });
  const epochs = epochsOf(events);
  expect(epochs.map(({ beta }) => beta)).toEqual([0, 0, 0, 1, 1, 1]);
  expect(epochs[3].train.reconstruction).toBeGreaterThan(epochs[2].train.reconstruction);
});

test("a run that is stopped in pretraining, at its end or after goes on to the same weights", async () => {
  const states: TrainState[] = [];
  const { trained } = await trainOn({ pretrain: 2, warmup: 1 }, { save: async (state) => void states.push(state) });
  const whole = values(trained);
  const at = (step: number) => states.find(({ progress }) => progress.step === step)!;
  const steps = 6; // an epoch: 190 texts in batches of 32
  for (const step of [steps - 2, 2 * steps, 2 * steps + 3])
    expect(values((await trainOn({ pretrain: 2, warmup: 1 }, { resume: at(step) })).trained)).toEqual(whole);
});

test("updates of the encoder ahead of the others change what is learned", async () => {
  const plain = values((await trainOn({ epochs: 1, pretrain: 0, warmup: 1 })).trained);
  const ahead = values((await trainOn({ epochs: 1, pretrain: 0, warmup: 1, lagging: 2 })).trained);
  expect(ahead).not.toEqual(plain);
  expect(Object.values(ahead).flat().every(Number.isFinite)).toBe(true);
});
