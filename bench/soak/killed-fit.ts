/** Training killed at a random moment, again and again: what is left must open, and going on must end in the same bits. */

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, sep } from "node:path";
import { createInterface } from "node:readline";
import { VaekitError } from "../../src/errors.js";
import { nodeHost } from "../../src/node/host.js";
import type { Philox } from "../../src/random.js";
import { loadModel } from "../../src/store/folder.js";
import { damagedFiles } from "../../src/store/model-files.js";
import { bars, barsNpz } from "./bars.js";

export interface Trial {
  /** Program and first words: node, dist/cli/main.js. */
  readonly cli: readonly string[];
  /** For everything that is written; empty. */
  readonly folder: string;
  readonly random: Philox;
  readonly epochs: number;
}

/** What an uninterrupted run leaves, and how long its parts take. */
export interface Expected extends Trial {
  readonly data: string;
  /** A model of another seed, to be replaced. */
  readonly oldModel: string;
  readonly old: string;
  readonly fresh: string;
  /** Lines that it tells, up to the end of its training. */
  readonly lines: number;
  /** Of the last run that was not killed: machines are not always as busy. */
  pace: Pace;
}

/** Milliseconds from the start of the program to its first line, and from the end of training to that of the program. */
interface Pace {
  readonly starting: number;
  readonly publishing: number;
}

/** When a run is killed: so many milliseconds after it began, after a line of its training, or when it had trained. */
export interface Moment {
  readonly phase: "starting" | "training" | "publishing";
  /** The last line that it tells. */
  readonly line: number;
  readonly milliseconds: number;
}
/** What is there after a kill: no model (yet), the one that is to be replaced, or the new one. */
export type Left = "none" | "old" | "new";
export interface Kill extends Moment {
  /** The run was faster than the kill. */
  readonly late: boolean;
  readonly left: Left;
}

const RECORDS = 240;
const SIDE = 8;
const SEED = 7;
const OLD_SEED = 6;
const MODEL = ["--net", "mlp", "--hidden", "24", "--batch", "32", "--checkpoint-every", "20ms", "--threads", "1"];
/** A run that was killed is killed again this often when it goes on. */
const AGAIN = 0.4;

const host = nodeHost();

/** Makes the data and trains the models that killed runs are compared with. */
export async function prepare(trial: Trial): Promise<Expected> {
  const { folder } = trial;
  mkdirSync(folder, { recursive: true });
  const data = join(folder, "bars.npz");
  writeFileSync(data, barsNpz(bars(RECORDS, SIDE, 1)));
  const oldModel = join(folder, "old");
  const model = join(folder, "uninterrupted");
  const known = { ...trial, data, oldModel, old: "", fresh: "", lines: 0, pace: { starting: 0, publishing: 0 } };
  await runFit(known, oldModel, { seed: OLD_SEED });
  const { lines, pace } = await runFit(known, model);
  return { ...known, lines, pace, old: await fingerprint(oldModel), fresh: await fingerprint(model) };
}

/**
 * One run into a folder without or with a model, killed once or more, then let go on to its end. Throws when anything
 * that was left does not open, or the end is not what an uninterrupted run leaves.
 */
export async function killAndResume(expected: Expected, name: string, most: number): Promise<Kill[]> {
  const { random, folder, oldModel, fresh } = expected;
  const place = join(folder, name);
  const out = join(place, "model");
  mkdirSync(place);
  const replaces = random.uniform() < 0.5;
  if (replaces) cpSync(oldModel, out, { recursive: true });
  const kills: Kill[] = [];
  let resume = false;
  do {
    const moment = randomMoment(expected);
    const { killed } = await runFit(expected, out, { moment, resume });
    const left = await whatIsLeft(expected, place, replaces);
    kills.push({ ...moment, late: !killed, left });
    // A run that was killed before it left a mark did not begin: there is nothing of it to go on from.
    resume = left !== "old" || existsSync(join(place, ".model.work", "checkpoints", "run.json"));
  } while (kills.length < most && random.uniform() < AGAIN);
  const { lines, pace } = await runFit(expected, out, { resume });
  if (lines > 0) expected.pace = pace; // else it was finished already
  const got = await fingerprint(out);
  if (got !== fresh) {
    const what = got === expected.old ? "the old model" : "other bits";
    throw new Error(
      `${out}: ${what} where an uninterrupted run left the new, after ${JSON.stringify({ kills, resume })}`,
    );
  }
  const files = (await readdir(place, { recursive: true })).map((file) => file.split(sep));
  const strays = files.filter((parts) => parts.some((part) => part.startsWith(".") || part === "checkpoints"));
  if (strays.length > 0) throw new Error(`${place}: left behind: ${strays.map((parts) => parts.join("/"))}`);
  rmSync(place, { recursive: true });
  rmSync(`${place}-copy`, { recursive: true, force: true });
  return kills;
}

/** Anywhere in the run, but often where files change: between two lines of training, and while the model is published. */
function randomMoment({ random, lines, pace }: Expected): Moment {
  const kind = random.uniform();
  const share = random.uniform();
  if (kind < 0.2) return { phase: "starting", line: 0, milliseconds: share * pace.starting };
  if (kind < 0.6)
    return { phase: "training", line: 1 + Math.floor(share * (lines - 1)), milliseconds: (share * 1e4) % GAP };
  return { phase: "publishing", line: Number.POSITIVE_INFINITY, milliseconds: share * pace.publishing };
}
/** Two lines of training are about as far apart, in milliseconds. */
const GAP = 20;

/** Opens a copy, so that looking mends nothing. */
async function whatIsLeft({ old, fresh }: Expected, place: string, replaces: boolean): Promise<Left> {
  const copy = `${place}-copy`;
  rmSync(copy, { recursive: true, force: true });
  cpSync(place, copy, { recursive: true });
  const model = join(copy, "model");
  try {
    await loadModel(model, host);
  } catch (error) {
    const isNone =
      error instanceof VaekitError && (error.code === "E_PATH" || /not finished|no model/.test(error.message));
    if (!isNone || replaces) throw error;
    return "none";
  }
  const got = await fingerprint(model);
  if (got !== fresh && !(replaces && got === old)) throw new Error(`${place}: neither the old model nor the new one`);
  return got === fresh ? "new" : "old";
}

interface FitOptions {
  readonly seed?: number;
  readonly resume?: boolean;
  readonly moment?: Moment;
}
interface Ended {
  readonly killed: boolean;
  readonly lines: number;
  readonly pace: Pace;
}

/** Runs `vaekit fit`; throws when it fails of itself. */
function runFit(
  { cli, data, folder, epochs }: Expected,
  out: string,
  { seed = SEED, resume = false, moment }: FitOptions = {},
): Promise<Ended> {
  const [program, ...first] = cli;
  const words = ["fit", data, "--out", out, "--epochs", `${epochs}`, "--seed", `${seed}`, ...MODEL, "--json"];
  const started = performance.now();
  const child = spawn(program, [...first, ...words, ...(resume ? ["--resume"] : [])], {
    cwd: folder,
    env: { ...process.env, VAEKIT_CACHE: join(folder, "cache") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stderr = "";
  let lines = 0;
  let starting = 0;
  let trained = started;
  let timer: NodeJS.Timeout | undefined;
  const reached = (line: number) => {
    if (moment && line >= moment.line) timer ??= setTimeout(() => child.kill("SIGKILL"), moment.milliseconds);
  };
  reached(0);
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { event } = eventOf(line);
    if (event === "end") {
      trained = performance.now();
      reached(Number.POSITIVE_INFINITY);
    } else if (trained === started && event !== "done") {
      lines++;
      starting ||= performance.now() - started;
      reached(lines);
    }
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject).on("close", (status, signal) => {
      clearTimeout(timer);
      const killed = signal === "SIGKILL" && moment !== undefined;
      const pace = { starting, publishing: performance.now() - trained };
      if (status === 0 || killed) resolve({ killed, lines, pace });
      else reject(new Error(`vaekit ${words.join(" ")}: ended with ${signal ?? status}:\n${stderr}`));
    });
  });
}

/** A line that a kill tore is no event. */
function eventOf(line: string): { readonly event?: string } {
  try {
    return JSON.parse(line) as { event?: string };
  } catch {
    return {};
  }
}

/** Files that say how long training took: the log is compared without its times, the report is not. */
const TIMED = ["metrics.jsonl", "report.html"];

/** A digest of every file of a model, but for what its run took. */
async function fingerprint(model: string): Promise<string> {
  const damaged = await damagedFiles(model, host);
  if (damaged.length > 0) throw new Error(`${model}: damaged: ${damaged}`);
  const sums = readFileSync(join(model, "SHA256SUMS"), "utf8").split("\n");
  const log = readFileSync(join(model, "metrics.jsonl"), "utf8").replaceAll(/"seconds":[\d.e+-]+/g, "");
  const rest = sums.filter((line) => !TIMED.some((name) => line.endsWith(name))).join("\n");
  return createHash("sha256").update(rest).update(log).digest("hex");
}
