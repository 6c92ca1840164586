/** What tokens show of their text. */

import { expect, test } from "vitest";
import { END_SHOWN, tokenPieces } from "../../src/eval/text/token-pieces.js";
import { trainTokenizer } from "../../src/text/load.js";
import { END } from "../../src/text/tokenizer.js";

const texts = ["the cat sat on the mat", "the dog sat on the log"];
async function* source() {
  yield* texts;
}

test("words keep the blank before them, unknown ones are named, and the end is shown", async () => {
  const tokenizer = await trainTokenizer("words", source(), { minCount: 1 });
  const ids = [...tokenizer.encode("the cat saw the log"), END];
  expect(tokenPieces(ids, tokenizer)).toEqual(["the", " cat", " <unk>", " the", " log", END_SHOWN]);
});

test("pieces make the text again, whatever the tokenizer; a character of several bytes is not torn", async () => {
  for (const kind of ["characters", "bpe"] as const) {
    const tokenizer = await trainTokenizer(kind, source(), kind === "bpe" ? { vocabulary: 280 } : {});
    for (const text of ["the cat sat", "naïve 猫 🐈‍⬛ the", "\uFFFD the \uFFFD", "  the  "]) {
      const ids = tokenizer.encode(text);
      const pieces = tokenPieces(ids, tokenizer);
      expect(pieces).toHaveLength(ids.length);
      expect(pieces.join("")).toBe(text);
      for (const piece of pieces) expect(() => encodeURIComponent(piece)).not.toThrow();
    }
  }
});

test("a text that is cut within a character still makes what its tokens say", async () => {
  const tokenizer = await trainTokenizer("characters", source(), {});
  const ids = tokenizer.encode("cat 猫").slice(0, -1);
  expect(tokenPieces(ids, tokenizer).join("")).toBe(tokenizer.decode(ids));
});
