/** Columns that look like they tell who somebody is: a model should hardly learn them, and a person should know. */

import type { CellSample } from "../cell.js";

/** This share of the cells look like it. */
const MOST = 0.5;
const EMAIL = /^[^\s@]+@[^\s@]+\.[a-z]{2,}$/i;
const CARD_DIGITS = /^\d(?:[ -]?\d){12,18}$/;
const NAME_WORDS = /^[\p{Lu}][\p{L}'’.-]+(?:,? +[\p{Lu}][\p{L}'’.-]*)+$/u;
const NAME_HEADER = /(^|[_\s-])((first|last|full|sur|family|given)[_\s-]?)?name$/i;
/** Names of people seldom repeat. */
const NAMES_DISTINCT = 0.5;

/** What a column seems to hold; null: nothing of the kind. */
export function personalData({ name, counts, present }: CellSample): string | null {
  if (present === 0) return null;
  const share = (looks: (text: string) => boolean): number => {
    let found = 0;
    for (const [text, count] of counts) if (looks(text)) found += count;
    return found / present;
  };
  if (share((text) => EMAIL.test(text)) > MOST) return "e-mail addresses";
  if (share((text) => CARD_DIGITS.test(text) && luhn(text)) > MOST) return "card numbers";
  const isNamed = NAME_HEADER.test(name) && counts.size > NAMES_DISTINCT * present;
  if (isNamed && share((text) => NAME_WORDS.test(text)) > MOST) return "names of people";
  return null;
}

/** The checksum of card numbers (ISO/IEC 7812-1). */
function luhn(text: string): boolean {
  const digits = text.replace(/\D/g, "");
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]) * (i % 2 === 1 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}
