/** Self-BLEU: how alike texts are that were written. */

import { sampleIndices } from "../../data/split.js";
import { BLEU_ORDER, bleuOf, closest } from "./bleu.js";
import { counted, Ngrams } from "./ngrams.js";

/** p_n of a text none of whose n-grams match is this over their number: NLTK's method 1, which Texygen takes. */
const UNMATCHED = 0.1;

export interface SelfBleuOptions {
  /** More texts than that are sampled: with more references BLEU is higher, so that only equal numbers compare. Default 1000. */
  readonly limit?: number;
  readonly seed: number;
}

/**
 * Mean over texts of BLEU-4 of the text, all others being its references, 0..1, lower is more various (Zhu et al. 2018, "Texygen",
 * section 3.2). NaN for fewer than two. In one pass: of each n-gram it is enough to know the two texts that have it most often.
 */
export function selfBleu<Token>(texts: readonly (readonly Token[])[], { limit = 1000, seed }: SelfBleuOptions): number {
  const chosen = Array.from(sampleIndices(texts.length, limit, seed), (i) => texts[i]);
  if (chosen.length < 2) return Number.NaN;
  const ngrams = new Ngrams<Token>();
  const counts = chosen.map((text) => ngrams.of(text, BLEU_ORDER).map(counted));
  const most = new Map<number, { readonly text: number; readonly count: number; readonly second: number }>();
  for (const [text, byLength] of counts.entries())
    for (const [ngram, count] of byLength.flatMap((found) => [...found])) {
      const known = most.get(ngram) ?? { text: -1, count: 0, second: 0 };
      if (count > known.count) most.set(ngram, { text, count, second: known.count });
      else if (count > known.second) most.set(ngram, { ...known, second: count });
    }
  const ofOthers = (ngram: number, text: number): number => {
    const known = most.get(ngram)!;
    return known.text === text ? known.second : known.count;
  };
  const lengths = chosen.map((text) => text.length);
  const sum = counts.reduce((total, byLength, text) => {
    const overlap = {
      matches: byLength.map((found) =>
        [...found].reduce((all, [ngram, count]) => all + Math.min(count, ofOthers(ngram, text)), 0),
      ),
      totals: byLength.map((_, n) => Math.max(1, lengths[text] - n)),
      length: lengths[text],
      referenceLength: closest(lengths[text], lengths.toSpliced(text, 1)),
    };
    return total + bleuOf(overlap, (count) => UNMATCHED / count);
  }, 0);
  return sum / chosen.length;
}
