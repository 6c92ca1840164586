/** Whole programs: one epoch of MNIST from the command to its end, ours and the two usual ways in Python. */

import { join } from "node:path";
import { NO_PYTHON, peerScript } from "../harness/peer.js";
import { lastEvent, type Measured, measure } from "../harness/process.js";
import { spreadOf } from "../harness/spread.js";
import type { Context, Result, Workload } from "../harness/workload.js";

const ROUNDS = 3;

interface Program {
  readonly name: string;
  /** The command that writes its model under `out`. */
  readonly command: (out: string) => readonly string[];
}

function programs({ root, python, cli, mnist, threads }: Context): Program[] {
  const fit = ["fit", "mnist", "--net", "mlp", "--epochs", "1", "--schedule", "constant", "--learning-rate", "0.001"];
  const ours = {
    name: "vaekit fit",
    command: (out: string) => [...cli, ...fit, "--out", join(out, "model"), "--json"],
  };
  if (!python) return [ours];
  const script = (workers: number): Program => ({
    name: `PyTorch script, ${workers} loader workers`,
    command: (out) => {
      const flags = ["--workers", `${workers}`, "--threads", `${threads}`, "--out", join(out, "model.pt")];
      return [python, peerScript(root, "vae_script.py"), mnist, ...flags];
    },
  });
  const pythae: Program = {
    name: "Pythae pipeline",
    command: (out) => [python, peerScript(root, "pythae_vae.py"), mnist, "--threads", `${threads}`, "--out", out],
  };
  return [ours, script(0), script(2), pythae];
}

/** The test -ELBO that a program gives in its final event, if it does. */
function ownJudgement(run: Measured): number | null {
  const metrics = lastEvent(run, "done")?.metrics as Readonly<Record<string, unknown>> | undefined;
  return typeof metrics?.negativeElbo === "number" ? metrics.negativeElbo : null;
}

/** Ours on the test pictures, measured after the clock has stopped: `fit` itself looks at validation pictures only. */
async function judged({ cli, root }: Context, out: string): Promise<number | null> {
  const evaluate = [
    ...cli,
    "evaluate",
    join(out, "model"),
    "mnist#test",
    "--samples",
    "1",
    "--prior",
    "standard-normal",
    "--json",
  ];
  const { lines } = await measure(evaluate, { cwd: root });
  return (JSON.parse(lines.map(({ text }) => text).join("\n")) as { negativeElbo: number }).negativeElbo;
}

async function run(context: Context): Promise<Result> {
  const contenders = programs(context);
  const rounds = context.quick ? 1 : ROUNDS;
  const runs: Measured[][] = contenders.map(() => []);
  const elbos: (number | null)[][] = contenders.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const which = (round + turn) % contenders.length;
      const { name, command } = contenders[which]!;
      const out = await context.temporary();
      const measured = await measure(command(out), { cwd: context.root });
      runs[which]!.push(measured);
      elbos[which]!.push(which === 0 ? await judged(context, out) : ownJudgement(measured));
      context.log(`${name}: ${measured.wallSeconds.toFixed(1)} s`);
    }
  }
  return {
    protocol:
      `MNIST, one epoch, batch 128, Adam at 1e-3; vaekit and the script an MLP 784-400-20, Pythae its default net with ` +
      `latent 16 and its defaults. From the start of the command to its end, data read from local files, model saved; ` +
      `vaekit with its default split (57,000 to train on, 3,000 aside), the script with its test pass; test -ELBO over the ` +
      `10,000 test pictures, ours measured after the clock has stopped. Programs take turns, ${rounds} rounds; median ` +
      `(range). Ratio: wall time over vaekit's in the same round. Peak memory is of the largest process.`,
    columns: [
      { key: "program", title: "program" },
      { key: "wall", title: "wall, s", digits: 1 },
      { key: "ratio", title: "over vaekit", digits: 1 },
      { key: "cpu", title: "CPU, s", digits: 1 },
      { key: "memory", title: "peak memory, MiB", digits: 0 },
      { key: "negativeElbo", title: "test -ELBO, nats" },
    ],
    rows: contenders.map(({ name }, which) => {
      const own = runs[which]!;
      return {
        program: name,
        wall: spreadOf(own.map((measured) => measured.wallSeconds)),
        ratio: spreadOf(own.map((measured, round) => measured.wallSeconds / runs[0]![round]!.wallSeconds)),
        cpu: spreadOf(own.map((measured) => measured.cpuSeconds)),
        memory: spreadOf(own.map((measured) => measured.peakMiB)),
        negativeElbo: spreadOf(elbos[which]!),
      };
    }),
    notes: context.python ? [] : [NO_PYTHON],
  };
}

export const workload: Workload = {
  name: "program",
  summary: "one epoch of MNIST as a whole program, beside a PyTorch script and Pythae",
  run,
};
