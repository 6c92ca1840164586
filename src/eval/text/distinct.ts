/** Distinct-n: how various the n-grams of texts are. */

import { Ngrams } from "./ngrams.js";

/**
 * Different n-grams over all n-grams of the texts taken together, 0..1, higher is more various (Li et al. 2016, section 4.3). It falls
 * as texts get more: compare it between equal numbers of tokens. NaN where no text has n tokens.
 */
export function distinct<Token>(texts: readonly (readonly Token[])[], n: number): number {
  const ngrams = new Ngrams<Token>();
  const all = texts.flatMap((text) => ngrams.of(text, n)[n - 1]);
  return new Set(all).size / all.length;
}
