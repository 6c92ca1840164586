#!/usr/bin/env node
/** The command `vaekit`. */

import * as nodeModule from "node:module";

// Node 22 keeps compiled modules between runs; Node 20 has no such thing.
(nodeModule as { enableCompileCache?: () => void }).enableCompileCache?.();

try {
  const { runCommand } = await import("./program.js");
  process.exitCode = await runCommand(process.argv.slice(2));
} catch (error) {
  const { code = "", message } = error as NodeJS.ErrnoException;
  // Too few file handles to load the program itself, and so its own words for it.
  if (code !== "EMFILE") throw error;
  process.stderr.write(`vaekit: E_PATH ${message}\nhint: Raise the limit with: ulimit -n 4096\n`);
  process.exitCode = 3;
}
