/** Which kind of tokenizer suits a text, from a sample of it. */

import type { KindName, VocabularyOptions } from "./kind.js";
import { SPECIAL_TOKENS, UNKNOWN } from "./tokenizer.js";

export interface TokenizerChoice {
  readonly kind: KindName;
  /** One sentence for a person. */
  readonly why: string;
  /** For `trainTokenizer`; the rest is the kind's default. */
  readonly options: Partial<VocabularyOptions>;
}

/** Written without blanks between words, so that a piece between blanks is a sentence. */
const NO_BLANKS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/gu;
const VISIBLE = /\P{White_Space}/gu;
/** Share of visible characters. */
const MOSTLY = 0.3;
/** Share of texts in which "<unk>" stands as a word: one alone may be about tokenizers. */
const GIVEN_VOCABULARY = 0.01;

/** `texts` is how many there are beside the sample, itself included: what is rare in much text is worth a token. */
export function chooseTokenizer(sample: readonly string[], texts = sample.length): TokenizerChoice {
  const count = (pattern: RegExp) => sample.reduce((sum, text) => sum + (text.match(pattern)?.length ?? 0), 0);
  const share = count(NO_BLANKS) / Math.max(1, count(VISIBLE));
  if (share > MOSTLY)
    return {
      kind: "characters",
      why: `${percent(share)} of the characters belong to scripts that leave no blanks between words`,
      options: {},
    };
  const unknown = SPECIAL_TOKENS[UNKNOWN];
  const given = sample.filter((text) => text.split(/\s+/).includes(unknown)).length / Math.max(1, sample.length);
  if (given >= GIVEN_VOCABULARY)
    return {
      kind: "words",
      why: `${percent(given)} of the texts have the word "${unknown}": their vocabulary is given`,
      options: { minCount: 1 },
    };
  const seen = sample.reduce((sum, { length }) => sum + length, 0);
  const vocabulary = vocabularyFor((seen / Math.max(1, sample.length)) * texts);
  return {
    kind: "bpe",
    why: `pieces of words, a vocabulary of ${vocabulary} for this much text`,
    options: { vocabulary },
  };
}

/**
 * 2 sqrt(characters), from 500 to 8000. Measured on code, verse and news of 0.1 to 5 MB: half of the learnt tokens then occur
 * 30 times or more, while a token is 2.5 to 4 characters long. 20,000 lines of code get 1900, 40,000 lines of verse 2100.
 */
function vocabularyFor(characters: number): number {
  const tokens = 100 * Math.round((2 * Math.sqrt(characters)) / 100);
  return Math.min(8000, Math.max(500, tokens));
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;
