/** The n-gram baseline: by hand, as a distribution, and beside a formula written out. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { KneserNey } from "../../bench/harness/ngram.js";
import { Philox } from "../../src/random.js";
import { END } from "../../src/text/tokenizer.js";

const TOKENS = [4, 5, 6, 7, 8, 9];
const VOCABULARY = TOKENS.length + 1;

/** Sequences in which a token tends to follow the one before. */
function sequences(count: number, seed: number): number[][] {
  const random = new Philox(seed);
  return Array.from({ length: count }, () => {
    let token = Math.floor(random.uniform() ** 2 * 6);
    return Array.from({ length: 1 + Math.floor(random.uniform() * 7) }, () => {
      token = (token + Math.floor(random.uniform() ** 3 * 6)) % 6;
      return TOKENS[token];
    });
  });
}

test("a bigram model of two short sequences is what paper and pencil give", () => {
  // Too little for discounts: 1/2, 1, 3/2. Tokens come after so many different ones: 4 after START, 5 after 4, END after 5 and 4.
  const model = new KneserNey([[4, 5], [4]], { order: 2, vocabulary: 3 });
  const left = (0.5 + 0.5 + 1) / 4;
  const unigram = { four: 0.5 / 4 + left / 3, five: 0.5 / 4 + left / 3, end: 1 / 4 + left / 3 };
  const four = (2 - 1 + 1 * unigram.four) / 2; // START 4, twice
  const five = (1 - 0.5 + (0.5 + 0.5) * unigram.five) / 2; // 4 5 and 4 END, once each
  const endAfterFour = (1 - 0.5 + (0.5 + 0.5) * unigram.end) / 2;
  const endAfterFive = (1 - 0.5 + 0.5 * unigram.end) / 1;
  expect(model.nats([4])).toBeCloseTo(-Math.log(four * endAfterFour), 12);
  expect(model.nats([4, 5])).toBeCloseTo(-Math.log(four * five * endAfterFive), 12);
  const fiveFirst = (0 + 1 * unigram.five) / 2;
  expect(model.nats([5])).toBeCloseTo(-Math.log(fiveFirst * endAfterFive), 12);
});

describe.each([1, 2, 3, 5])("a model of order %d", (order) => {
  const training = sequences(400, 1);
  const model = new KneserNey(training, { order, vocabulary: VOCABULARY });

  test("gives all that may come next a probability of 1, after what it knows and what it does not", () => {
    for (const before of [[], [4], [4, 5, 6, 7], [9, 4, 9, 4, 9], [77], [5, 77, 6]]) {
      const next = [...TOKENS, END].map((token) => model.probability(before, token));
      expect(Math.min(...next)).toBeGreaterThan(0);
      expect(next.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    }
  });

  test("finds a sequence as likely as its tokens one after another", () => {
    const sequence = [5, 6, 6, 9];
    const nats = [...sequence, END].map((token, i) => -Math.log(model.probability(sequence.slice(0, i), token)));
    expect(model.nats(sequence)).toBeCloseTo(
      nats.reduce((a, b) => a + b),
      12,
    );
  });
});

test("a longer context finds sequences of its kind likelier, and shuffled tokens rarer", () => {
  const training = sequences(400, 1);
  const [others, random] = [sequences(200, 2), new Philox(3)];
  const shuffled = others.map((sequence) => [...random.permutation(sequence.length)].map((place) => sequence[place]));
  const [gap1, gap2] = [1, 2].map((order) => {
    const model = new KneserNey(training, { order, vocabulary: VOCABULARY });
    const mean = (some: readonly number[][]) =>
      some.reduce((sum, sequence) => sum + model.nats(sequence), 0) / some.length;
    return mean(shuffled) - mean(others);
  });
  expect(gap1).toBeCloseTo(0, 10); // the order of tokens is nothing to it
  expect(gap2).toBeGreaterThan(0.2);
});

const treebank = join(process.env.VAEKIT_DATA ?? join(import.meta.dirname, "../../../shared/data"), "text", "ptb");

describe.skipIf(!existsSync(treebank))("the Penn Treebank (skipped: no data, unless VAEKIT_DATA names it)", () => {
  test("has the perplexity that Mikolov et al. (2011) give for trigrams with Kneser-Ney smoothing", () => {
    const numbers = new Map<string, number>();
    const numbered = (word: string) => {
      if (!numbers.has(word)) numbers.set(word, END + 1 + numbers.size);
      return numbers.get(word)!;
    };
    const sentences = (part: string) => {
      const lines = gunzipSync(readFileSync(join(treebank, `${part}.txt.gz`)))
        .toString()
        .trim()
        .split("\n");
      return lines.map((line) => line.trim().split(/ +/).map(numbered));
    };
    const [training, others] = [sentences("train"), sentences("test")];
    const model = new KneserNey(training, { order: 3, vocabulary: numbers.size + 1 });
    const nats = others.reduce((sum, sentence) => sum + model.nats(sentence), 0);
    const tokens = others.reduce((sum, sentence) => sum + sentence.length + 1, 0);
    expect(Math.exp(nats / tokens)).toBeCloseTo(148.3, 1);
  }, 60_000);
});
