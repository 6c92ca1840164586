/** The host that the library uses in a browser where none is given: what `#host` in package.json stands for there. */

import type { Host } from "../host.js";
import { browserHost } from "./host.js";

const host = browserHost();

/** Always the same, so that what one call saves another finds. */
export function defaultHost(): Host {
  return host;
}
