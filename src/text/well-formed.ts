/** Text in which every surrogate has its partner. */

/** With U+FFFD for each lone surrogate, which has no UTF-8; as long as `text`. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}
