/** A language model that is a table: what comes next depends on the row's table and the last token alone. */

import type { TokenModel } from "../../src/text/writing/token-model.js";

/** Log-probabilities [last token][next token], unnormalised; one table a row. */
export type Bigrams = readonly (readonly number[])[];

export class BigramModel implements TokenModel {
  readonly vocabulary: number;
  readonly choose = null;
  /** How many rows each call of `next` had. */
  readonly asked: number[] = [];
  #live: Bigrams[] = [];

  constructor(readonly tables: readonly Bigrams[]) {
    this.vocabulary = tables[0].length;
  }

  get rows(): number {
    return this.#live.length;
  }

  async start(): Promise<void> {
    this.#live = [...this.tables];
  }

  async next(tokens: Int32Array): Promise<Float32Array> {
    if (tokens.length !== this.rows) throw new Error(`${tokens.length} tokens for ${this.rows} rows`);
    this.asked.push(tokens.length);
    return Float32Array.from(this.#live.flatMap((table, row) => table[tokens[row]]));
  }

  select(parents: Int32Array): void {
    this.#live = Array.from(parents, (parent) => this.#live[parent]);
  }
}

/** log p(next | last), normalised. */
export function logProbOf(table: Bigrams, last: number, next: number): number {
  return table[last][next] - Math.log(table[last].reduce((sum, value) => sum + Math.exp(value), 0));
}
