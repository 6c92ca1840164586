/** Nets for texts: as PyTorch has them, the same step by step as at once, and the same whatever stands beside a text. */

import { readFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { HIDDEN_CODE } from "../../src/data/dataset.js";
import { parseSafetensors } from "../../src/files/safetensors.js";
import { compose } from "../../src/model/compose.js";
import type { PartConfig } from "../../src/model/config.js";
import { openRunner } from "../../src/model/open.js";
import { stepProgram } from "../../src/model/programs.js";
import type { Runner, Weight } from "../../src/model/runner.js";
import { textFeeds } from "../../src/model/texts.js";
import { ortNode } from "../../src/node/ort-node.js";
import { Philox } from "../../src/random.js";
import { trainTokenizer } from "../../src/text/load.js";
import { END, START } from "../../src/text/tokenizer.js";
import { configOf } from "../helpers/models.js";

const engine = await ortNode({ threads: 1 });
const opened: Runner[] = [];
afterAll(async () => {
  for (const runner of opened) await runner.dispose();
  await engine.dispose();
});

/** Largest relative error allowed, against the largest entry of a tensor. */
const TOLERANCE = 1e-4;
/** Decimals to which nats agree. */
const DECIMALS = 4;
const WORDS = ["a b c d e f g"];

interface About {
  readonly net: PartConfig;
  readonly latent: number;
  readonly vocabulary: number;
  /** Tokens that a text has room for. */
  readonly places: number;
}

function difference(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(got.length).toBe(expected.length);
  let largest = 0;
  let error = 0;
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]));
    error = Math.max(error, Math.abs(got[i] - expected[i]));
  }
  return error / largest;
}

function negLogSoftmax(logits: Float32Array, token: number): number {
  return Math.log(logits.reduce((total, logit) => total + Math.exp(logit), 0)) - logits[token];
}

describe.each(["gru", "transformer"])("%s", async (file) => {
  const bytes = readFileSync(new URL(`../golden/${file}.safetensors`, import.meta.url));
  const { tensors, metadata } = parseSafetensors(bytes, file);
  const { net, latent, vocabulary, places } = JSON.parse(metadata.about) as About;
  const golden = (name: string): Float32Array => Float32Array.from(tensors.get(name)!.values as Float32Array);
  const parameters = [...tensors.keys()].filter((name) => tensors.has(`grad.${name}`));
  const [count, length] = tensors.get("tokens")!.shape;

  const tokenizer = await trainTokenizer("words", WORDS, { vocabulary, minCount: 1 });
  const config = configOf([], {
    schema: { fields: { text: { kind: "text", tokenizer: tokenizer.json, maxLength: places - 1 } } },
    likelihoods: { text: { name: "tokens" } },
    net,
    latent,
  });
  const model = compose(config);
  const runner = await openRunner(
    config,
    new Map(parameters.map((name) => [name, tensors.get(name)! as Weight])),
    engine,
  );
  opened.push(runner);
  const texts = Array.from({ length: count }, (_, row) => [
    ...golden("tokens").subarray(row * length, (row + 1) * length),
  ]);
  const eps = golden("eps");

  /** As a source gives them, padding up to the most that a text may have. */
  const column = (rows: readonly (readonly number[])[]): Int32Array =>
    Int32Array.from(rows.flatMap((row) => [...row, ...new Array<number>(places - row.length).fill(0)]));
  const score = (rows: readonly (readonly number[])[], noise: Float32Array, particles = 1) =>
    runner.score({ text: column(rows) }, rows.length, particles, noise);
  const noiseOf = (row: number): Float32Array => eps.slice(row * latent, (row + 1) * latent);
  const hidden = new Array<number>(places).fill(HIDDEN_CODE);

  test("loss and gradients are PyTorch's", async () => {
    const { program, recording } = stepProgram(model, count);
    expect([...recording.parameters.keys()].sort()).toEqual(parameters.toSorted());
    const bank = engine.bank([...recording.parameters].map(([name, { shape }]) => ({ name, shape })));
    for (const name of parameters) {
      expect(recording.parameters.get(name)!.shape, name).toEqual(tensors.get(name)!.shape);
      await bank.write(name, "value", golden(name));
    }
    const executable = await engine.compile(program, bank);
    const feeds = { ...textFeeds(model.fields[0], column(texts)), "posterior.z.eps": eps, beta: Float32Array.of(1) };
    const terms = await executable.run(feeds);
    expect(difference(terms.loss, golden("negativeElbo"))).toBeLessThan(TOLERANCE);
    expect(difference(terms.reconstruction, golden("reconstruction"))).toBeLessThan(TOLERANCE);
    expect(difference(terms.kl, golden("kl"))).toBeLessThan(TOLERANCE);
    for (const name of parameters)
      expect(difference(await bank.read(name, "gradient"), golden(`grad.${name}`)), name).toBeLessThan(TOLERANCE);
    await executable.dispose();
    bank.dispose();
  });

  test("token by token, a writer has the logits that PyTorch has for all tokens at once", async () => {
    const writer = await runner.writer("text", golden("z"), count);
    await writer.start();
    const logits = golden("logits");
    for (let step = 0; step < length; step++) {
      const got = await writer.next(Int32Array.from(texts, (text) => (step === 0 ? START : text[step - 1])));
      for (const [row, text] of texts.entries()) {
        if (text[step] === 0) continue; // behind its end a text is not written on
        const at = (row * length + step) * vocabulary;
        const own = got.subarray(row * vocabulary, (row + 1) * vocabulary);
        expect(difference(own, logits.subarray(at, at + vocabulary)), `text ${row}, ${step}`).toBeLessThan(TOLERANCE);
      }
    }
  });

  test("a text costs the same nats alone and beside longer ones", async () => {
    const all = await score(texts, eps);
    for (const [row, text] of texts.entries()) {
      const alone = await score([text.filter((token) => token > 0)], noiseOf(row));
      for (const term of ["reconstruction", "kl", "logWeights"] as const)
        expect(alone[term][0], `${term} of text ${row}`).toBeCloseTo(all[term][row], DECIMALS);
    }
  });

  test("three particles are three single passes with the same noise", async () => {
    const noise = new Philox(3).normals(new Float32Array(3 * count * latent));
    const together = await score(texts, noise, 3);
    for (let particle = 0; particle < 3; particle++) {
      const single = await score(texts, noise.slice(particle * count * latent, (particle + 1) * count * latent));
      for (let row = 0; row < count; row++)
        for (const term of ["reconstruction", "logWeights"] as const)
          expect(together[term][particle * count + row]).toBeCloseTo(single[term][row], DECIMALS);
    }
  });

  test("a hidden text costs nothing, alone and beside others, which cost what they did", async () => {
    const noise = Float32Array.from([...noiseOf(0), ...noiseOf(0)]);
    const free = (nats: number): boolean => nats === 0;
    expect((await score([hidden, hidden], noise)).reconstruction).toSatisfy((all: Float32Array) => all.every(free));
    const { reconstruction } = await score([hidden, texts[0]], noise);
    expect(reconstruction[0]).toSatisfy(free);
    expect(reconstruction[1]).toBeCloseTo((await score([texts[0]], noiseOf(0))).reconstruction[0], DECIMALS);
  });

  test("a text of nothing but its end costs what an end costs at the start", async () => {
    const { reconstruction } = await score([[END]], noiseOf(0));
    const { mu, logvar } = await runner.encode({ text: column([[END]]) }, 1);
    const z = mu.map((mean, i) => mean + Math.exp(0.5 * logvar[i]) * noiseOf(0)[i]);
    const writer = await runner.writer("text", z, 1);
    await writer.start();
    const logits = await writer.next(Int32Array.of(START));
    expect(reconstruction[0]).toBeCloseTo(negLogSoftmax(logits, END), DECIMALS);
  });
});
