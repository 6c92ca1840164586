/** How the options of a verb say that texts are written. */

import type { Field } from "../../fields/list.js";
import { type TextSchema, tokenizerOf } from "../../fields/text.js";
import { pattern } from "../../text/writing/pattern.js";
import type { TextRequest } from "../forms/form.js";
import type { WritingOptions } from "./write-texts.js";

/** Draws each token, or searches for the likeliest text where a beam is asked for; of the form that is asked for. */
export function writingOf(
  { tokenTemperature, topP, beam, form }: TextRequest,
  field: Field,
  { seed, signal }: { readonly seed: number; readonly signal?: AbortSignal },
): WritingOptions {
  return {
    strategy: beam === undefined ? { by: "sampling", tokenTemperature, topP, seed } : { by: "beam", width: beam },
    constraint: form === undefined ? undefined : pattern(tokenizerOf(field.schema as TextSchema), form),
    signal,
  };
}
