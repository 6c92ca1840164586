/** How the options of a verb say that texts are written. */

import type { Field } from "../../fields/list.js";
import { type TextSchema, tokenizerOf } from "../../fields/text.js";
import type { Tokenizer } from "../../text/tokenizer.js";
import { type Constraint, every } from "../../text/writing/constraint.js";
import { pattern } from "../../text/writing/pattern.js";
import type { TextRequest } from "../forms/form.js";
import type { WritingOptions } from "./write-texts.js";

/** What may be written, in terms of a model's tokens. @example (tokenizer) => allowedCharacters(tokenizer, /[a-z ]/) */
export type ConstraintFor = (tokenizer: Tokenizer) => Constraint;

/** Draws each token, or searches for the likeliest text where a beam is asked for; of the form that is asked for. */
export function writingOf(
  { tokenTemperature, topP, beam, form, constraint }: TextRequest & { readonly constraint?: ConstraintFor },
  field: Field,
  { seed, signal }: { readonly seed: number; readonly signal?: AbortSignal },
): WritingOptions {
  const tokenizer = tokenizerOf(field.schema as TextSchema);
  const asked = [
    ...(form === undefined ? [] : [pattern(tokenizer, form)]),
    ...(constraint ? [constraint(tokenizer)] : []),
  ];
  return {
    strategy: beam === undefined ? { by: "sampling", tokenTemperature, topP, seed } : { by: "beam", width: beam },
    constraint: asked.length === 0 ? undefined : every(...asked),
    signal,
  };
}
