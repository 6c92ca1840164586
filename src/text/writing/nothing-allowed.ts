/** The error for a text that cannot go on. */

import { VaekitError } from "../../errors.js";
import type { TextSoFar } from "./constraint.js";

export function nothingAllowed({ tokens, row }: TextSoFar): VaekitError {
  return new VaekitError(
    "E_OPTION",
    `text ${row} cannot go on after ${tokens.length} tokens: none that the constraint allows has a probability`,
    "A constraint must allow a token, or END, after every text that it lets come about.",
  );
}
