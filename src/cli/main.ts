#!/usr/bin/env node
/** The command `vaekit`. */

import * as nodeModule from "node:module";
import { importsOf } from "./imports.js";

// Node 22 keeps compiled modules between runs; Node 20 has no such thing.
(nodeModule as { enableCompileCache?: () => void }).enableCompileCache?.();

const words = process.argv.slice(2);
// This file is a bundle, which holds everything a second time. A user's own parts must meet the modules that they import
// as `vaekit`, so then the program runs from the files of the package.
const { runCommand } =
  importsOf(words, process.env).length > 0
    ? ((await import(new URL("./program.js", import.meta.url).href)) as typeof import("./program.js"))
    : await import("./program.js");
process.exitCode = await runCommand(words);
