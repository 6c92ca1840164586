#!/usr/bin/env node
/** The command `vaekit`. */

import { runCommand } from "./program.js";

process.exitCode = await runCommand(process.argv.slice(2));
