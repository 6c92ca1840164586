/** Constraints on what is written: its characters, its length, its beginning, or all of it. */

import { END, type Tokenizer } from "../tokenizer.js";
import type { Constraint } from "./constraint.js";
import { characterTest, tokenTexts } from "./token-texts.js";

/**
 * Only these characters: those of a string, or those an expression matches. For tokenizers of characters and of byte pairs (else
 * E_OPTION); a character that takes several tokens, byte by byte, is never written.
 *
 * @example allowedCharacters(tokenizer, /[\p{Script=Han}，。]/u)
 */
export function allowedCharacters(tokenizer: Tokenizer, characters: string | RegExp): Constraint {
  const isAllowed = characterTest(characters);
  const mask = Uint8Array.from(tokenTexts(tokenizer), (text) => Number(text?.every(isAllowed) ?? false));
  mask[END] = 1;
  return () => mask;
}

/** At most `count` characters (code points), by whole tokens. For the tokenizers that `allowedCharacters` serves. */
export function atMost(tokenizer: Tokenizer, count: number): Constraint {
  const lengths = Float64Array.from(tokenTexts(tokenizer), (text) => text?.length ?? Number.POSITIVE_INFINITY);
  lengths[END] = 0;
  const mask = new Uint8Array(lengths.length);
  return ({ tokens }) => {
    const left = tokens.reduce((sum, token) => sum - lengths[token], count);
    for (let token = 0; token < mask.length; token++) mask[token] = Number(lengths[token] <= left);
    return mask;
  };
}

/** Begins with the tokens of `text` and goes on freely. For every tokenizer. */
export function beginning(tokenizer: Tokenizer, text: string): Constraint {
  const tokens = tokenizer.encode(text);
  const mask = new Uint8Array(tokenizer.tokens.length);
  return (written) => {
    if (written.tokens.length >= tokens.length) return null;
    mask.fill(0);
    mask[tokens[written.tokens.length]] = 1;
    return mask;
  };
}

/** One of these texts, as the tokenizer encodes it. For every tokenizer. */
export function oneOf(tokenizer: Tokenizer, texts: Iterable<string>): Constraint {
  type Node = Map<number, Node>;
  const root: Node = new Map();
  for (const text of texts) {
    let node = root;
    for (const token of [...tokenizer.encode(text), END]) {
      const next: Node = node.get(token) ?? new Map();
      node.set(token, next);
      node = next;
    }
  }
  const mask = new Uint8Array(tokenizer.tokens.length);
  return ({ tokens }) => {
    mask.fill(0);
    let node: Node | undefined = root;
    for (const token of tokens) node = node?.get(token);
    for (const token of node?.keys() ?? []) mask[token] = 1;
    return mask;
  };
}
