/** Byte-level byte-pair encoding, as in GPT-2 (Radford et al. 2019): bytes of common words grown together. */

import { merger } from "./bpe-merger.js";
import { learnMerges } from "./bpe-trainer.js";
import { ALPHABET, ALPHABET_BYTES, bytesOfToken } from "./byte-alphabet.js";
import { byteTokenizer, NO_BYTES } from "./byte-tokens.js";
import { detached } from "./counts.js";
import type { TokenizerKind } from "./kind.js";
import { SPECIAL_TOKENS } from "./tokenizer.js";
import { damaged, tokenizerJson } from "./tokenizer-json.js";

const BASE: readonly string[] = [...SPECIAL_TOKENS, ...ALPHABET];

/** Id of the token of each byte. */
const BYTE_IDS = new Int32Array(256);
ALPHABET_BYTES.forEach((byte, i) => {
  BYTE_IDS[byte] = SPECIAL_TOKENS.length + i;
});

/**
 * No token reaches across what this finds: GPT-2's pattern, which leaves no character out. Blanks are Unicode's, as in Rust:
 * JavaScript's \s has U+FEFF, and no U+0085.
 */
const PIECE =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

function eachPiece(text: string, take: (piece: string) => void): void {
  let start = 0;
  PIECE.lastIndex = 0;
  while (PIECE.test(text)) {
    const end = PIECE.lastIndex;
    take(text.slice(start, end));
    start = end;
  }
}

/** Words whose tokens are remembered: a text's common ones. */
const MAX_REMEMBERED = 50_000;
const MAX_REMEMBERED_LENGTH = 64;

const form: TokenizerKind["form"] = {
  normalizer: null,
  pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
  post_processor: null,
  decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
  model: {
    type: "BPE",
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: false,
    ignore_merges: false,
  },
};

const utf8 = new TextEncoder();
const byteIds = (piece: string): number[] => Array.from(utf8.encode(piece), (byte) => BYTE_IDS[byte]);

/** Any text is encoded exactly. `vocabulary` counts the 4 special tokens and the 256 bytes. */
export const bpe: TokenizerKind = {
  name: "bpe",
  defaults: { vocabulary: 4000, minCount: 2 },
  base: BASE,
  form,
  pieces: eachPiece,
  learn(counts, options, pause) {
    const words = Array.from(counts, ([piece, count]) => ({ ids: byteIds(piece), count }));
    return learnMerges(words, BASE, options, pause);
  },
  open({ tokens, merges = [] }, at) {
    const bytes = tokens.map((token, id) => {
      const found = id < SPECIAL_TOKENS.length ? NO_BYTES : bytesOfToken(token);
      if (!found || (id < BASE.length && token !== BASE[id]))
        throw damaged(at, `model.vocab: id ${id} is ${JSON.stringify(token)}, expected ${BASE[id] ?? "bytes"}`);
      return found;
    });
    const ids = new Map(tokens.map((token, id) => [token, id]));
    const idOf = (token: string, rank: number): number => {
      const id = ids.get(token);
      if (id === undefined)
        throw damaged(at, `model.merges[${rank}]: ${JSON.stringify(token)} is not in the vocabulary`);
      return id;
    };
    const merge = merger(
      merges.map(([left, right], rank) => ({
        left: idOf(left, rank),
        right: idOf(right, rank),
        merged: idOf(left + right, rank),
      })),
      tokens.length,
    );
    const remembered = new Map<string, readonly number[]>();
    const idsOf = (piece: string): readonly number[] => {
      const known = remembered.get(piece);
      if (known) return known;
      const found = merge(byteIds(piece));
      if (piece.length <= MAX_REMEMBERED_LENGTH) {
        if (remembered.size === MAX_REMEMBERED) remembered.clear();
        remembered.set(detached(piece), found);
      }
      return found;
    };
    return byteTokenizer({
      tokens,
      bytes,
      encode(text) {
        const found: number[] = [];
        eachPiece(text, (piece) => {
          for (const id of idsOf(piece)) found.push(id);
        });
        return found;
      },
      get json() {
        return tokenizerJson(form, { tokens, merges });
      },
    });
  },
};
