/** `--import MODULE`: a user's own code, with parts that it registers, loaded before the verb runs. */

import { existsSync } from "node:fs";
import * as nodeModule from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { VaekitError } from "../errors.js";
import { type Context, ownEntries, type Resolution, resolved } from "./import-hooks.js";

export const IMPORT_VARIABLE = "VAEKIT_IMPORT";
const FLAG = "--import";

/** The modules that a command line and the environment name, in their order; in the environment between commas. */
export function importsOf(words: readonly string[], environment: NodeJS.ProcessEnv): string[] {
  const modules = (environment[IMPORT_VARIABLE] ?? "").split(",").filter((name) => name.trim() !== "");
  words.forEach((word, i) => {
    if (word.startsWith(`${FLAG}=`)) modules.push(word.slice(FLAG.length + 1));
    if (word === FLAG && words[i + 1] !== undefined) modules.push(words[i + 1]);
  });
  return modules;
}

/**
 * Imports modules: files by their path, else packages of the project in the working folder. `vaekit` in them is the
 * program that runs, wherever they lie. E_PATH where there is none, E_CONFIG where one fails.
 */
export async function importModules(modules: readonly string[]): Promise<void> {
  if (modules.length > 0) shareOwnModules();
  for (const name of modules) {
    const url = urlOf(name);
    try {
      await import(url);
    } catch (cause) {
      if (cause instanceof VaekitError) throw cause;
      const { message, code } = cause as NodeJS.ErrnoException;
      const hint =
        code === "ERR_UNKNOWN_FILE_EXTENSION"
          ? "Node runs TypeScript from version 22.18 on; else compile it to JavaScript first."
          : undefined;
      throw new VaekitError("E_CONFIG", `${FLAG} ${name}: cannot be loaded: ${message}`, hint, { cause });
    }
  }
}

function urlOf(name: string): string {
  const path = resolve(name);
  if (existsSync(path)) return pathToFileURL(path).href;
  try {
    const found = nodeModule.createRequire(join(process.cwd(), "package.json")).resolve(name);
    return pathToFileURL(found).href;
  } catch (cause) {
    throw new VaekitError("E_PATH", `${FLAG} ${name}: no such file, and no package of this project`, undefined, {
      cause,
    });
  }
}

/** From now on `vaekit` means the modules of this program: another copy would have lists of its own. */
function shareOwnModules(): void {
  const entries = ownEntries(new URL("../../package.json", import.meta.url));
  const { registerHooks } = nodeModule as { registerHooks?: RegisterHooks };
  if (registerHooks) registerHooks({ resolve: (name, context, next) => resolved(name, context, next, entries) });
  else {
    const hooks = new URL("./import-hooks.js", import.meta.url).href;
    nodeModule.register(hooks, { parentURL: import.meta.url, data: entries });
  }
}

/** Node 22.15 and later; the types are those of Node 20. */
type Resolve = (name: string, context: Context, next: (name: string, context: Context) => Resolution) => Resolution;
type RegisterHooks = (hooks: { readonly resolve: Resolve }) => void;
