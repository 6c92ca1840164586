/** The tokens of all texts of a column, one after the other. */

import { END } from "../../text/tokenizer.js";
import { type TextSchema, tokenizerOf } from "../text.js";

/** Texts by number, as tokens. */
export interface TokenArena {
  /** Texts that were longer than the schema's limit. */
  readonly cut: number;
  /** Takes texts; gives the number of the first. Null is an empty text. */
  add(texts: readonly (string | null)[]): number;
  /** Texts by their numbers as a field stores them, [n, maxLength + 1]: tokens, an end, padding. */
  read(numbers: ArrayLike<number>): Int32Array;
}

const CHUNK = 1 << 20;

export function tokenArena(schema: TextSchema): TokenArena {
  const { maxLength } = schema;
  const tokenizer = tokenizerOf(schema);
  // Two bytes a token, where these are enough.
  const chunkOf = () => (tokenizer.tokens.length <= 0x10000 ? new Uint16Array(CHUNK) : new Int32Array(CHUNK));
  const chunks = [chunkOf()];
  const starts: number[] = [];
  let end = 0;
  let cut = 0;
  const put = (token: number): void => {
    if (end === chunks.length * CHUNK) chunks.push(chunkOf());
    chunks[chunks.length - 1][end++ % CHUNK] = token;
  };
  return {
    get cut() {
      return cut;
    },
    add(texts) {
      const first = starts.length;
      for (const text of texts) {
        starts.push(end);
        const tokens = text === null ? [] : tokenizer.encode(text);
        if (tokens.length > maxLength) cut++;
        for (let i = 0; i < Math.min(tokens.length, maxLength); i++) put(tokens[i]);
        put(END);
      }
      return first;
    },
    read(numbers) {
      const stored = maxLength + 1;
      const out = new Int32Array(numbers.length * stored);
      for (let row = 0; row < numbers.length; row++) {
        const start = starts[numbers[row]];
        const length = (starts[numbers[row] + 1] ?? end) - start;
        for (let i = 0; i < length; i++)
          out[row * stored + i] = chunks[Math.floor((start + i) / CHUNK)][(start + i) % CHUNK];
      }
      return out;
    },
  };
}
