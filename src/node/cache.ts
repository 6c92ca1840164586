/** Where downloads and decoded pictures are kept. */

import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";

/** VAEKIT_CACHE, else vaekit in XDG_CACHE_HOME, else ~/.cache/vaekit. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { VAEKIT_CACHE, XDG_CACHE_HOME } = environment;
  if (VAEKIT_CACHE) return resolve(VAEKIT_CACHE);
  // The XDG rule: a path that is not absolute is ignored.
  return join(XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(homedir(), ".cache"), "vaekit");
}
