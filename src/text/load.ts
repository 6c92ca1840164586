/** A tokenizer out of a tokenizer.json, or learnt from texts. */

import { unknown, VaekitError } from "../errors.js";
import { bpe } from "./bpe.js";
import { characters } from "./characters.js";
import { countPieces, pauses, type Texts } from "./counts.js";
import { KINDS, type KindName, type TokenizerKind, type VocabularyOptions } from "./kind.js";
import type { Tokenizer } from "./tokenizer.js";
import { damaged, parseTokenizerJson } from "./tokenizer-json.js";
import { words } from "./words.js";

const kinds: Readonly<Record<KindName, TokenizerKind>> = { characters, words, bpe };

export interface TrainTokenizerOptions extends Partial<VocabularyOptions> {
  readonly signal?: AbortSignal;
}

/**
 * Learns a vocabulary; the same texts give the same one. Defaults are the kind's own. E_UNKNOWN for a kind that there is
 * not, E_OPTION for a vocabulary too small for the kind's base, E_INTERRUPTED.
 */
export async function trainTokenizer(
  kind: KindName,
  texts: Texts,
  { signal, ...given }: TrainTokenizerOptions = {},
): Promise<Tokenizer> {
  if (!Object.hasOwn(kinds, kind)) throw unknown("tokenizer", kind, KINDS);
  const { defaults, base, pieces, learn, open } = kinds[kind];
  const { vocabulary = defaults.vocabulary, minCount = defaults.minCount } = given;
  if (!Number.isInteger(vocabulary) || vocabulary < base.length)
    throw new VaekitError(
      "E_OPTION",
      `vocabulary: got ${vocabulary}, expected a whole number from ${base.length}, the tokens that ${kind} has without training`,
    );
  const pause = pauses(signal);
  const counts = await countPieces(texts, pieces, pause);
  return open(await learn(counts, { vocabulary, minCount }, pause), "the tokenizer");
}

/** The tokenizer in the text of a tokenizer.json. E_MODEL, naming the file `at`, as `tokenizerFrom` and for a file cut short. */
export function parseTokenizer(text: string, at = FILE): Tokenizer {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw damaged(at, `no JSON: truncated or damaged (${text.length} characters)`);
  }
  return tokenizerFrom(json, at);
}
const FILE = "tokenizer.json";

/** The tokenizer that a parsed tokenizer.json describes. E_MODEL, naming the file `at`, for one damaged or not of ours. */
export function tokenizerFrom(json: unknown, at = FILE): Tokenizer {
  const all = Object.values(kinds);
  const { form, vocabulary } = parseTokenizerJson(
    json,
    all.map(({ form }) => form),
    at,
  );
  return all.find((kind) => kind.form === form)!.open(vocabulary, at);
}
