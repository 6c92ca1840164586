/** tokenizer.json: ours comes back as it was; what is damaged or made by others is refused in words. */

import { describe, expect, test } from "vitest";
import { VaekitError } from "../../src/errors.js";
import { Philox } from "../../src/random.js";
import type { KindName } from "../../src/text/kind.js";
import { parseTokenizer, tokenizerFrom, trainTokenizer } from "../../src/text/load.js";
import { errorOf } from "../helpers/damage.js";
import { mutate, mutateJson } from "../helpers/mutate.js";

const TEXTS = ["the cat sat on the mat", "the dog sat on the log"];
const KINDS = ["characters", "words", "bpe"] as const;

/** A tokenizer.json as it lies in a file, to be damaged. */
interface Loose {
  added_tokens: { id: number; content: string; special: boolean }[];
  normalizer: unknown;
  pre_tokenizer: unknown;
  decoder: unknown;
  model: { type: string; vocab: Record<string, number>; merges?: string[][] };
}
const looseOf = async (kind: KindName): Promise<Loose> =>
  JSON.parse(JSON.stringify((await trainTokenizer(kind, TEXTS)).json)) as Loose;

test.each(KINDS)("%s: a tokenizer read from its own file is the same", async (kind) => {
  const own = await trainTokenizer(kind, TEXTS);
  const read = parseTokenizer(JSON.stringify(own.json));
  expect(read.json).toEqual(own.json);
  expect(read.tokens).toEqual(own.tokens);
  const text = "the cat 熊 sat";
  expect(read.encode(text)).toEqual(own.encode(text));
});

test("the order of keys means nothing", async () => {
  const json = await looseOf("bpe");
  const turned = Object.fromEntries(Object.entries(json).reverse());
  turned.pre_tokenizer = Object.fromEntries(Object.entries(json.pre_tokenizer as object).reverse());
  expect(tokenizerFrom(turned).json).toEqual(json);
});

describe("a damaged file is refused, naming the place", () => {
  test("cut short", async () => {
    const text = JSON.stringify(await looseOf("bpe")).slice(0, 900);
    const { code, message, hint } = await errorOf(() => parseTokenizer(text, "model/tokenizer.json"));
    expect(code).toBe("E_MODEL");
    expect(message).toBe("model/tokenizer.json: no JSON: truncated or damaged (900 characters)");
    expect(hint).toBe("The file is damaged: copy the model folder again.");
  });

  const cases: [what: string, kind: KindName, damage: (json: Loose) => unknown, message: string][] = [
    ["no object", "bpe", () => [], "invalid content: Invalid input: expected object, received array"],
    [
      "no model",
      "bpe",
      ({ model: _, ...rest }) => rest,
      "invalid model: Invalid input: expected object, received undefined",
    ],
    [
      "another type",
      "bpe",
      (json) => {
        json.model.type = "Unigram";
      },
      'model.type is "Unigram", expected "BPE" or "WordLevel"',
    ],
    [
      "another normalizer",
      "words",
      (json) => {
        json.normalizer = { type: "NFC" };
      },
      "normalizer is an object, expected null",
    ],
    [
      "another pre-tokenizer",
      "words",
      (json) => {
        json.pre_tokenizer = { type: "Whitespace" };
      },
      'pre_tokenizer.type is "Whitespace", expected "WhitespaceSplit"',
    ],
    [
      "a setting of the model",
      "bpe",
      (json) => Object.assign(json.model, { dropout: 0.1 }) && json,
      "model.dropout is 0.1, expected null",
    ],
    [
      "a setting of the pre-tokenizer",
      "bpe",
      (json) => Object.assign(json.pre_tokenizer as object, { add_prefix_space: true }) && json,
      "pre_tokenizer.add_prefix_space is true, expected false",
    ],
    [
      "another decoder",
      "characters",
      (json) => ({ ...json, decoder: { type: "Sequence", decoders: [{ type: "ByteFallback" }] } }),
      "decoder.decoders.1 is nothing, expected an object",
    ],
    [
      "another token at a special one's id",
      "bpe",
      (json) => {
        json.added_tokens[2].content = "<eos>";
      },
      'added_tokens: id 2 is "<eos>", expected the special token "</s>"',
    ],
    [
      "a special token that is none",
      "bpe",
      (json) => {
        json.added_tokens[0].special = false;
      },
      'added_tokens: id 0 is "<pad>", expected the special token "<pad>"',
    ],
    [
      "a missing special token",
      "words",
      (json) => {
        json.added_tokens.splice(1, 1);
      },
      'added_tokens: id 1 is nothing, expected the special token "<s>"',
    ],
    [
      "more special tokens",
      "words",
      (json) => {
        json.added_tokens.push({ id: 4, content: "<mask>", special: true });
      },
      "added_tokens has 5 tokens, expected 4",
    ],
    [
      "special tokens of the vocabulary in another order",
      "words",
      (json) => {
        Object.assign(json.model.vocab, { "<pad>": 1, "<s>": 0 });
      },
      'model.vocab: id 0 is "<s>", expected the special token "<pad>"',
    ],
    [
      "no vocabulary",
      "words",
      (json) => {
        json.model.vocab = null as never;
      },
      "model.vocab is null, expected an object",
    ],
    [
      "an id left out",
      "words",
      (json) => {
        json.model.vocab.the = 99;
      },
      'model.vocab: "the" has the id 99, expected 0 to 6, one each',
    ],
    [
      "an id twice",
      "words",
      (json) => {
        json.model.vocab.sat = json.model.vocab.the;
      },
      'model.vocab: "the" and "sat" both have the id 4',
    ],
    [
      "an id that is no number",
      "words",
      (json) => {
        json.model.vocab.the = "4" as never;
      },
      'model.vocab: "the" has the id "4", expected 0 to 6, one each',
    ],
    [
      "a byte without a token",
      "characters",
      (json) => {
        const { "<0x41>": id, ...rest } = json.model.vocab;
        json.model.vocab = { ...rest, Q: id };
      },
      'model.vocab: id 69 is "Q", expected <0x41>',
    ],
    [
      "two characters as one",
      "characters",
      (json) => {
        const { t: id, ...rest } = json.model.vocab;
        json.model.vocab = { ...rest, th: id };
      },
      'model.vocab: id 261 is "th", expected one character',
    ],
    [
      "a token outside the alphabet of bytes",
      "bpe",
      (json) => {
        const id = Object.keys(json.model.vocab).length;
        json.model.vocab.熊 = id;
      },
      "expected bytes",
    ],
    [
      "no merges",
      "bpe",
      (json) => {
        delete json.model.merges;
      },
      "invalid model.merges: Invalid input: expected array, received undefined",
    ],
    [
      "a merge of one token",
      "bpe",
      (json) => {
        json.model.merges![1] = ["t"];
      },
      "invalid model.merges.1: ",
    ],
    [
      "a merge into a token that there is not",
      "bpe",
      (json) => {
        json.model.merges!.push(["q", "z"]);
      },
      '"qz" is not in the vocabulary',
    ],
  ];
  test.each(cases)("%s", async (_, kind, damage, expected) => {
    const json = await looseOf(kind);
    const damaged = damage(json) ?? json;
    const { code, message } = await errorOf(() => tokenizerFrom(damaged));
    expect(code).toBe("E_MODEL");
    expect(message).toContain("tokenizer.json: ");
    expect(message).toContain(expected);
  });
});

test.each(KINDS)("%s: whatever is changed in the file, it is read or refused", async (kind) => {
  const bytes = new TextEncoder().encode(JSON.stringify(await looseOf(kind)));
  const random = new Philox(1);
  let read = 0;
  for (let i = 0; i < 1_000; i++) {
    try {
      const { encode, decode } = parseTokenizer(new TextDecoder().decode((i % 2 ? mutate : mutateJson)(bytes, random)));
      decode(encode("the cat"));
      read++;
    } catch (error) {
      if (!(error instanceof VaekitError && error.code === "E_MODEL")) throw error;
    }
  }
  expect(read).toBeLessThan(1_000);
});
