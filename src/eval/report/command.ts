/** Commands as a shell reads them. */

/** A path or an address as one word: in quotes where it holds spaces or signs that mean something. */
export function commandWord(text: string): string {
  return /^[\w@%+:,./#=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
