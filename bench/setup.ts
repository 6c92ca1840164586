/** `npm run bench:setup`: makes .venv with what the PyTorch peers need. Benchmarks run without it, beside nobody. */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { peerScript, venvPython } from "./harness/peer.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const system = process.env.VAEKIT_PYTHON ?? (process.platform === "win32" ? "python" : "python3");

/** Exit code; output goes to the terminal. */
function run(command: string, ...args: string[]): number {
  console.error(`$ ${[command, ...args].join(" ")}`);
  return spawnSync(command, args, { cwd: root, stdio: "inherit" }).status ?? 1;
}

function setup(): number {
  if (spawnSync(system, ["--version"]).status !== 0) {
    console.error(`No ${system} here, so no PyTorch peers. Install Python 3.11 or newer, or set VAEKIT_PYTHON.`);
    return 0;
  }
  const python = venvPython(root);
  if (!existsSync(python)) {
    const code = run(system, "-m", "venv", join(root, ".venv"));
    if (code !== 0) return code;
  }
  return run(python, "-m", "pip", "install", "--quiet", "--requirement", peerScript(root, "requirements.txt"));
}

process.exitCode = setup();
