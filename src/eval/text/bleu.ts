/** BLEU: how far texts share their n-grams with reference texts. */

import { VaekitError } from "../../errors.js";
import { counted, Ngrams } from "./ngrams.js";

/** n-grams of up to so many tokens count. */
export const BLEU_ORDER = 4;

/** What BLEU is computed from, of one text or summed over many. */
export interface Overlap {
  /** n-grams that are in the references too, and all, [order]. */
  readonly matches: number[];
  readonly totals: number[];
  /** Tokens, and those of the reference whose length is closest (the shorter of two). */
  length: number;
  referenceLength: number;
}

/**
 * Corpus BLEU-4, 0..1 (papers tend to say it in percent), higher is closer: BP exp(mean_n log p_n) for n = 1..4. p_n is the share of the
 * texts' n-grams that are in a text's references, each at most as often as in one of them, and BP = min(1, exp(1 - r/c)) for texts of c
 * tokens whose references have r (Papineni et al. 2002, section 2.3). The k-th p_n without a match is 1 / (2^k total), as in NIST's
 * mteval and by default in sacreBLEU (Post 2018), whose figures these are; without any match BLEU is 0. E_DATA where there
 * are not references for each text.
 */
export function bleu<Token>(
  texts: readonly (readonly Token[])[],
  references: readonly (readonly (readonly Token[])[])[],
): number {
  if (texts.length !== references.length || references.some((some) => some.length === 0))
    throw new VaekitError("E_DATA", `BLEU: got ${texts.length} texts, expected references for each`);
  const ngrams = new Ngrams<Token>();
  const zeros = () => Array.from({ length: BLEU_ORDER }, () => 0);
  const sum: Overlap = { matches: zeros(), totals: zeros(), length: 0, referenceLength: 0 };
  for (const [i, text] of texts.entries()) {
    const most = new Map<number, number>();
    for (const reference of references[i])
      for (const [ngram, count] of counted(ngrams.of(reference, BLEU_ORDER).flat()))
        most.set(ngram, Math.max(count, most.get(ngram) ?? 0));
    for (const [n, found] of ngrams.of(text, BLEU_ORDER).entries()) {
      for (const [ngram, count] of counted(found)) sum.matches[n] += Math.min(count, most.get(ngram) ?? 0);
      sum.totals[n] += found.length;
    }
    sum.length += text.length;
    sum.referenceLength += closest(
      text.length,
      references[i].map((reference) => reference.length),
    );
  }
  let unmatched = 0;
  return bleuOf(sum, (total) => (total > 0 ? 1 / (2 ** ++unmatched * total) : 0));
}

/** BLEU of an overlap; `smoothed` gives p_n where nothing matches. */
export function bleuOf(
  { matches, totals, length, referenceLength }: Overlap,
  smoothed: (total: number) => number,
): number {
  if (matches[0] === 0) return 0;
  const logs = matches.map((count, n) => Math.log(count > 0 ? count / totals[n] : smoothed(totals[n])));
  const brevity = Math.min(0, 1 - referenceLength / length);
  return Math.exp(brevity + logs.reduce((a, b) => a + b) / logs.length);
}

/** The one of `lengths` that is closest, the shorter of two. */
export function closest(length: number, lengths: readonly number[]): number {
  return lengths.reduce((best, other) => {
    const further = Math.abs(other - length) - Math.abs(best - length);
    return further < 0 || (further === 0 && other < best) ? other : best;
  });
}
