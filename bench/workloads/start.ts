/** How long one waits, and how much disk it takes: to the first training step, for --help, the import, sessions. */

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { NO_PYTHON, peerScript } from "../harness/peer.js";
import { event, type Line, measure } from "../harness/process.js";
import { sessionTimes } from "../harness/sessions.js";
import { packageSizes, pythonSizes } from "../harness/sizes.js";
import { spread } from "../harness/spread.js";
import type { Cell, Context, Result, Workload } from "../harness/workload.js";

const REPEATS = 5;

type Row = Record<string, Cell>;

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

/** Nets for 28x28 pictures whose programs are opened: the MLP, and the one that fit chooses. */
const NETS = { mlp: { name: "mlp" }, "conv with norm": { name: "conv", groups: 8 } } as const;

async function sessions({ threads }: Context, repeats: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [title, net] of Object.entries(NETS)) {
    for (const [program, seconds] of Object.entries(await sessionTimes(net, threads, repeats)))
      rows.push({ what: `session of ${program}, ${title}`, seconds });
  }
  return rows;
}

async function sizes({ root, python }: Context): Promise<Row[]> {
  const { packed, unpacked, dependencies, onnxruntime } = await packageSizes(root);
  const ours: Row[] = [
    { what: "vaekit as npm fetches it", size: packed },
    { what: "vaekit on disk", size: unpacked },
    { what: "what it installs beside it", size: dependencies },
    { what: "of that, onnxruntime-node (all systems)", size: onnxruntime },
  ];
  if (!python) return ours;
  const { alone, all } = pythonSizes(python, "torch");
  return [...ours, { what: "torch on disk", size: alone }, { what: "torch with what it requires", size: all }];
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
      `one run of each before, so files are in the system's cache; ${repeats} repeats in turn, median (range). Sessions: ` +
      `a program traced, lowered and opened within a running process, after one that is not counted, latent 20, step of ` +
      `batch 128, score and explain with 4 draws. Sizes: MiB of files; npm's as \`npm pack\` and a production install have ` +
      `them, torch's from its record of files, as it was installed here (a CPU-only build requires less).`,
    columns: [
      { key: "what", title: "what" },
      { key: "seconds", title: "s", digits: 3 },
      { key: "size", title: "MiB", digits: 1 },
    ],
    rows: [
      ...cases.map(({ what }, which): Row => ({ what, seconds: spread(seconds[which]!) })),
      ...(await sessions(context, repeats)),
      ...(await sizes(context)),
    ],
    notes: context.python ? [] : [NO_PYTHON],
  };
}

export const workload: Workload = {
  name: "start",
  summary: "time to the first step, to the help text, to import, to open sessions; sizes on disk",
  run,
};
