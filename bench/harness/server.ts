/** A program that waits for `run N` lines, as a contender: it answers each with {"ms": [...]}, and ends with its stdin. */

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Contender } from "./alternate.js";
import { procUsage } from "./process.js";

/** A program that said that it cannot take part. */
export interface Failed {
  readonly failed: string;
}

export interface Server extends Contender {
  /** What it said when it was ready. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** Largest resident set up to its end, in MiB; null before that, and where the system does not tell. */
  peakMiB(): number | null;
}

/** Starts the program and waits until it is ready: its first line, {"failed": why} where it cannot be. */
export async function startServer(command: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Server | Failed> {
  const [name, ...args] = command;
  const child = spawn(name!, args, { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, ...env } });
  const ended = new Promise<never>((_, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`${command.join(" ")}\nended with exit code ${code}`)));
  });
  ended.catch(() => {}); // its end after close() is no failure
  child.stdin.on("error", () => {}); // told by `ended`
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  async function answer(): Promise<Record<string, unknown>> {
    const { value, done } = await Promise.race([lines.next(), ended]);
    if (done) return ended;
    return JSON.parse(value as string) as Record<string, unknown>;
  }

  const ready = await answer();
  if (typeof ready.failed === "string") return { failed: ready.failed };
  let peak: number | null = null;
  return {
    ready,
    peakMiB: () => peak,
    async run(steps) {
      child.stdin.write(`run ${steps}\n`);
      const reply = await answer();
      if (!Array.isArray(reply.ms)) throw new Error(`${command.join(" ")}\nanswered ${JSON.stringify(reply)}`);
      return reply.ms as number[];
    },
    async close() {
      peak = (child.pid && procUsage(child.pid)?.peakMiB) || peak;
      child.stdin.end();
      await ended.catch(() => {});
    },
  };
}
