/** What each token of a text shows of it. */

import { END, type Tokenizer } from "../../text/tokenizer.js";

/** What stands for the end of a text. */
export const END_SHOWN = "(end)";

/**
 * Texts of tokens that make the whole text when they are joined. Of bytes of one character the last has all of it and the others
 * have nothing; the end, where it is among the tokens, is shown.
 */
export function tokenPieces(ids: ArrayLike<number>, tokenizer: Tokenizer): string[] {
  const all = Array.from(ids);
  const end = all.indexOf(END);
  const length = end < 0 ? all.length : end;
  const whole = tokenizer.decode(all);
  let shown = 0;
  const pieces = Array.from({ length }, (_, i) => {
    // A character that is not whole yet is read as another one.
    const until =
      i === length - 1 ? whole.length : Math.max(shown, common(tokenizer.decode(all.slice(0, i + 1)), whole));
    const piece = whole.slice(shown, until);
    shown = until;
    return piece;
  });
  return end < 0 ? pieces : [...pieces, END_SHOWN];
}

/** How far two texts are the same. */
function common(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
