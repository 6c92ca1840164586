/** Texts of a form: so many characters, a comma, so many characters, a full stop. */

import { VaekitError } from "../../errors.js";
import { END, type Tokenizer } from "../tokenizer.js";
import type { Constraint } from "./constraint.js";
import { characterTest, tokenTexts } from "./token-texts.js";

/** Characters that must stand there, or a number of free ones. */
export type FormPart =
  | string
  | {
      readonly characters: number | readonly [least: number, most: number];
      /** What a free character may be; default: letters and numbers of any script. */
      readonly of?: string | RegExp;
    };

const FREE = /[\p{L}\p{M}\p{N}]/u;

/** Place of a form: the character that may stand there. */
interface Place {
  readonly isAllowed: (character: string) => boolean;
  readonly isOptional: boolean;
}
/** Places at which a text may be that began as the form does; the last one is its end. */
interface State {
  readonly places: readonly number[];
  readonly after: Map<string, State | null>;
  mask: Uint8Array | null;
}

/**
 * Texts of a form. In a form that is a string a number stands for so many free characters, and all else for itself. For tokenizers
 * of characters and of byte pairs (else E_OPTION, as for a character that no token has); a character that is written in several
 * tokens, byte by byte, is never free.
 *
 * @example pattern(tokenizer, "5，5。5，5。")
 * @example pattern(tokenizer, [{ characters: [1, 20] }, "\n", { characters: 4, of: "0123456789" }])
 */
export function pattern(tokenizer: Tokenizer, form: string | readonly FormPart[]): Constraint {
  const texts = tokenTexts(tokenizer);
  const parts = typeof form === "string" ? partsOf(form) : form;
  const known = new Set(texts.flatMap((text) => text ?? []));
  for (const character of parts.filter((part) => typeof part === "string").join(""))
    if (!known.has(character))
      throw new VaekitError("E_OPTION", `invalid form: no token has its ${JSON.stringify(character)}`);
  const places = parts.flatMap(placesOf);

  const states = new Map<string, State>();
  const stateAt = (reached: Iterable<number>): State | null => {
    const open = new Set(reached);
    for (const place of open) if (places[place]?.isOptional) open.add(place + 1); // which the loop comes to as well
    if (open.size === 0) return null;
    const sorted = [...open].sort((a, b) => a - b);
    const key = sorted.join();
    const state = states.get(key) ?? { places: sorted, after: new Map(), mask: null };
    states.set(key, state);
    return state;
  };
  const next = (state: State, character: string): State | null => {
    const seen = state.after.get(character);
    if (seen !== undefined) return seen;
    const found = stateAt(
      state.places.filter((place) => places[place]?.isAllowed(character)).map((place) => place + 1),
    );
    state.after.set(character, found);
    return found;
  };
  const walk = (from: State, token: number): State | null => {
    let state: State | null = texts[token] ? from : null;
    for (const character of texts[token] ?? []) state = state && next(state, character);
    return state;
  };
  const maskOf = (state: State): Uint8Array => {
    const mask = Uint8Array.from(texts.keys(), (token) => Number(walk(state, token) !== null));
    mask[END] = Number(state.places.includes(places.length));
    return mask;
  };

  const start = stateAt([0])!;
  const nothing = new Uint8Array(texts.length);
  return ({ tokens }) => {
    let state: State | null = start;
    for (const token of tokens) state = state && walk(state, token);
    if (state === null) return nothing;
    state.mask ??= maskOf(state);
    return state.mask;
  };
}

function partsOf(form: string): FormPart[] {
  return (form.match(/\d+|\D+/g) ?? []).map((part) => (/\d/.test(part) ? { characters: Number(part) } : part));
}

function placesOf(part: FormPart): Place[] {
  if (typeof part === "string")
    return Array.from(part, (character) => ({ isAllowed: (other) => other === character, isOptional: false }));
  const { characters, of = FREE } = part;
  const [least, most] = typeof characters === "number" ? [characters, characters] : characters;
  if (!(Number.isSafeInteger(least) && Number.isSafeInteger(most) && least >= 0 && most >= least))
    throw new VaekitError(
      "E_OPTION",
      `invalid characters of a form: got ${characters}, expected whole numbers, the least first`,
    );
  const isAllowed = characterTest(of);
  return Array.from({ length: most }, (_, i) => ({ isAllowed, isOptional: i >= least }));
}
