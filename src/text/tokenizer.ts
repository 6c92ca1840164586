/** What turns text into tokens and back. */

import { VaekitError } from "../errors.js";

/** Ids that every tokenizer of ours gives to the same tokens. */
export const PADDING = 0;
export const START = 1;
export const END = 2;
export const UNKNOWN = 3;
/** As they are written in tokenizer.json. */
export const SPECIAL_TOKENS = ["<pad>", "<s>", "</s>", "<unk>"] as const;

/** Beyond these a softmax over the vocabulary, or a text, takes more memory than there is. */
export const MAX_VOCABULARY = 1_000_000;
export const MAX_LENGTH = 65_536;

/** A tokenizer as Hugging Face's tokenizer.json has it, parsed. */
export type TokenizerJson = Readonly<Record<string, unknown>>;

export interface Tokenizer {
  /** Token by id; the first four are SPECIAL_TOKENS. */
  readonly tokens: readonly string[];
  /**
   * Ids of a text, without start and end. Lone surrogates are taken as U+FFFD. A special token's name in the text is text
   * like any other (Hugging Face's packages make it that token unless told `encode_special_tokens`); only where tokens are
   * words is "<unk>" the unknown word.
   */
  encode(text: string): number[];
  /** The text of ids up to the first END; padding and start are left out. E_DATA for an id that no token has. */
  decode(ids: ArrayLike<number>): string;
  /** Where each id of `encode(text)` lies in it, [start, end) in UTF-16 units; of bytes of one character, all of it. */
  spans(text: string): readonly (readonly [start: number, end: number])[];
  readonly json: TokenizerJson;
}

/** The ids that stand for text: up to the first END, without padding and start. E_DATA for an id from `count` on. */
export function textIds(ids: ArrayLike<number>, count: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < ids.length && ids[i] !== END; i++) {
    const id = ids[i];
    if (!(Number.isInteger(id) && id >= 0 && id < count))
      throw new VaekitError("E_DATA", `token ids: ids[${i}] is ${id}, expected a whole number from 0 to ${count - 1}`);
    if (id !== PADDING && id !== START) found.push(id);
  }
  return found;
}
