/** Where a command's options come from: flag, then VAEKIT_* in the environment, then the --config file, then the default. */

import { readFile } from "node:fs/promises";
import { didYouMean, VaekitError } from "../errors.js";
import type { Option } from "../verbs/option.js";
import { IMPORT_VARIABLE } from "./imports.js";

/** A value and what to call its place in an error. */
export interface Given {
  readonly value: unknown;
  readonly name: string;
}

/** Variables that are no flags. */
const OTHER_VARIABLES = ["VAEKIT_CACHE", "VAEKIT_DATA", "VAEKIT_DEBUG", IMPORT_VARIABLE];
const PREFIX = "VAEKIT_";

/** @example variableOf({ flag: "free-bits" }) // "VAEKIT_FREE_BITS" */
export function variableOf({ flag }: Pick<Option, "flag">): string {
  return PREFIX + flag.toUpperCase().replace(/[-.]/g, "_");
}

/** What the environment says about `options`. An empty variable says nothing. */
export function fromEnvironment(options: readonly Option[], environment: NodeJS.ProcessEnv): Map<string, Given> {
  const given = new Map<string, Given>();
  for (const option of options) {
    const name = variableOf(option);
    const text = environment[name];
    if (text && !OTHER_VARIABLES.includes(name)) given.set(option.key, { value: option.fromText(text), name });
  }
  return given;
}

/** A warning per variable that looks like ours and belongs to none of `options`. */
export function strangeVariables(options: readonly Option[], environment: NodeJS.ProcessEnv): string[] {
  const known = [...new Set(options.map(variableOf)), ...OTHER_VARIABLES];
  return Object.keys(environment)
    .filter((name) => name.startsWith(PREFIX) && !known.includes(name))
    .map((name) => `${name} is set, but no option is called so. ${didYouMean(name, known)}`);
}

/** What a JSON file says about `options`, by their keys or flags. E_PATH, E_CONFIG. */
export async function fromFile(options: readonly Option[], path: string): Promise<Map<string, Given>> {
  const document = parse(await readText(path), path);
  const given = new Map<string, Given>();
  for (const [name, value] of Object.entries(document)) {
    const option = options.find(({ key, flag }) => key === name || flag === name);
    if (!option) {
      const names = options.map(({ key }) => key);
      throw new VaekitError("E_CONFIG", `${path}: unknown option "${name}"`, didYouMean(name, names));
    }
    const read = typeof value === "string" ? option.fromText(value) : value;
    given.set(option.key, { value: read, name: `"${name}" in ${path}` });
  }
  return given;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new VaekitError("E_PATH", `${path}: cannot be read as a configuration file`, undefined, { cause });
  }
}

function parse(text: string, path: string): Readonly<Record<string, unknown>> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new VaekitError("E_CONFIG", `${path}: ${(cause as Error).message}`, "A configuration file is JSON.", {
      cause,
    });
  }
  if (typeof document === "object" && document !== null && !Array.isArray(document))
    return document as Record<string, unknown>;
  throw new VaekitError("E_CONFIG", `${path}: expected a JSON object of options`);
}
