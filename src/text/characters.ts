/** Characters as tokens: the commonest code points, and bytes of UTF-8 for all others. */

import { byteTokenizer, NO_BYTES } from "./byte-tokens.js";
import { commonest } from "./counts.js";
import type { TokenizerKind } from "./kind.js";
import { SPECIAL_TOKENS } from "./tokenizer.js";
import { damaged, tokenizerJson } from "./tokenizer-json.js";

const BYTES = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
const BASE: readonly string[] = [...SPECIAL_TOKENS, ...BYTES];
const FIRST_BYTE = SPECIAL_TOKENS.length;

const form: TokenizerKind["form"] = {
  normalizer: null,
  pre_tokenizer: null,
  post_processor: null,
  decoder: { type: "Sequence", decoders: [{ type: "ByteFallback" }, { type: "Fuse" }] },
  model: {
    type: "BPE",
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: true,
    ignore_merges: false,
  },
};

/** Any text is encoded exactly. A vocabulary of characters seen once would be learnt from one example each: not by default. */
export const characters: TokenizerKind = {
  name: "characters",
  defaults: { vocabulary: 8000, minCount: 2 },
  base: BASE,
  form,
  pieces(text, count) {
    for (const character of text) count(character);
  },
  async learn(counts, { vocabulary, minCount }) {
    return { tokens: [...BASE, ...commonest(counts, vocabulary - BASE.length, minCount)], merges: [] };
  },
  open({ tokens }, at) {
    const ids = new Map<number, number>();
    tokens.forEach((token, id) => {
      const point = token.codePointAt(0);
      const isCharacter = point !== undefined && token === String.fromCodePoint(point);
      if (id < BASE.length ? token !== BASE[id] : !isCharacter)
        throw damaged(at, `model.vocab: id ${id} is ${JSON.stringify(token)}, expected ${BASE[id] ?? "one character"}`);
      if (id >= BASE.length) ids.set(point!, id);
    });
    const utf8 = new TextEncoder();
    return byteTokenizer({
      tokens,
      bytes: tokens.map((token, id) => {
        if (id >= BASE.length) return utf8.encode(token);
        return id < FIRST_BYTE ? NO_BYTES : Uint8Array.of(id - FIRST_BYTE);
      }),
      encode(text) {
        const found: number[] = [];
        for (const character of text) {
          const id = ids.get(character.codePointAt(0)!);
          if (id !== undefined) found.push(id);
          else for (const byte of utf8.encode(character)) found.push(FIRST_BYTE + byte);
        }
        return found;
      },
      get json() {
        return tokenizerJson(form, { tokens, merges: [] });
      },
    });
  },
};
