/** Whole programs: MNIST from the command to its end, ours and the two usual ways in Python. */

import { join } from "node:path";
import { chosen } from "../harness/chosen.js";
import { NO_PYTHON, peerScript } from "../harness/peer.js";
import { lastEvent, type Measured, measure } from "../harness/process.js";
import { spreadOf } from "../harness/spread.js";
import { testElbo } from "../harness/test-elbo.js";
import type { Cell, Context, Result, Workload } from "../harness/workload.js";

/** Rounds by the number of epochs. */
const LENGTHS: Readonly<Record<string, number>> = { 1: 3, 10: 1 };

interface Program {
  readonly name: string;
  /** The command that writes its model under `out`. */
  command(epochs: string, out: string): readonly string[];
  /** The test -ELBO in nats, after the clock has stopped. */
  judged(run: Measured, out: string): Promise<number>;
}

function programs(context: Context): Program[] {
  const { root, python, cli, mnist, threads } = context;
  const fit = ["fit", "mnist", "--net", "mlp", "--schedule", "constant", "--learning-rate", "0.001"];
  const ours: Program = {
    name: "vaekit fit",
    command: (epochs, out) => [...cli, ...fit, "--epochs", epochs, "--out", join(out, "model"), "--json"],
    judged: (_, out) => testElbo(context, join(out, "model")),
  };
  if (!python) return [ours];
  const script = (workers: number): Program => ({
    name: `PyTorch script, ${workers} loader workers`,
    command: (epochs, out) => {
      const flags = ["--workers", `${workers}`, "--threads", `${threads}`, "--out", join(out, "model.pt")];
      return [python, peerScript(root, "vae_script.py"), mnist, "--epochs", epochs, ...flags];
    },
    judged: async (run) => negativeElboOf(lastEvent(run, "done")?.metrics),
  });
  const pipeline = [python, peerScript(root, "pythae_vae.py"), mnist, "--threads", `${threads}`];
  const pythae: Program = {
    name: "Pythae pipeline",
    command: (epochs, out) => [...pipeline, "--epochs", epochs, "--out", out],
    judged: async (_, out) => negativeElboOf(lastEvent(await measure([...pipeline, "--judge", out]), "judged")),
  };
  return [ours, script(0), script(2), pythae];
}

function negativeElboOf(about: unknown): number {
  const { negativeElbo } = about as { negativeElbo?: unknown };
  if (typeof negativeElbo !== "number") throw new Error(`expected a number "negativeElbo" in ${JSON.stringify(about)}`);
  return negativeElbo;
}

async function compare(epochs: string, rounds: number, context: Context): Promise<Record<string, Cell>[]> {
  const contenders = programs(context);
  const runs: Measured[][] = contenders.map(() => []);
  const elbos: number[][] = contenders.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const which = (round + turn) % contenders.length;
      const { name, command, judged } = contenders[which]!;
      const out = await context.temporary();
      const measured = await measure(command(epochs, out), { cwd: context.root });
      runs[which]!.push(measured);
      elbos[which]!.push(await judged(measured, out));
      context.log(`${name}, ${epochs}: ${measured.wallSeconds.toFixed(1)} s, ${elbos[which]!.at(-1)!.toFixed(2)} nats`);
    }
  }
  return contenders.map(({ name }, which) => {
    const own = runs[which]!;
    const ours = runs[0]!;
    return {
      epochs: Number(epochs),
      program: name,
      wall: spreadOf(own.map(({ wallSeconds }) => wallSeconds)),
      share: which === 0 ? null : spreadOf(own.map(({ wallSeconds }, round) => ours[round]!.wallSeconds / wallSeconds)),
      cpu: spreadOf(own.map(({ cpuSeconds }) => cpuSeconds)),
      memory: spreadOf(own.map(({ peakMiB }) => peakMiB)),
      negativeElbo: spreadOf(elbos[which]!),
    };
  });
}

async function run(context: Context): Promise<Result> {
  const rows: Record<string, Cell>[] = [];
  const lengths = context.quick && !context.only ? { 1: LENGTHS[1]! } : chosen(LENGTHS, context.only);
  for (const [epochs, rounds] of Object.entries(lengths))
    rows.push(...(await compare(epochs, context.quick ? 1 : rounds, context)));
  const rounds = Object.entries(LENGTHS).map(([epochs, rounds]) => `${rounds} with ${epochs}`);
  return {
    protocol:
      `MNIST, batch 128, Adam at a constant 1e-3; vaekit and the script an MLP 784-400-20, Pythae its default net ` +
      `(784-512) with latent 20 and cross-entropy. From the start of the command to its end, data read from local files, ` +
      `model saved, vaekit's report written; vaekit with its default split (57,000 to train on, 3,000 aside), the script ` +
      `with its test pass. Test -ELBO over the 10,000 test pictures, one draw, prior N(0, I); of vaekit and Pythae measured ` +
      `after the clock has stopped. Programs take turns, rounds by epochs: ${rounds.join(", ")}; median (range). Ours / ` +
      `theirs: wall time in the same round. Peak memory is of the largest process.`,
    columns: [
      { key: "epochs", title: "epochs", digits: 0 },
      { key: "program", title: "program" },
      { key: "wall", title: "wall, s", digits: 1 },
      { key: "share", title: "ours / theirs" },
      { key: "cpu", title: "CPU, s", digits: 1 },
      { key: "memory", title: "peak memory, MiB", digits: 0 },
      { key: "negativeElbo", title: "test -ELBO, nats" },
    ],
    rows,
    notes: context.python ? [] : [NO_PYTHON],
  };
}

export const workload: Workload = {
  name: "program",
  summary: "MNIST as a whole program, one epoch and ten, beside a PyTorch script and Pythae",
  run,
};
