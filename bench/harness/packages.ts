/** npm packages that only a benchmark needs: installed on demand into a folder that git ignores, never dependencies of vaekit. */

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** `folder` with `packages` ("name@version") in its node_modules; npm is asked where one is missing or of another version. */
export async function installed(folder: string, packages: readonly string[]): Promise<string> {
  if (packages.every((wanted) => isThere(folder, wanted))) return folder;
  await mkdir(folder, { recursive: true });
  if (!existsSync(join(folder, "package.json"))) await writeFile(join(folder, "package.json"), '{ "private": true }\n');
  console.error(`installing ${packages.join(" ")} into ${folder}`);
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const { status } = spawnSync(npm, ["install", ...flags, ...packages], {
    cwd: folder,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error(`npm install ${packages.join(" ")} ended with status ${status}`);
  return folder;
}

function isThere(folder: string, wanted: string): boolean {
  const at = wanted.lastIndexOf("@");
  const manifest = join(folder, "node_modules", wanted.slice(0, at), "package.json");
  if (!existsSync(manifest)) return false;
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version === wanted.slice(at + 1);
}
