/** The PyTorch side: where its interpreter is, and its step server as a contender. */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Contender } from "./alternate.js";

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
export async function peerSteps(options: PeerStepOptions): Promise<Contender | { readonly failed: string }> {
  const { root, python, model, batch, threads, variant } = options;
  const script = peerScript(root, "step.py");
  const flags = ["--model", model, "--batch", `${batch}`, "--threads", `${threads}`, "--variant", variant];
  const child = spawn(python, [script, ...flags], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, TORCHINDUCTOR_CACHE_DIR: join(root, "bench", ".cache", "inductor") },
  });
  const failed = new Promise<never>((_, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`${script} ended with exit code ${code}`)));
  });
  failed.catch(() => {}); // its end after close() is no failure
  child.stdin.on("error", () => {}); // told by `failed`
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  async function answer(): Promise<Record<string, unknown>> {
    const { value, done } = await Promise.race([lines.next(), failed]);
    if (done) return failed;
    return JSON.parse(value as string) as Record<string, unknown>;
  }

  const { failed: why } = await answer();
  if (typeof why === "string") return { failed: why };
  return {
    async run(steps) {
      child.stdin.write(`run ${steps}\n`);
      const reply = await answer();
      if (!Array.isArray(reply.ms)) throw new Error(`${script} answered ${JSON.stringify(reply)}`);
      return reply.ms as number[];
    },
    async close() {
      child.stdin.end();
      await failed.catch(() => {});
    },
  };
}
