/** What can be wrong with the parameters of a bank, on whatever device it is. */

import { VaekitError } from "../errors.js";

export const SMALLER_NET = "Choose a smaller net: fewer or narrower layers, or smaller pictures.";

export function sameName(name: string): VaekitError {
  return new VaekitError("E_SHAPE", `two parameters are named "${name}"`);
}

/** Values of another number than `what` holds. */
export function misfit(what: string, got: number, expected: number): VaekitError {
  return new VaekitError("E_SHAPE", `values do not fit ${what}: got ${got} numbers, expected ${expected}`);
}
