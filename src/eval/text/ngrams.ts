/** n-grams of texts as numbers, so that they can be counted fast. */

/** Gives equal n-grams the same number and others another, whatever their lengths. */
export class Ngrams<Token> {
  readonly #tokens = new Map<Token, number>();
  readonly #continued = new Map<number, number>();

  /** Numbers of a text's n-grams, [n - 1][place], n = 1..order. */
  of(text: readonly Token[], order: number): number[][] {
    const tokens = text.map((token) => numbered(this.#tokens, token));
    const byLength: number[][] = [];
    for (let n = 1; n <= order; n++) {
      const shorter = byLength.at(-1);
      const count = Math.max(0, tokens.length - n + 1);
      byLength.push(
        Array.from({ length: count }, (_, i) =>
          // An n-gram is one shorter and a token: 2^26 tokens and 2^27 n-grams have keys of their own. 0 is the empty one.
          numbered(this.#continued, (shorter?.[i] ?? 0) * 2 ** 26 + tokens[i + n - 1]),
        ),
      );
    }
    return byLength;
  }
}

function numbered<Key>(numbers: Map<Key, number>, key: Key): number {
  const known = numbers.get(key);
  if (known !== undefined) return known;
  numbers.set(key, numbers.size + 1);
  return numbers.size;
}

/** How often each comes. */
export function counted(ngrams: Iterable<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (const ngram of ngrams) counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  return counts;
}
