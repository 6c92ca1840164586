/** Runs a whole program and measures it from outside: wall time, CPU time, peak memory, when each line came. */

import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** GNU time; the one of macOS knows no -f. */
const TIME = "/usr/bin/time";
const POLL_MS = 50;
/** Clock ticks per second in /proc/PID/stat: USER_HZ, 100 on every Linux that Node supports. */
const USER_HZ = 100;
const STDERR_SHOWN = 2000;

export interface Line {
  readonly text: string;
  /** Since the program was started. */
  readonly seconds: number;
}

export interface Measured {
  readonly wallSeconds: number;
  /** User and system, with children that were waited for; null where the system does not tell. */
  readonly cpuSeconds: number | null;
  /** Largest resident set of any one process of the program, in MiB; null where the system does not tell. */
  readonly peakMiB: number | null;
  /** Standard output. */
  readonly lines: readonly Line[];
}

export interface MeasureOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Ends the program at the first line for which this holds; CPU and memory are then null. */
  readonly until?: (line: Line) => boolean;
}

let gnuTime: boolean | undefined;

/** Runs `command` to its end; throws with the end of its stderr when it fails. */
export async function measure(command: readonly string[], options: MeasureOptions = {}): Promise<Measured> {
  gnuTime ??= existsSync(TIME) && spawnSync(TIME, ["-f", "%M", "true"]).status === 0;
  const scratch = await mkdtemp(join(tmpdir(), "bench-time-"));
  try {
    const usage = join(scratch, "usage");
    const wrapped = gnuTime && !options.until ? [TIME, "-f", "%U %S %M", "-o", usage, ...command] : command;
    const { polled, ...seen } = await follow(wrapped, options);
    if (wrapped === command) return { ...seen, ...polled };
    const [user, system, kib] = (await readFile(usage, "utf8")).trim().split(/\s+/).map(Number);
    return { ...seen, cpuSeconds: user! + system!, peakMiB: kib! / 1024 };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

type Usage = Pick<Measured, "cpuSeconds" | "peakMiB">;

function follow(command: readonly string[], { cwd, env, until }: MeasureOptions) {
  type Followed = Omit<Measured, keyof Usage> & { polled: Usage };
  return new Promise<Followed>((resolve, reject) => {
    const lines: Line[] = [];
    let stderr = "";
    let stopped = false;
    let polled: Usage = { cpuSeconds: null, peakMiB: null };
    const start = performance.now();
    const seconds = () => (performance.now() - start) / 1000;
    const child = spawn(command[0]!, command.slice(1), { cwd, env: { ...process.env, ...env } });
    const poll = setInterval(() => {
      polled = (child.pid && procUsage(child.pid)) || polled;
    }, POLL_MS);
    child.stdin.end();
    child.stderr.on("data", (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-STDERR_SHOWN);
    });
    createInterface({ input: child.stdout }).on("line", (text) => {
      const line = { text, seconds: seconds() };
      lines.push(line);
      if (stopped || !until?.(line)) return;
      stopped = true;
      polled = { cpuSeconds: null, peakMiB: null };
      child.kill("SIGKILL");
    });
    let wallSeconds = 0;
    child.on("exit", () => {
      wallSeconds = seconds();
      clearInterval(poll);
    });
    child.on("error", (error) => {
      clearInterval(poll);
      reject(error);
    });
    child.on("close", (code, signal) => {
      if (code === 0 || stopped) resolve({ wallSeconds, polled, lines });
      else reject(new Error(`${command.join(" ")}\nended with ${signal ?? `exit code ${code}`}:\n${stderr}`));
    });
  });
}

/** CPU time and peak memory so far of one process, from /proc; null where there is no such file. */
export function procUsage(pid: number): Usage | null {
  try {
    const kib = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // from field 3, state, on
    return kib
      ? { cpuSeconds: (Number(fields[11]) + Number(fields[12])) / USER_HZ, peakMiB: Number(kib) / 1024 }
      : null;
  } catch {
    return null;
  }
}

/** The JSON object of a line, or null where it is none. */
export function event(line: Line): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line.text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** The last event of that name. */
export function lastEvent({ lines }: Measured, name: string): Readonly<Record<string, unknown>> | null {
  return lines.map(event).findLast((found) => found?.event === name) ?? null;
}
