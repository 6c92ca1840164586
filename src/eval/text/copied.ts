/** Copies: how many of the texts written stand in the training texts. */

/** Share of texts that are equal to a training text, 0..1, lower is better; NaN without texts. */
export function copied(texts: readonly string[], training: ReadonlySet<string>): number {
  return texts.filter((text) => training.has(text)).length / texts.length;
}
