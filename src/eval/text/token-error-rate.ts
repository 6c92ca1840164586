/** Token error rate: how much of texts must be edited to come from a reconstruction to the text. */

/**
 * Insertions, deletions and changes of tokens (Levenshtein 1966) from reconstructions to their texts, summed, over the tokens of the
 * texts, from 0, lower is better; above 1 where reconstructions are too long. Of words it is the word error rate, of characters the
 * character error rate of speech recognition. NaN where all texts are empty.
 */
export function tokenErrorRate<Token>(
  texts: readonly (readonly Token[])[],
  reconstructions: readonly (readonly Token[])[],
): number {
  const edits = texts.reduce((sum, text, i) => sum + editDistance(reconstructions[i], text), 0);
  return edits / texts.reduce((sum, text) => sum + text.length, 0);
}

/** Fewest insertions, deletions and changes from a to b; a.length b.length steps (Wagner & Fischer 1974). */
export function editDistance<Token>(a: readonly Token[], b: readonly Token[]): number {
  const row = Array.from({ length: b.length + 1 }, (_, j) => j); // to the first j of b
  for (let i = 1; i <= a.length; i++) {
    let diagonal = row[0];
    row[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const changed = diagonal + Number(a[i - 1] !== b[j - 1]);
      diagonal = row[j];
      row[j] = Math.min(row[j] + 1, row[j - 1] + 1, changed);
    }
  }
  return row[b.length];
}
