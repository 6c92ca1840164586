/** How long until it is as good as the usual script gets: seconds from the command to a test -ELBO on MNIST. */

import { join } from "node:path";
import { NO_PYTHON, peerScript } from "../harness/peer.js";
import { event, lastEvent, measure } from "../harness/process.js";
import { spreadOf } from "../harness/spread.js";
import { testElbo } from "../harness/test-elbo.js";
import type { Context, Result, Workload } from "../harness/workload.js";

/** What the PyTorch script reaches after about ten epochs, in nats. */
const TARGET = 105.3;
const QUICK_TARGET = 125;
const ROUNDS = 2;
const MAX_EPOCHS = 16;

interface Reached {
  readonly seconds: number;
  readonly epochs: number;
  readonly negativeElbo: number;
}

interface Runner {
  readonly name: string;
  run(target: number, seed: number, context: Context): Promise<Reached | null>;
}

/** Runs of more and more epochs, from the start each, until one reaches the target: a schedule ends with its run. */
async function fewest(target: number, trial: (epochs: number) => Promise<Reached>): Promise<Reached | null> {
  for (let epochs = 1; epochs <= MAX_EPOCHS; epochs++) {
    const reached = await trial(epochs);
    if (reached.negativeElbo <= target) return reached;
  }
  return null;
}

const ours: Runner = {
  name: "vaekit fit",
  run: (target, seed, context) =>
    fewest(target, async (epochs) => {
      const model = join(await context.temporary(), "model");
      const parts = ["--net", "mlp", "--latent", "20", "--epochs", `${epochs}`, "--seed", `${seed}`];
      const how = ["--threads", `${context.threads}`, "--out", model, "--json"];
      const { wallSeconds } = await measure([...context.cli, "fit", "mnist", ...parts, ...how], { cwd: context.root });
      return { seconds: wallSeconds, epochs, negativeElbo: await testElbo(context, model) };
    }),
};

/** The script, to the end of its last epoch or of the first that reaches `target`; its test passes are taken off. */
async function script(
  recipe: string,
  epochs: number,
  target: number | null,
  seed: number,
  context: Context,
): Promise<Reached> {
  const { root, python, mnist, threads } = context;
  const how = ["--recipe", recipe, "--epochs", `${epochs}`, ...(target === null ? [] : ["--target", `${target}`])];
  const command = [python!, peerScript(root, "vae_script.py"), mnist, ...how, "--seed", `${seed}`];
  const measured = await measure([...command, "--threads", `${threads}`]);
  const line = measured.lines.findLast((line) => event(line)?.event === "epoch")!;
  const { epoch, judging = 0 } = event(line) as { epoch: number; judging?: number };
  const { negativeElbo } = lastEvent(measured, "done")!.metrics as { negativeElbo: number };
  return { seconds: line.seconds - judging, epochs: epoch, negativeElbo };
}

const theirs: readonly Runner[] = [
  {
    name: "PyTorch script, constant 1e-3",
    async run(target, seed, context) {
      const reached = await script("constant", MAX_EPOCHS, target, seed, context);
      return reached.negativeElbo <= target ? reached : null;
    },
  },
  {
    name: "PyTorch script, one-cycle to 4e-3",
    run: (target, seed, context) => fewest(target, (epochs) => script("onecycle", epochs, null, seed, context)),
  },
];

async function run(context: Context): Promise<Result> {
  const runners = context.python ? [ours, ...theirs] : [ours];
  const target = context.quick ? QUICK_TARGET : TARGET;
  const rounds = context.quick ? 1 : ROUNDS;
  const reached: (Reached | null)[][] = runners.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < runners.length; turn++) {
      const which = (round + turn) % runners.length;
      const result = await runners[which]!.run(target, context.seed + round, context);
      reached[which]!.push(result);
      context.log(`${runners[which]!.name}: ${JSON.stringify(result)}`);
    }
  }
  return {
    protocol:
      `MNIST, grey targets, the MLP VAE 784-400-20: seconds from the command to a test -ELBO of ${target} nats or less ` +
      `(all 10,000 test pictures, one draw, prior N(0, I)). vaekit fit with its defaults, model and report written, and the ` +
      `fewest epochs with which a whole run reaches it; its test pass comes after the clock has stopped. The script ` +
      `(DataLoader, batch 128) with Adam at a constant 1e-3 up to the end of the first epoch that reaches it, or with ` +
      `one-cycle to 4e-3, betas .9/.99, the output bias at the pixels' mean and the fewest epochs of a whole run; the time ` +
      `of its test passes is taken off. Both choose their number of epochs by the test pictures. Programs take turns, ` +
      `${rounds} rounds, a seed each; median (range).`,
    columns: [
      { key: "program", title: "program" },
      { key: "epochs", title: "epochs", digits: 0 },
      { key: "seconds", title: "s", digits: 1 },
      { key: "share", title: "ours / theirs" },
      { key: "negativeElbo", title: "test -ELBO, nats" },
    ],
    rows: runners.map(({ name }, which) => {
      const own = reached[which]!;
      return {
        program: name,
        epochs: spreadOf(own.map((result) => result?.epochs)),
        seconds: spreadOf(own.map((result) => result?.seconds)),
        share:
          which === 0
            ? null
            : spreadOf(
                own.map((result, round) => result && reached[0]![round] && reached[0]![round].seconds / result.seconds),
              ),
        negativeElbo: spreadOf(own.map((result) => result?.negativeElbo)),
      };
    }),
    notes: [
      ...(context.python ? [] : [NO_PYTHON]),
      ...(reached.flat().includes(null) ? [`Where a number is missing, ${MAX_EPOCHS} epochs did not reach it.`] : []),
    ],
    details: reached,
  };
}

export const workload: Workload = {
  name: "target",
  summary: "seconds from the command to the test -ELBO that the usual script reaches",
  run,
};
