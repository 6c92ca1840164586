/** Token accuracy: how much of texts is reconstructed in its place. */

/**
 * Positions at which a reconstruction has the token of its text, over all positions of the longer of the two, summed over texts, 0..1,
 * higher is better; 1 only for equal texts. For texts written without a teacher: one token too many early on costs all that
 * follows, which `tokenErrorRate` forgives. NaN where all texts are empty.
 */
export function tokenAccuracy<Token>(
  texts: readonly (readonly Token[])[],
  reconstructions: readonly (readonly Token[])[],
): number {
  let [same, all] = [0, 0];
  for (const [i, text] of texts.entries()) {
    const other = reconstructions[i];
    same += text.filter((token, place) => token === other[place]).length;
    all += Math.max(text.length, other.length);
  }
  return same / all;
}
