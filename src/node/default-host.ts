/** The host that the library uses in Node where none is given: what `#host` in package.json stands for. */

export { nodeHost as defaultHost } from "./host.js";
