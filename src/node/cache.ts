/** Where downloads and decoded pictures are kept. */

import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";

/** VAEKIT_CACHE, else vaekit in XDG_CACHE_HOME, on Windows in LOCALAPPDATA, else ~/.cache/vaekit. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  const { VAEKIT_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = environment;
  if (VAEKIT_CACHE) return resolve(VAEKIT_CACHE);
  // The XDG rule: a path that is not absolute is ignored.
  if (XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME)) return join(XDG_CACHE_HOME, "vaekit");
  if (platform === "win32" && LOCALAPPDATA) return join(LOCALAPPDATA, "vaekit", "cache");
  return join(homedir(), ".cache", "vaekit");
}
