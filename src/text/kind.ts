/** What a kind of tokenizer answers: what it counts, how it learns from the counts, how it is written down. */

import type { Tokenizer } from "./tokenizer.js";

export const KINDS = ["characters", "words", "bpe"] as const;
export type KindName = (typeof KINDS)[number];

export interface VocabularyOptions {
  /** Most tokens, special ones and bytes included. */
  readonly vocabulary: number;
  /** What is rarer in the training text gets no token. */
  readonly minCount: number;
}

export interface TokenizerKind {
  readonly name: KindName;
  readonly defaults: VocabularyOptions;
  /** Tokens that are there whatever the text: special ones, and bytes where there are any. */
  readonly base: readonly string[];
  /** tokenizer.json but for what is learnt: parts as the Python package writes them, `model` without vocabulary and merges. */
  readonly form: TokenizerForm;
  /** Calls `count` for each piece of a well-formed text that training counts. */
  pieces(text: string, count: (piece: string) => void): void;
  /** `pause` is called between steps: long work lets others run, and may be stopped. */
  learn(
    counts: ReadonlyMap<string, number>,
    options: VocabularyOptions,
    pause: () => Promise<void>,
  ): Promise<Vocabulary>;
  /** E_MODEL, naming `at`, where the vocabulary is none of this kind. */
  open(vocabulary: Vocabulary, at: string): Tokenizer;
}

/** What is learnt. */
export interface Vocabulary {
  /** By id. */
  readonly tokens: readonly string[];
  /** Pairs of tokens that become one, first come first; only where the model has merges. */
  readonly merges?: readonly Merge[];
}
export type Merge = readonly [left: string, right: string];

export interface TokenizerForm {
  readonly normalizer: null;
  readonly pre_tokenizer: Readonly<Record<string, unknown>> | null;
  readonly post_processor: null;
  readonly decoder: Readonly<Record<string, unknown>> | null;
  readonly model: Readonly<Record<string, unknown>> & { readonly type: "BPE" | "WordLevel" };
}
