/**
 * Two hours of everything in one process, and whether its memory stays flat: `npx tsx bench/soak/memory.ts --help`.
 *
 * A round trains small models on pictures from each kind of source, saves, loads, samples, encodes, scores, draws and
 * writes; it also fails in the ways that users fail (damaged files, an abort, a locked folder), since error paths leak
 * first. Each minute, after a full garbage collection, a line of JSON says what the process holds.
 */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { FLAT, fullCollection, type Held, holds, isFlat } from "./holds.js";
import { type Round, round } from "./rounds.js";

const HELP = `Two hours of fitting, loading, sampling, encoding and saving in one process; is its memory flat?

  npx tsx bench/soak/memory.ts [--minutes 120] [--out DIR] [--threads 1]   runs, writes DIR/memory.jsonl, gives the verdict
  npx tsx bench/soak/memory.ts --verdict DIR/memory.jsonl                  the verdict of a log, also of one still growing

Exit status: 0 flat within 5 %, 4 not.`;

const NOT_FLAT = 4;
const MINUTE = 60_000;

/** What the process holds at some minute. */
interface Sample extends Held {
  readonly minute: number;
  readonly rounds: number;
}

const { values: flags } = parseArgs({
  options: {
    minutes: { type: "string", default: "120" },
    out: { type: "string", default: join("soak", "memory") },
    threads: { type: "string", default: "1" },
    verdict: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

/** The last quarter of the samples against the second; the first is warming up. */
function verdict(samples: readonly Sample[]): { text: string; flat: boolean } {
  const quarter = Math.floor(samples.length / 4);
  if (quarter === 0) return { text: `${samples.length} samples are too few for a verdict`, flat: false };
  const second = samples.slice(quarter, 2 * quarter);
  const last = samples.slice(-quarter);
  const lines: string[] = [];
  let flat = true;
  for (const key of ["rss", "heapUsed", "external", "arrayBuffers", "descriptors", "resources"] as const) {
    const [before, after] = [second, last].map((some) => median(some.map((sample) => sample[key] ?? 0)));
    const change = before === 0 ? 0 : after / before - 1;
    const judged = key === "rss" || key === "descriptors" || key === "resources";
    if (judged && !isFlat(before, after)) flat = false;
    const percent = `${change >= 0 ? "+" : ""}${(100 * change).toFixed(1)} %`;
    lines.push(`${key.padEnd(13)} ${before.toFixed(1).padStart(8)} -> ${after.toFixed(1).padStart(8)}  ${percent}`);
  }
  const { minute, rounds } = samples[samples.length - 1];
  lines.push(`${minute} minutes, ${rounds} rounds: ${flat ? "flat within" : "NOT flat within"} ${100 * FLAT} %`);
  return { text: lines.join("\n"), flat };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
}

function readLog(path: string): Sample[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Sample);
}

async function soak(minutes: number, log: string, threads: number): Promise<void> {
  mkdirSync(dirname(log), { recursive: true });
  writeFileSync(log, "");
  const folder = mkdtempSync(join(tmpdir(), "vaekit-soak-"));
  process.env.VAEKIT_CACHE = join(folder, "cache");
  const collect = fullCollection();
  const started = performance.now();
  try {
    let minute = 0;
    for (let number = 0; minute < minutes; number++) {
      const settings: Round = { folder: join(folder, "round"), number, threads };
      await round(settings);
      rmSync(settings.folder, { recursive: true, force: true });
      const passed = Math.floor((performance.now() - started) / MINUTE);
      if (passed <= minute) continue;
      minute = passed;
      const sample: Sample = { minute, rounds: number + 1, ...(await holds(collect)) };
      await appendFile(log, `${JSON.stringify(sample)}\n`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function main(): Promise<number> {
  if (flags.help) {
    console.log(HELP);
    return 0;
  }
  const log = flags.verdict ?? join(flags.out, "memory.jsonl");
  if (!flags.verdict) await soak(Number(flags.minutes), log, Number(flags.threads));
  const { text, flat } = verdict(readLog(log));
  console.log(text);
  return flat ? 0 : NOT_FLAT;
}

process.exitCode = await main();
