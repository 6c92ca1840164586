/** Learns the merges of byte-pair encoding (Sennrich et al. 2016) from words and how often each occurs. */

import { Heap } from "./heap.js";
import type { Merge, Vocabulary, VocabularyOptions } from "./kind.js";

/** A pair of tokens next to each other, as one number: left * stride + right. */
type Pair = number;

interface Candidate {
  readonly pair: Pair;
  /** When it was put in line; it may have become rarer since. */
  readonly count: number;
  /** Words that may hold it. */
  readonly words: readonly number[];
}

export interface TrainingWord {
  /** Ids of its bytes. */
  readonly ids: ArrayLike<number>;
  readonly count: number;
}

/**
 * The commonest pair is merged, over and over; of equal count, the one whose left token has the lower id, then the right:
 * the rule of Hugging Face's trainer, which gives the same merges. Counts of pairs are kept up to date word by word, as only words
 * that hold the merged pair change.
 */
export async function learnMerges(
  training: readonly TrainingWord[],
  base: readonly string[],
  { vocabulary, minCount }: VocabularyOptions,
  pause: () => Promise<void>,
): Promise<Vocabulary> {
  const tokens = [...base];
  const merges: Merge[] = [];
  const words = new Words(training, vocabulary);
  const queue = new Heap<Candidate>((a, b) => a.count > b.count || (a.count === b.count && a.pair < b.pair));
  const enqueue = (): void => {
    for (const [pair, at] of words.takeGrown()) {
      const count = words.countOf(pair);
      if (count > 0) queue.push({ pair, count, words: at });
    }
  };
  enqueue();
  while (tokens.length < vocabulary) {
    const best = queue.pop();
    if (!best) break;
    const count = words.countOf(best.pair);
    if (count !== best.count) {
      queue.push({ ...best, count });
      continue;
    }
    if (count < Math.max(1, minCount)) break;
    const [left, right] = [Math.floor(best.pair / vocabulary), best.pair % vocabulary];
    const merge = [tokens[left], tokens[right]] as const;
    // A new token each time: what is inside a token was merged without regard to its surroundings, so in one way only.
    const id = tokens.push(merge.join("")) - 1;
    merges.push(merge);
    for (const word of best.words) words.merge(word, left, right, id);
    enqueue();
    await pause();
  }
  return { tokens, merges };
}

/** Words as tokens so far, and how often each pair occurs in them. */
class Words {
  readonly #stride: number;
  /** Ids of all words, one after the other; a word that was merged leaves its last places unused. */
  readonly #ids: Int32Array;
  readonly #starts: Int32Array;
  readonly #lengths: Int32Array;
  readonly #times: Float64Array;
  readonly #counts = new Map<Pair, number>();
  /** Pairs that came up since they were last taken, and the words where. */
  #grown = new Map<Pair, number[]>();

  constructor(words: readonly TrainingWord[], stride: number) {
    this.#stride = stride;
    this.#lengths = Int32Array.from(words, ({ ids }) => ids.length);
    this.#times = Float64Array.from(words, ({ count }) => count);
    this.#starts = new Int32Array(words.length);
    this.#ids = new Int32Array(this.#lengths.reduce((sum, length) => sum + length, 0));
    let start = 0;
    for (let word = 0; word < words.length; word++) {
      const { ids } = words[word];
      this.#starts[word] = start;
      this.#ids.set(ids, start);
      for (let i = 1; i < ids.length; i++) this.#add(ids[i - 1], ids[i], word);
      start += ids.length;
    }
  }

  countOf(pair: Pair): number {
    return this.#counts.get(pair) ?? 0;
  }

  takeGrown(): Map<Pair, number[]> {
    const grown = this.#grown;
    this.#grown = new Map();
    return grown;
  }

  /** Puts `id` in place of each left right of a word, first come first. */
  merge(word: number, left: number, right: number, id: number): void {
    const ids = this.#ids;
    const start = this.#starts[word];
    const end = start + this.#lengths[word];
    let to = start;
    for (let from = start; from < end; from++, to++) {
      if (ids[from] !== left || from + 1 === end || ids[from + 1] !== right) {
        ids[to] = ids[from];
        continue;
      }
      if (to > start) {
        this.#remove(ids[to - 1], left, word);
        this.#add(ids[to - 1], id, word);
      }
      if (from + 2 < end) {
        this.#remove(right, ids[from + 2], word);
        this.#add(id, ids[from + 2], word);
      }
      ids[to] = id;
      from++;
    }
    this.#lengths[word] = to - start;
  }

  #add(left: number, right: number, word: number): void {
    const pair = left * this.#stride + right;
    this.#counts.set(pair, (this.#counts.get(pair) ?? 0) + this.#times[word]);
    const at = this.#grown.get(pair);
    if (!at) this.#grown.set(pair, [word]);
    else if (at[at.length - 1] !== word) at.push(word);
  }

  #remove(left: number, right: number, word: number): void {
    const pair = left * this.#stride + right;
    this.#counts.set(pair, (this.#counts.get(pair) ?? 0) - this.#times[word]);
  }
}
