/** Runs the built command as a process. */

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { writeNpz } from "../../src/files/npz.js";
import { Philox } from "../../src/random.js";

const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Program and words to run it by, such as `setpriv`. */
  readonly wrap?: readonly string[];
  /** Called with standard error so far, to send signals. */
  readonly onStderr?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** `vaekit ...words`, off a terminal, with no VAEKIT_* variables but those given. */
export function vaekit(
  words: readonly string[],
  { cwd, env = {}, input, wrap = [], onStderr }: RunOptions = {},
): Promise<Finished> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^VAEKIT_(?!CACHE)|^NO_COLOR|^FORCE_COLOR/.test(name),
  );
  return new Promise((resolve, reject) => {
    const [program, ...all] = [...wrap, process.execPath, MAIN, ...words];
    const child = spawn(program, all, { cwd, env: { ...Object.fromEntries(inherited), ...env } });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
      onStderr?.(stderr, (signal) => child.kill(signal));
    });
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, stdout, stderr }));
    child.stdin.end(input);
  });
}

/** The lines of a JSON stream. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

export const SIDE = 8;
const CLASSES = 3;

/** An npz file of `count` grey pictures 8x8, a bright bar at one of three places that is the label, with some noise. */
export function barsNpz(count: number): Uint8Array {
  const random = new Philox(1);
  const images = new Uint8Array(count * SIDE * SIDE);
  const labels = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    labels[i] = i % CLASSES;
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) {
        const lit = x >> 1 === labels[i] + 1 && y > 0 && y < SIDE - 1;
        images[(i * SIDE + y) * SIDE + x] = (lit ? 205 : 0) + 50 * random.uniform();
      }
    }
  }
  return writeNpz(
    new Map([
      ["images", { shape: [count, SIDE, SIDE], values: images }],
      ["labels", { shape: [count], values: labels }],
    ]),
  );
}
