/** Words as tokens: what stands between blanks, from a vocabulary; any other word is "<unk>". */

import { commonest } from "./counts.js";
import type { TokenizerKind } from "./kind.js";
import { END, PADDING, SPECIAL_TOKENS, START, textIds, UNKNOWN } from "./tokenizer.js";
import { tokenizerJson } from "./tokenizer-json.js";
import { wellFormed } from "./well-formed.js";

const WORD = /\P{White_Space}+/gu;

const form: TokenizerKind["form"] = {
  normalizer: null,
  pre_tokenizer: { type: "WhitespaceSplit" },
  post_processor: null,
  decoder: null,
  model: { type: "WordLevel", unk_token: SPECIAL_TOKENS[UNKNOWN] },
};

/**
 * The commonest words; of equal count, by code units. A text that says "<unk>" means the unknown word, as in the Penn
 * Treebank; the names of the other special tokens are words not in the vocabulary. Decoding joins with single blanks.
 */
export const words: TokenizerKind = {
  name: "words",
  defaults: { vocabulary: 20_000, minCount: 2 },
  base: SPECIAL_TOKENS,
  form,
  pieces(text, count) {
    for (const word of text.match(WORD) ?? []) count(word);
  },
  async learn(counts, { vocabulary, minCount }) {
    const learnt = new Map(counts);
    for (const special of SPECIAL_TOKENS) learnt.delete(special);
    return { tokens: [...SPECIAL_TOKENS, ...commonest(learnt, vocabulary - SPECIAL_TOKENS.length, minCount)] };
  },
  open({ tokens }) {
    const ids = new Map(tokens.map((token, id) => [token, id]));
    for (const id of [PADDING, START, END]) ids.delete(SPECIAL_TOKENS[id]);
    return {
      tokens,
      encode: (text) => (wellFormed(text).match(WORD) ?? []).map((word) => ids.get(word) ?? UNKNOWN),
      decode: (found) =>
        textIds(found, tokens.length)
          .map((id) => tokens[id])
          .join(" "),
      spans: (text) =>
        Array.from(wellFormed(text).matchAll(WORD), ({ index, 0: word }) => [index, index + word.length]),
      get json() {
        return tokenizerJson(form, { tokens });
      },
    };
  },
};
