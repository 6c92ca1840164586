/** Metrics of texts against sacreBLEU, NLTK and jiwer, brute force, and by hand. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { bleu } from "../../src/eval/text/bleu.js";
import { copied } from "../../src/eval/text/copied.js";
import { distinct } from "../../src/eval/text/distinct.js";
import { selfBleu } from "../../src/eval/text/self-bleu.js";
import { tokenAccuracy } from "../../src/eval/text/token-accuracy.js";
import { editDistance, tokenErrorRate } from "../../src/eval/text/token-error-rate.js";

interface Golden {
  readonly bleu: readonly { name: string; texts: string[][]; references: string[][][]; bleu: number }[];
  readonly selfBleu: readonly { texts: string[][]; selfBleu: number }[];
  readonly errorRate: number;
}
const golden: Golden = JSON.parse(readFileSync(new URL("../golden/text-metrics.json", import.meta.url), "utf8"));

describe("BLEU", () => {
  test.each(golden.bleu)("is sacreBLEU's for texts: $name", ({ texts, references, bleu: expected }) => {
    expect(bleu(texts, references)).toBeCloseTo(expected, 10);
  });

  test("needs references for each text", () => {
    expect(() => bleu([["a"], ["b"]], [[["a"]], []])).toThrow("BLEU: got 2 texts, expected references for each");
  });
});

describe("self-BLEU", () => {
  test.each(golden.selfBleu)("is NLTK's mean over texts: $selfBleu", ({ texts, selfBleu: expected }) => {
    expect(selfBleu(texts, { seed: 1 })).toBeCloseTo(expected, 10);
  });

  test("is taken of a sample of many texts, by seed", () => {
    const texts = Array.from({ length: 300 }, (_, i) =>
      Array.from({ length: 8 }, (_, j) => (i * 7 + j * j * (i % 13)) % 40),
    );
    const some = selfBleu(texts, { limit: 50, seed: 1 });
    expect(selfBleu(texts, { limit: 50, seed: 1 })).toBe(some);
    expect(selfBleu(texts, { limit: 50, seed: 2 })).not.toBe(some);
    expect(some).toBeLessThan(selfBleu(texts, { seed: 1 })); // more references, more in common
  });

  test("is 1 for equal texts, and nothing for one text", () => {
    const text = ["a", "b", "c", "d"];
    expect(selfBleu([text, text, text], { seed: 1 })).toBe(1);
    expect(selfBleu([text], { seed: 1 })).toBeNaN();
  });
});

test("distinct-n counts n-grams of all texts together", () => {
  const texts = [["a", "b", "a"], ["a", "b"], ["c"]];
  expect(distinct(texts, 1)).toBe(3 / 6);
  expect(distinct(texts, 2)).toBe(2 / 3); // ab ba ab
  expect(distinct(texts, 4)).toBeNaN();
});

test("n-grams are told apart by all of their tokens", () => {
  const texts = Array.from({ length: 2000 }, (_, i) => [i % 7, i % 11, i % 13]);
  expect(distinct(texts, 3)).toBe(new Set(texts.map(String)).size / texts.length);
});

test("copies are texts that stand in the training texts", () => {
  expect(copied(["a b", "b", "a b", "a"], new Set(["a b", "c"]))).toBe(0.5);
  expect(copied([], new Set(["a"]))).toBeNaN();
});

test("token accuracy counts positions of the longer text", () => {
  expect(tokenAccuracy([[1, 2, 3]], [[1, 2, 3]])).toBe(1);
  expect(tokenAccuracy([[1, 2, 3], [4]], [[1, 9, 3, 4], []])).toBe(2 / 5);
  expect(tokenAccuracy([[1, 2, 3]], [[0, 1, 2, 3]])).toBe(0); // all have moved
});

describe("the token error rate", () => {
  test("is jiwer's word error rate", () => {
    const { texts, references } = golden.bleu.find(({ name }) => name === "several references")!;
    expect(
      tokenErrorRate(
        references.map(([original]) => original),
        texts,
      ),
    ).toBeCloseTo(golden.errorRate, 12);
  });

  test("forgives what has moved", () => {
    expect(tokenErrorRate([[1, 2, 3]], [[0, 1, 2, 3]])).toBe(1 / 3);
    expect(editDistance([..."kitten"], [..."sitting"])).toBe(3);
    expect(editDistance([], [1, 2])).toBe(2);
    expect(editDistance([1, 2], [])).toBe(2);
  });
});
