/** A part with its options, as a configuration asks for it. */

import { VaekitError } from "../errors.js";
import type { PartConfig } from "./config.js";
import type { Part } from "./parts.js";

/** A part with its options. */
export interface Chosen<P extends Part<object>> {
  readonly part: P;
  readonly options: object;
}

/** The part with its options checked and defaults filled in. E_CONFIG names the option that does not fit. */
export function choose<P extends Part<object>>(part: P, { name, ...given }: PartConfig): Chosen<P> {
  const parsed = part.options.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new VaekitError("E_CONFIG", `options of "${name}": ${issue.path.join(".") || "options"}: ${issue.message}`);
  }
  return { part, options: parsed.data };
}
