/** An n-gram language model with modified Kneser-Ney smoothing: what a neural one must be better than. */

import { Ngrams } from "../../src/eval/text/ngrams.js";
import { END, START } from "../../src/text/tokenizer.js";

export interface NgramOptions {
  /** Tokens of an n-gram: the last is foreseen by those before. Default 3. */
  readonly order?: number;
  /** How many different tokens may come next, END among them: a token never seen has a share of 1 / vocabulary. */
  readonly vocabulary: number;
}

/** What came after a context. */
interface Context {
  total: number;
  /** How many tokens came with a count of 1, of 2, of 3 or more. */
  readonly kinds: [number, number, number];
}
type Discounts = readonly [number, number, number];

/**
 * p(w | h) = (c(hw) - D(c(hw))) / c(h) + share(h) p(w | h'), h' being h without its first token, down to the uniform
 * distribution. c is the count of an n-gram of full order or that begins a sequence, else the number of different tokens
 * that came before it; D is one of three discounts, by c (Chen & Goodman 1998, section 3; what begins a sequence as KenLM
 * has it, Heafield et al. 2013, section 3.2).
 */
export class KneserNey {
  readonly #order: number;
  readonly #vocabulary: number;
  readonly #ngrams = new Ngrams<number>();
  readonly #counts = new Map<number, number>();
  readonly #contexts = new Map<number, Context>();
  /** By n - 1. */
  readonly #discounts: Discounts[] = [];

  constructor(sequences: Iterable<readonly number[]>, { order = 3, vocabulary }: NgramOptions) {
    this.#order = order;
    this.#vocabulary = vocabulary;
    const contextOf = Array.from({ length: order }, () => new Map<number, number>()); // of every n-gram, by n - 1
    const add = (ngram: number) => this.#counts.set(ngram, (this.#counts.get(ngram) ?? 0) + 1);
    for (const sequence of sequences) {
      const byLength = this.#ngrams.of([START, ...sequence, END], order);
      for (const [shorter, ngrams] of byLength.entries()) {
        for (const [place, ngram] of ngrams.entries()) {
          if (shorter === 0 && place === 0) continue; // START is not foreseen
          if (shorter + 1 === order || place === 0) add(ngram);
          if (contextOf[shorter].has(ngram)) continue;
          contextOf[shorter].set(ngram, shorter === 0 ? NO_CONTEXT : byLength[shorter - 1][place]);
          if (shorter > 0) add(byLength[shorter - 1][place + 1]); // one token more that came before
        }
      }
    }
    for (const ngrams of contextOf) {
      const countsOfCounts = [0, 0, 0, 0];
      for (const [ngram, context] of ngrams) {
        const count = this.#counts.get(ngram)!;
        if (count <= 4) countsOfCounts[count - 1]++;
        const after = this.#contexts.get(context) ?? { total: 0, kinds: [0, 0, 0] };
        after.total += count;
        after.kinds[Math.min(count, 3) - 1]++;
        this.#contexts.set(context, after);
      }
      this.#discounts.push(discountsOf(countsOfCounts));
    }
  }

  /** -log p(sequence and its end), nats. */
  nats(sequence: readonly number[]): number {
    const byLength = this.#ngrams.of([START, ...sequence, END], this.#order);
    let nats = 0;
    for (let place = 1; place < sequence.length + 2; place++) nats -= Math.log(this.#probability(byLength, place));
    return nats;
  }

  /** p(token | the tokens before it, from the beginning). */
  probability(before: readonly number[], token: number): number {
    return this.#probability(this.#ngrams.of([START, ...before, token], this.#order), before.length + 1);
  }

  /** Of the token at `end`, from the shortest context to the longest that came. */
  #probability(byLength: readonly (readonly number[])[], end: number): number {
    let probability = 1 / this.#vocabulary;
    for (let length = 0; length < this.#order && length <= end; length++) {
      const place = end - length;
      const context = this.#contexts.get(length === 0 ? NO_CONTEXT : byLength[length - 1][place]);
      if (!context) break;
      const discounts = this.#discounts[length];
      const count = this.#counts.get(byLength[length][place]) ?? 0;
      const own = count > 0 ? count - discounts[Math.min(count, 3) - 1] : 0;
      const left = context.kinds.reduce((sum, tokens, kind) => sum + tokens * discounts[kind], 0);
      probability = (own + left * probability) / context.total;
    }
    return probability;
  }
}

const NO_CONTEXT = 0; // which no n-gram has as its number
/** Where a text is too small to estimate discounts, as KenLM has them. */
const FALLBACK: Discounts = [0.5, 1, 1.5];

/** D_k = k - (k + 1) Y n_{k+1} / n_k with Y = n_1 / (n_1 + 2 n_2), from the numbers n_k of n-grams of count k. */
function discountsOf([n1, n2, n3, n4]: readonly number[]): Discounts {
  const y = n1 / (n1 + 2 * n2);
  const discounts: Discounts = [1 - (2 * y * n2) / n1, 2 - (3 * y * n3) / n2, 3 - (4 * y * n4) / n3];
  return discounts.every((discount, k) => discount >= 0 && discount <= k + 1) ? discounts : FALLBACK;
}
