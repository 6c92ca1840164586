/** Tokenizers against Hugging Face's Python package: vocabularies, merges, files and ids (test/golden/make_tokenizers.py). */

import { describe, expect, test } from "vitest";
import type { KindName } from "../../src/text/kind.js";
import { tokenizerFrom, trainTokenizer } from "../../src/text/load.js";
import { UNKNOWN } from "../../src/text/tokenizer.js";
import golden from "../golden/tokenizers.json" with { type: "json" };

const { texts, probes, kinds, ties } = golden;

describe.each(kinds)("$kind", ({ kind, options, json, ids }) => {
  test("training writes the file that the Python package writes", async () => {
    expect((await trainTokenizer(kind as KindName, texts, options)).json).toEqual(json);
  });

  test("each text has the ids that the Python package gives it", () => {
    const { encode } = tokenizerFrom(json);
    // A word "<s>" is the start token there, even where names in the text are to be text; here it is an unknown word.
    const asHere = (id: number) => Math.max(id, UNKNOWN);
    expect(probes.map((text) => ({ text, ids: encode(text) }))).toEqual(
      probes.map((text, i) => ({ text, ids: ids[i].map(asHere) })),
    );
  });
});

test.each(ties)("merges are the same where nearly all counts are tied ($texts.length texts)", async (tied) => {
  expect((await trainTokenizer("bpe", tied.texts, tied.options)).json.model).toMatchObject({ merges: tied.merges });
});
