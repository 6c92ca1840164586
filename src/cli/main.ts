#!/usr/bin/env node
/** The command `vaekit`. */

import * as nodeModule from "node:module";

// Node 22 keeps compiled modules between runs; Node 20 has no such thing.
(nodeModule as { enableCompileCache?: () => void }).enableCompileCache?.();

const { runCommand } = await import("./program.js");
process.exitCode = await runCommand(process.argv.slice(2));
