/** Texts of records token by token, with what each token costs. */

import type { Field } from "../../fields/list.js";
import { type TextSchema, tokenizerOf } from "../../fields/text.js";
import { END } from "../../text/tokenizer.js";
import { toTenThousandth } from "../digits.js";
import type { Seen } from "../reasons.js";
import { END_SHOWN, tokenPieces } from "./token-pieces.js";

export interface TokenSurprise {
  /** What it shows of the text. */
  readonly text: string;
  /** What it costs beyond the likeliest token in its place. */
  readonly nats: number;
  /** The likeliest. */
  readonly expected: string;
}
export interface TextSurprise {
  readonly field: string;
  readonly tokens: readonly TokenSurprise[];
}

/** Of record `record` of the `count` that were judged, a text each field that is one. */
export function textSurprises(
  { surprise, means, values }: Seen,
  fields: readonly Field[],
  count: number,
  record: number,
): TextSurprise[] {
  return fields.flatMap((field) => {
    const { name, kind, schema } = field;
    if (!kind.ragged || !surprise[name]) return [];
    const tokenizer = tokenizerOf(schema as TextSchema);
    const ids = values(field, record);
    const [length] = kind.ragged.lengths(Int32Array.from(ids), schema);
    const width = surprise[name].length / count;
    const tokens = tokenPieces(ids.subarray(0, length), tokenizer).map((text, i) => {
      const likeliest = means[name][record * width + i];
      const expected = likeliest === END ? END_SHOWN : tokenizer.decode([likeliest]);
      return { text, nats: toTenThousandth(surprise[name][record * width + i]), expected };
    });
    return [{ field: name, tokens }];
  });
}

/** A token stands out where it costs at least this share of the dearest of its text. */
const MARKED = 2 / 3;

/** A text in which the tokens that stand out are marked. */
export function markedText({ tokens }: TextSurprise, mark: (text: string) => string): string {
  const least = MARKED * Math.max(...tokens.map(({ nats }) => nats));
  let text = "";
  for (const { text: own, nats } of tokens) {
    const blanks = own.length - own.trimStart().length;
    const isMarked = nats > 0 && nats >= least && own.trim() !== "";
    const shown = own === END_SHOWN && !isMarked ? "" : own;
    text += isMarked ? shown.slice(0, blanks) + mark(shown.slice(blanks)) : shown;
  }
  return text;
}
