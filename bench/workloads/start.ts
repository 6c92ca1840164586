/** How long one waits: from the command to the first training step, for --help, for the import. */

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { NO_PYTHON, peerScript } from "../harness/peer.js";
import { event, type Line, measure } from "../harness/process.js";
import { type Spread, spread } from "../harness/spread.js";
import type { Context, Result, Workload } from "../harness/workload.js";

const REPEATS = 5;

interface Start {
  readonly what: string;
  readonly command: (out: string) => readonly string[];
  /** Measured up to this line; default: to the end of the process. */
  readonly until?: (line: Line) => boolean;
}

const isFirstStep = (line: Line) => event(line)?.event === "first-step";

function starts({ root, python, cli, mnist, threads }: Context): Start[] {
  const library = pathToFileURL(join(root, "dist", "index.js")).href;
  const fit = ["fit", "mnist", "--net", "mlp", "--epochs", "1", "--json", "--out"];
  const ours: Start[] = [
    { what: "vaekit fit: first step", command: (out) => [...cli, ...fit, join(out, "model")], until: isFirstStep },
    { what: "vaekit --help", command: () => [...cli, "--help"] },
    { what: 'import("vaekit")', command: () => [process.execPath, "-e", `import(${JSON.stringify(library)})`] },
  ];
  if (!python) return ours;
  const script = [python, peerScript(root, "vae_script.py"), mnist, "--threads", `${threads}`];
  return [
    ...ours,
    { what: "PyTorch script: first step", command: () => script, until: isFirstStep },
    { what: "import torch", command: () => [python, "-c", "import torch"] },
  ];
}

/** Seconds from the start of the process to the line waited for, or to its end. */
async function waited({ command, until }: Start, context: Context): Promise<number> {
  const args = command(await context.temporary());
  const run = await measure(args, { cwd: context.root, until });
  if (!until) return run.wallSeconds;
  const line = run.lines.find(until);
  if (!line) throw new Error(`${args.join(" ")} ended without the event "first-step"`);
  return line.seconds;
}

async function run(context: Context): Promise<Result> {
  const repeats = context.quick ? 1 : REPEATS;
  const cases = starts(context);
  const seconds: number[][] = cases.map(() => []);
  for (const start of cases) await waited(start, context); // files into the system's cache
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const [which, start] of cases.entries()) seconds[which]!.push(await waited(start, context));
  }
  return {
    protocol:
      `Seconds from starting the process to its event "first-step" (read from its standard output) or to its end; ` +
      `one run of each before, so files are in the system's cache; ${repeats} repeats in turn, median (range).`,
    columns: [
      { key: "what", title: "from the command to" },
      { key: "seconds", title: "s" },
    ],
    rows: cases.map(({ what }, which): Record<string, string | Spread> => ({ what, seconds: spread(seconds[which]!) })),
    notes: context.python ? [] : [NO_PYTHON],
  };
}

export const workload: Workload = {
  name: "start",
  summary: "time to the first training step, to the help text, to import",
  run,
};
