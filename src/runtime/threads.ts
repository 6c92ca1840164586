/** How many threads an engine computes with: what may be asked for, and what a page allows. */

import { VaekitError } from "../errors.js";
import type { EngineOptions } from "./engine.js";

/** More threads than this rarely help models of this size in WebAssembly, where waiting threads keep their cores busy. */
export const MAX_WASM_THREADS = 4;

/** E_OPTION unless it is a whole number from 1, or left to the engine. */
export function checkThreads(threads: number | undefined): void {
  if (threads === undefined || (Number.isInteger(threads) && threads >= 1)) return;
  throw new VaekitError(
    "E_OPTION",
    `invalid threads: got ${threads}, expected a whole number from 1`,
    "Leave it out for as many as suit this machine.",
  );
}

/** Whether this runs in a browser; Node has no such variable. */
export function isPage(): boolean {
  return typeof globalThis.crossOriginIsolated === "boolean";
}

/**
 * Threads for WebAssembly: what is asked for, else one per core, at most 4. A page that is not cross-origin isolated may
 * not share memory between threads: it has one, and a notice says why. E_OPTION as `checkThreads`.
 */
export function wasmThreads({ threads, onNotice }: EngineOptions): number {
  checkThreads(threads);
  const wanted = threads ?? Math.min(globalThis.navigator?.hardwareConcurrency ?? 1, MAX_WASM_THREADS);
  if (wanted === 1 || !isPage() || globalThis.crossOriginIsolated) return wanted;
  onNotice?.(
    `this page is not cross-origin isolated: computing on one thread in place of ${wanted}. More need the headers ` +
      '"Cross-Origin-Opener-Policy: same-origin" and "Cross-Origin-Embedder-Policy: require-corp"',
  );
  return 1;
}
