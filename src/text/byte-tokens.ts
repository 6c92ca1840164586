/** Tokenizers whose tokens stand for bytes of UTF-8: their texts and places follow from the bytes. */

import { type Tokenizer, textIds } from "./tokenizer.js";
import { wellFormed } from "./well-formed.js";

export type ByteTokenizer = Pick<Tokenizer, "tokens" | "encode" | "json"> & {
  /** What each token stands for; nothing for special ones. */
  readonly bytes: readonly Uint8Array[];
};

export const NO_BYTES = new Uint8Array();

/** With `decode` and `spans`. Bytes that are no UTF-8, which a model may draw, become U+FFFD. */
export function byteTokenizer(parts: ByteTokenizer): Tokenizer {
  const { tokens, bytes } = parts;
  return {
    tokens,
    encode: (text) => parts.encode(wellFormed(text)),
    decode(ids) {
      const pieces = textIds(ids, tokens.length).map((id) => bytes[id]);
      const joined = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      for (const piece of pieces) {
        joined.set(piece, at);
        at += piece.length;
      }
      return new TextDecoder("utf-8", { ignoreBOM: true }).decode(joined); // "ignore" keeps a byte order mark as text
    },
    spans(text) {
      const whole = wellFormed(text);
      const { starts, ends } = placesOfBytes(whole);
      let at = 0;
      return parts.encode(whole).map((id) => {
        const start = starts[at];
        at += bytes[id].length;
        return [start, ends[at - 1]] as const;
      });
    },
    get json() {
      return parts.json;
    },
  };
}

/** For each byte of a text in UTF-8, where its character starts and ends, in UTF-16 units. */
function placesOfBytes(text: string): { starts: Uint32Array; ends: Uint32Array } {
  const size = new TextEncoder().encode(text).length;
  const starts = new Uint32Array(size);
  const ends = new Uint32Array(size);
  let at = 0;
  let byte = 0;
  for (const character of text) {
    const next = byte + utf8Length(character.codePointAt(0)!);
    starts.fill(at, byte, next);
    at += character.length;
    ends.fill(at, byte, next);
    byte = next;
  }
  return { starts, ends };
}

function utf8Length(point: number): number {
  return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x1_0000 ? 3 : 4;
}
