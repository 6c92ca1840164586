#!/usr/bin/env node
/** The command `vaekit`. */

import * as nodeModule from "node:module";
import { importsOf } from "./imports.js";

// Node 22 keeps compiled modules between runs; Node 20 has no such thing.
(nodeModule as { enableCompileCache?: () => void }).enableCompileCache?.();

const words = process.argv.slice(2);
try {
  // This file is a bundle, which holds everything a second time. A user's own parts must meet the modules that they import
  // as `vaekit`, so then the program runs from the files of the package.
  const { runCommand } =
    importsOf(words, process.env).length > 0
      ? ((await import(new URL("./program.js", import.meta.url).href)) as typeof import("./program.js"))
      : await import("./program.js");
  process.exitCode = await runCommand(words);
} catch (error) {
  const { code = "", message } = error as NodeJS.ErrnoException;
  // Too few file handles to load the program itself, and so its own words for it.
  if (code !== "EMFILE") throw error;
  process.stderr.write(`vaekit: E_PATH ${message}\nhint: Raise the limit with: ulimit -n 4096\n`);
  process.exitCode = 3;
}
