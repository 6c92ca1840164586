/** Constraints on what is written: forms, characters, lengths, beginnings and lists of texts, held under any model. */

import { beforeAll, describe, expect, test } from "vitest";
import { trainTokenizer } from "../../src/text/load.js";
import { END, type Tokenizer } from "../../src/text/tokenizer.js";
import { type Constraint, every } from "../../src/text/writing/constraint.js";
import { allowedCharacters, atMost, beginning, oneOf } from "../../src/text/writing/constraints.js";
import { type FormPart, pattern } from "../../src/text/writing/pattern.js";
import { write } from "../../src/text/writing/write.js";
import { BigramModel } from "../helpers/bigrams.js";

const QUATRAINS = [
  "四時運灰琯，一夕變冬春。送寒餘雪盡，迎歲早梅新。",
  "燄聽風來動，花開不待春。鎮下千行淚，非是爲思人。",
];
const LINES = ["return self.name", "return self.value", "raise ValueError", "if self.name is None:", "return None"];

let characters: Tokenizer;
let pairs: Tokenizer;
let words: Tokenizer;
beforeAll(async () => {
  characters = await trainTokenizer("characters", QUATRAINS, { minCount: 1 });
  pairs = await trainTokenizer("bpe", LINES.concat(LINES), { vocabulary: 320 });
  words = await trainTokenizer("words", LINES, { minCount: 1 });
});

/** Texts of a model to which all tokens are about as likely. */
async function texts(tokenizer: Tokenizer, constraint: Constraint, maxLength = 40, count = 50): Promise<string[]> {
  const size = tokenizer.tokens.length;
  const flat = Array.from({ length: size }, () => Array.from({ length: size }, (_, token) => Math.sin(token)));
  const model = new BigramModel(Array.from({ length: count }, () => flat));
  const written = await write(model, { maxLength, constraint, strategy: { by: "sampling", seed: 5 } });
  return written.map(({ tokens, finished }) => tokenizer.decode(tokens) + (finished ? "" : " ..."));
}
/** Whether a text, token by token as the tokenizer has it, may be written, with its end. */
function allows(constraint: Constraint, tokenizer: Tokenizer, text: string): boolean {
  const tokens = [...tokenizer.encode(text), END];
  return tokens.every((token, i) => (constraint({ tokens: tokens.slice(0, i), row: 0 })?.[token] ?? 1) === 1);
}

describe("a form", () => {
  test("of four lines of five characters is that of quatrains, and of all that is written", async () => {
    const quatrain = pattern(characters, "5，5。5，5。");
    for (const text of QUATRAINS) expect(allows(quatrain, characters, text)).toBe(true);
    for (const text of [
      "四時運灰琯，一夕變冬春。",
      "四時運灰，一夕變冬春。送寒餘雪盡，迎歲早梅新。",
      `${QUATRAINS[0]}春`,
    ])
      expect(allows(quatrain, characters, text)).toBe(false);
    for (const text of await texts(characters, quatrain))
      expect(text).toMatch(/^([\p{L}\p{N}]{5}，[\p{L}\p{N}]{5}。){2}$/u);
  });

  test("has parts of several lengths, of other characters, and that may be left out", async () => {
    const form: FormPart[] = [{ characters: [1, 3], of: /[a-z]/ }, ".", { characters: [0, 2], of: "xy" }, "()"];
    const call = pattern(pairs, form);
    for (const text of await texts(pairs, call)) expect(text).toMatch(/^[a-z]{1,3}\.[xy]{0,2}\(\)$/);
    for (const text of ["a.()", "abc.()", "ab.x()", "a.yx()"]) expect(allows(call, pairs, text)).toBe(true);
    for (const text of [".()", "abcd.()", "a.xyx()", "a.z()", "a.("]) expect(allows(call, pairs, text)).toBe(false);
  });

  test("may begin with what may also follow: all ways to read a text are kept", () => {
    const form = pattern(pairs, [{ characters: [0, 3], of: "ab" }, "ab"]);
    for (const text of ["ab", "aab", "abab", "babab"]) expect(allows(form, pairs, text)).toBe(true);
    for (const text of ["a", "ba", "aababb", "ababab"]) expect(allows(form, pairs, text)).toBe(false);
  });

  test("is held by tokens of several characters, which must fit whole", () => {
    const form = pattern(pairs, [{ characters: 6, of: /[a-z]/ }, " ", { characters: 4, of: /[a-z]/ }]);
    expect(pairs.encode("return self").length).toBeLessThan(6);
    expect(allows(form, pairs, "return self")).toBe(true);
    expect(allows(form, pairs, "return selfs")).toBe(false);
  });
});

test("allowed characters are those of a string, or those that match, whatever the flags", async () => {
  for (const constraint of [allowedCharacters(pairs, "efls"), allowedCharacters(pairs, /[efls]/g)]) {
    expect(allows(constraint, pairs, "self")).toBe(true);
    expect(allows(constraint, pairs, "selfish")).toBe(false);
    for (const text of await texts(pairs, constraint, 8)) expect(text.replace(" ...", "")).toMatch(/^[efls]*$/);
  }
});

test("at most so many characters are written, and the text ends by itself", async () => {
  const written = await texts(pairs, atMost(pairs, 5), 40, 200);
  expect(new Set(written.map((text) => text.length))).toContain(5);
  for (const text of written) expect(text.length).toBeLessThanOrEqual(5);
});

test("a beginning is written first, in words too, and what follows is free", async () => {
  for (const tokenizer of [pairs, words])
    for (const text of await texts(tokenizer, beginning(tokenizer, "return self.name"), 12))
      expect(text).toMatch(/^return self\.name/);
});

test("one of a list is written, whole", async () => {
  for (const tokenizer of [pairs, words])
    expect(new Set(await texts(tokenizer, oneOf(tokenizer, LINES), 40, 400))).toEqual(new Set(LINES));
});

test("several constraints hold at once", async () => {
  const both = every(beginning(characters, "春"), pattern(characters, "3。"), () => null);
  for (const text of await texts(characters, both)) expect(text).toMatch(/^春[\p{L}\p{N}]{2}。$/u);
});

test("characters of words cannot be held, and the error says what can", () => {
  for (const make of [() => allowedCharacters(words, "a"), () => atMost(words, 3), () => pattern(words, "5")])
    expect(make).toThrow(
      expect.objectContaining({
        code: "E_OPTION",
        message: "texts of whole words cannot be held to characters: expected a tokenizer of characters or byte pairs",
        hint: "`beginning` and `oneOf` serve every tokenizer.",
      }),
    );
});

test("a form that no text can have is refused", () => {
  expect(() => pattern(characters, "5、5。")).toThrow('invalid form: no token has its "、"');
  expect(() => pattern(pairs, [{ characters: [3, 1] }])).toThrow(
    "invalid characters of a form: got 3,1, expected whole numbers, the least first",
  );
});
