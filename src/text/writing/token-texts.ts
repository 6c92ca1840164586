/** What each token of a tokenizer adds to a text, for constraints on characters. */

import { VaekitError } from "../../errors.js";
import { SPECIAL_TOKENS, type Tokenizer } from "../tokenizer.js";

/** U+FFFD, as which bytes are read that are no whole character. */
const INCOMPLETE = "\uFFFD";

/** A token's characters; null for special tokens and for those that are only part of a character (bytes of it). */
export type TokenTexts = readonly (readonly string[] | null)[];

/**
 * The characters of each token. E_OPTION for a tokenizer whose texts are more than its tokens' texts one after another: words, between
 * which come blanks.
 */
export function tokenTexts(tokenizer: Tokenizer): TokenTexts {
  const texts = tokenizer.tokens.map((_, token) => {
    const text = token < SPECIAL_TOKENS.length ? "" : tokenizer.decode([token]);
    return text === "" || text.includes(INCOMPLETE) ? null : [...text];
  });
  const two = [...texts.keys()].filter((token) => texts[token]).slice(0, 2);
  if (tokenizer.decode(two) !== two.flatMap((token) => texts[token]).join(""))
    throw new VaekitError(
      "E_OPTION",
      "texts of whole words cannot be held to characters: expected a tokenizer of characters or byte pairs",
      "`beginning` and `oneOf` serve every tokenizer.",
    );
  return texts;
}

/** Whether a character is one of a string's, or matches. */
export function characterTest(characters: string | RegExp): (character: string) => boolean {
  if (typeof characters === "string") {
    const set = new Set(characters);
    return (character) => set.has(character);
  }
  // Global and sticky expressions remember where they matched last.
  const expression = new RegExp(characters.source, characters.flags.replace(/[gy]/g, ""));
  return (character) => expression.test(character);
}
