/** The Python side: where its interpreter is, and its step server as a contender. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Contender } from "./alternate.js";
import { type Failed, startServer } from "./server.js";

/** Where `npm run bench:setup` puts the interpreter. */
export function venvPython(root: string): string {
  return process.platform === "win32"
    ? join(root, ".venv", "Scripts", "python.exe")
    : join(root, ".venv", "bin", "python");
}

/** VAEKIT_PYTHON, else the repository's .venv, else null. */
export function findPython(root: string): string | null {
  if (process.env.VAEKIT_PYTHON) return process.env.VAEKIT_PYTHON;
  const own = venvPython(root);
  return existsSync(own) ? own : null;
}

export const NO_PYTHON = "No PyTorch beside it: run `npm run bench:setup`, or set VAEKIT_PYTHON.";

/** The path of a script of bench/peers. */
export function peerScript(root: string, name: string): string {
  return join(root, "bench", "peers", name);
}

export interface PeerStepOptions {
  readonly root: string;
  readonly python: string;
  /** A problem of bench/peers/step.py. */
  readonly model: string;
  readonly batch: number;
  readonly threads: number;
  /** "eager", or words of step.py joined by +. */
  readonly variant: string;
}

/** Starts bench/peers/step.py and waits until it is ready, or says why it cannot be. */
export async function peerSteps(options: PeerStepOptions): Promise<Contender | Failed> {
  const { root, python, model, batch, threads, variant } = options;
  const flags = ["--model", model, "--batch", `${batch}`, "--threads", `${threads}`, "--variant", variant];
  return startServer([python, peerScript(root, "step.py"), ...flags], compilerCache(root));
}

/** Where torch.compile keeps what it has compiled. */
export function compilerCache(root: string): NodeJS.ProcessEnv {
  return { TORCHINDUCTOR_CACHE_DIR: join(root, "bench", ".cache", "inductor") };
}
