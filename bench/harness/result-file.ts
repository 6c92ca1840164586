/** bench/results/<name>.json: a result with everything needed to judge and repeat it. */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Machine } from "./machine.js";
import type { Result } from "./workload.js";

export interface ResultFile extends Result {
  readonly name: string;
  readonly summary: string;
  /** ISO 8601. */
  readonly date: string;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly threads: number;
  readonly seed: number;
  /** Made with --quick: not to be quoted. */
  readonly quick: boolean;
}

function resultPath(root: string, name: string): string {
  return join(root, "bench", "results", `${name}.json`);
}

export async function saveResult(root: string, file: ResultFile): Promise<string> {
  const path = resultPath(root, file.name);
  await mkdir(join(root, "bench", "results"), { recursive: true });
  await writeFile(path, `${JSON.stringify(file, null, 2)}\n`);
  return path;
}

/** The saved result, or null where the workload has not been run. */
export async function loadResult(root: string, name: string): Promise<ResultFile | null> {
  try {
    return JSON.parse(await readFile(resultPath(root, name), "utf8")) as ResultFile;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
