/** A file that has to be named, since what goes there cannot be printed. */

import { VaekitError } from "../../errors.js";

/** E_USAGE where there is none. */
export function namedOut(out: string | undefined): string {
  if (out !== undefined) return out;
  throw new VaekitError("E_USAGE", "missing out: such records cannot be printed", "Say where they go: --out FILE.");
}
