/** Damaged files for every parser: `npx tsx bench/soak/mutate.ts --help`. */

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { VaekitError } from "../../src/errors.js";
import { Philox } from "../../src/random.js";
import { nodeParsers } from "../../test/helpers/node-parsers.js";
import { type Parser, parsers } from "../../test/helpers/parsers.js";

const FAILED = 4;
/** Per file. Processor time, so that a busy machine does not matter. */
const MAX_CPU_SECONDS = 1;
const MAX_ALLOCATED_MEBIBYTES = 64;
/** Of the process: JavaScript's heap, and all of it at any time. */
const MAX_HEAP_MEBIBYTES = 256;
const MAX_RSS_MEBIBYTES = 512;
/** A process that says nothing for so long hangs. */
const SILENCE_SECONDS = 120;
const REPORT_EVERY = 100;
/** The longest message that a person reads. */
const MAX_MESSAGE = 2_000;
/** Failures named per parser. */
const NAMED = 5;
const MEBIBYTE = 2 ** 20;

const HELP = `Damaged files for every parser of our own: each must end in a VaekitError or a right answer, in ${MAX_CPU_SECONDS} s of processor
time and at most ${MAX_ALLOCATED_MEBIBYTES} MiB.

  npx tsx bench/soak/mutate.ts [--times 20000] [--seed 1] [--only NAME]   NAME: as in the table; several with commas
  npx tsx bench/soak/mutate.ts --only NAME --file 123                     that one file again, with its error

Each parser runs in a process of its own, which may crash. Exit status: 0 all held, 4 one did not.`;

const { values: flags } = parseArgs({
  options: {
    times: { type: "string", default: "20000" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    file: { type: "string" },
    child: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

interface Failure {
  readonly file: number;
  readonly what: string;
}
/** What a child has come to. */
interface Report {
  readonly done: number;
  readonly errors: number;
  readonly failures: readonly Failure[];
  readonly slowest: number;
  readonly rss: number;
}

/** The damaged file number `file`, the same for the same seed whichever others are made. */
function damagedFile({ originals, damage }: Parser, seed: number, file: number): Uint8Array {
  return damage(originals[file % originals.length], new Philox(seed, file));
}

/** "error" or "answer"; throws what should not be. */
async function outcome(parser: Parser, bytes: Uint8Array): Promise<"error" | "answer"> {
  const [cpu, external] = [process.cpuUsage(), process.memoryUsage().external];
  let got: "error" | "answer" = "answer";
  try {
    await parser.read(bytes);
  } catch (error) {
    if (!(error instanceof VaekitError)) throw error;
    if (error.message.length > MAX_MESSAGE) throw new Error(`a message of ${error.message.length} characters`);
    got = "error";
  }
  const seconds = secondsSince(cpu);
  if (seconds > MAX_CPU_SECONDS) throw new Error(`${seconds.toFixed(1)} s of processor time`);
  const allocated = (process.memoryUsage().external - external) / MEBIBYTE;
  if (allocated > MAX_ALLOCATED_MEBIBYTES) throw new Error(`${allocated.toFixed(0)} MiB allocated`);
  return got;
}

function secondsSince(cpu: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(cpu);
  return (user + system) / 1e6;
}

async function child(name: string, times: number, seed: number): Promise<void> {
  const { all, remove } = await allParsers();
  const parser = all.find((candidate) => candidate.name === name)!;
  const failures: Failure[] = [];
  let errors = 0;
  let slowest = 0;
  for (let file = 0; file < times; file++) {
    const damaged = damagedFile(parser, seed, file);
    const cpu = process.cpuUsage();
    try {
      if ((await outcome(parser, damaged)) === "error") errors++;
    } catch (error) {
      failures.push({
        file,
        what: error instanceof Error ? `${error.name}: ${error.message.slice(0, 300)}` : `${error}`,
      });
    }
    slowest = Math.max(slowest, secondsSince(cpu));
    if ((file + 1) % REPORT_EVERY !== 0 && file + 1 < times) continue;
    const rss = process.resourceUsage().maxRSS / 1024;
    process.send?.({ done: file + 1, errors, failures, slowest, rss } satisfies Report);
  }
  remove();
}

async function allParsers(): Promise<{ all: Parser[]; remove: () => void }> {
  const { parsers: node, remove } = await nodeParsers();
  return { all: [...(await parsers()), ...node], remove };
}

/** Runs a child to its end, however that comes. */
function runChild(name: string, times: number, seed: number): Promise<Report> {
  const self = fileURLToPath(import.meta.url);
  const words = ["--child", name, "--times", `${times}`, "--seed", `${seed}`];
  const execArgv = ["--import", "tsx", `--max-old-space-size=${MAX_HEAP_MEBIBYTES}`];
  const started = fork(self, words, { execArgv, stdio: ["ignore", "inherit", "inherit", "ipc"] });
  let last: Report = { done: 0, errors: 0, failures: [], slowest: 0, rss: 0 };
  let silence: NodeJS.Timeout | undefined;
  const wait = () => {
    clearTimeout(silence);
    silence = setTimeout(() => started.kill("SIGKILL"), SILENCE_SECONDS * 1000);
  };
  wait();
  started.on("message", (report) => {
    last = report as Report;
    wait();
  });
  return new Promise((resolve) => {
    started.on("close", (status, signal) => {
      clearTimeout(silence);
      const what = signal === "SIGKILL" ? "hangs" : `the process ended with ${signal ?? status}`;
      const broken = last.done === times && status === 0 ? [] : [{ file: last.done, what: `from here on: ${what}` }];
      const large =
        last.rss > MAX_RSS_MEBIBYTES ? [{ file: last.done, what: `${last.rss.toFixed(0)} MiB resident` }] : [];
      resolve({ ...last, failures: [...last.failures, ...broken, ...large] });
    });
  });
}

async function main(): Promise<number> {
  const [times, seed] = [Number(flags.times), Number(flags.seed)];
  if (flags.help) {
    console.log(HELP);
    return 0;
  }
  if (flags.child) {
    await child(flags.child, times, seed);
    return 0;
  }
  const { all, remove } = await allParsers();
  const wanted = flags.only?.split(",").map((name) => name.trim());
  const chosen = all.filter(({ name }) => !wanted || wanted.includes(name) || flags.only === name);
  if (chosen.length === 0)
    throw new Error(`no parser "${flags.only}"; known: ${all.map(({ name }) => name).join("; ")}`);
  if (flags.file) {
    const bytes = damagedFile(chosen[0], seed, Number(flags.file));
    console.log(new TextDecoder("latin1").decode(bytes.subarray(0, 2000)));
    console.log(await outcome(chosen[0], bytes).catch((error: unknown) => error));
    remove();
    return 0;
  }
  let failed = false;
  console.log(
    "| parser | files | errors | right answers | failures | slowest ms | peak MiB |\n|---|---|---|---|---|---|---|",
  );
  for (const { name } of chosen) {
    const { done, errors, failures, slowest, rss } = await runChild(name, times, seed);
    const answers = done - errors - failures.length;
    const figures = [name, done, errors, answers, failures.length, (1000 * slowest).toFixed(0), rss.toFixed(0)];
    console.log(`| ${figures.join(" | ")} |`);
    for (const { file, what } of failures.slice(0, NAMED)) console.error(`  ${name}, file ${file}: ${what}`);
    failed ||= failures.length > 0;
  }
  remove();
  return failed ? FAILED : 0;
}

process.exitCode = await main();
