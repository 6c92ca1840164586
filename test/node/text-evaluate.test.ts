/** Figures of models of texts: of one that uses its latents, and of one that was made to ignore them. */

import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Dataset, Vae } from "../../src/index.js";
import { open } from "../../src/node.js";
import type { VaeOptions } from "../../src/vae.js";
import { evaluateVerb } from "../../src/verbs/evaluate.js";
import type { TextJudgement } from "../../src/verbs/texts/judge.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";
import { sentences } from "../helpers/sentences.js";
import { runVerb } from "../helpers/verbs.js";

const { path } = temporaryFolder();
const TRAINING = sentences(800, 1);
let data: Dataset;
let fresh: Dataset;
let good: Vae;
let collapsed: Vae;

/** A model of the sentences. */
async function fitted(options: Partial<VaeOptions>): Promise<Vae> {
  const vae = new Vae({
    schema: data.schema,
    threads: 1,
    latent: 8,
    hidden: 48,
    dropout: 0.3,
    prior: "standard-normal",
    ...options,
  });
  await vae.fit(data, { epochs: 14, batchSize: 32, valid: 0.2, learningRate: 5e-3 });
  return vae;
}

beforeAll(async () => {
  writeFileSync(path("texts.txt"), TRAINING.join("\n"));
  writeFileSync(path("fresh.txt"), sentences(150, 2).join("\n"));
  data = await open(path("texts.txt"), { tokenizer: "words" });
  fresh = await open(path("fresh.txt"), { schema: data.schema });
  good = await fitted({ beta: 0.5, wordDropout: 0.5 });
  collapsed = await fitted({ beta: 20, freeBits: 0 });
  await good.save(path("m"));
}, 240_000);
afterAll(async () => {
  await good.dispose();
  await collapsed.dispose();
});

type Texts = TextJudgement & {
  readonly tokens: number;
  readonly perplexity: number;
  readonly elboPerplexity: number;
  readonly teacherForcedAccuracy: number;
};

describe("evaluate", () => {
  test("tells perplexity by tokens, and what latents hold; the figures of batches are those of all together", async () => {
    const { nll, negativeElbo, kl, records, text } = await good.evaluate(fresh, { samples: 8 });
    const found = text as Texts;
    const tokens = sentences(150, 2).reduce((sum, own) => sum + own.split(" ").length + 1, 0);
    expect(found.tokens).toBe(tokens);
    expect(found.perplexity).toBeCloseTo(Math.exp((nll! * records) / tokens), 9);
    expect(found.elboPerplexity).toBeCloseTo(Math.exp((negativeElbo * records) / tokens), 9);
    expect(found.mutualInformation).toBeGreaterThan(2);
    expect(found.mutualInformation).toBeLessThan(Math.min(kl, Math.log(150)) + 0.3);
    expect(found.teacherForcedAccuracy).toBeGreaterThan(0.7);
    expect(found.teacherForcedAccuracy).toBeLessThanOrEqual(1);
  });

  test("of a model that ignores its latents is near what the grammar alone leaves open", async () => {
    const { kl, negativeElbo, text } = await collapsed.evaluate(fresh, { samples: 2 });
    const found = text as Texts;
    const open = Math.log(5 * 3 * 5 * 4); // animals, verbs, animals, ends
    expect(kl).toBeLessThan(0.1);
    expect(negativeElbo).toBeGreaterThan(open - 0.3);
    expect(negativeElbo).toBeLessThan(open + 1.5);
    expect(Math.abs(found.mutualInformation)).toBeLessThan(0.1);
    const better = (await good.evaluate(fresh, { samples: 2 })).text as Texts;
    expect(better.reconstructions.tokenAccuracy).toBeGreaterThan(found.reconstructions.tokenAccuracy + 0.2);
    expect(better.reconstructions.bleu).toBeGreaterThan(found.reconstructions.bleu + 0.2);
  });

  test("looks for copies among the texts that it is told were trained on, and says where", async () => {
    const input = { model: path("m"), data: path("fresh.txt"), generated: 100, samples: 1, threads: 1 };
    const told = (await runVerb(evaluateVerb, { ...input, train: path("texts.txt") })).json as { text: Texts };
    expect(told.text.protocol.copies).toBe(`equal to one of 800 texts of ${path("texts.txt")}`);
    // There are 300 sentences, and nearly all of them were trained on.
    expect(told.text.generated.copies).toBeGreaterThan(0.6);
    const { json, text } = await runVerb(evaluateVerb, input);
    expect((json as { text: Texts }).text.protocol.copies).toContain("no training data was given: --train DATA");
    expect(text).toMatch(/perplexity +\d/);
    expect(text).toContain("ends counted");
    expect((await good.evaluate(data, { samples: 1 })).text).toMatchObject({
      protocol: { copies: `equal to one of 640 texts trained on, ${path("texts.txt")}` },
    });
  });
});

describe("the doctor", () => {
  const codes = async (vae: Vae, on?: Dataset) => (await vae.doctor(on)).findings.map(({ code }) => code);

  test("finds a decoder that ignores its latents, as training ended and on other data", async () => {
    for (const on of [undefined, fresh]) {
      const [found] = (await collapsed.doctor(on)).findings;
      expect(found).toMatchObject({ code: "decoder-ignores-latents", severity: "fault" });
      expect(found.remedy).toContain("--word-dropout");
      expect(await codes(good, on)).not.toContain("decoder-ignores-latents");
    }
  });

  test("asks of texts nothing that is about rows or pictures", async () => {
    const { notExamined, findings } = await good.doctor();
    expect(notExamined).toEqual([]);
    expect(findings.filter(({ severity }) => severity === "fault")).toEqual([]);
  });
});

test("a report shows samples, texts beside what is made of them, and figures; a private one no text", async () => {
  const page = await good.report(data);
  for (const word of ["Perplexity", "Information", "Best explained", "nats more than its own", "p-value"])
    expect(page).toContain(word);
  const sample = /<ul class="texts"><li>(.*?)<\/li>/.exec(page)![1];
  expect(sample).toMatch(/^the \w+ \w+/);
  const hidden = await good.report(data, { private: true });
  expect(hidden).toContain("Perplexity");
  for (const text of TRAINING.slice(0, 300)) expect(hidden).not.toContain(text);
});
