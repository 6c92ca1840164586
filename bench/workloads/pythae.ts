/** Whole comparison with Pythae: its VAE and ours with the same net, epochs and latent, judged by the same programs. */

import { join } from "node:path";
import type { PictureArray } from "../../src/data/pictures.js";
import { openFeatures } from "../../src/eval/features/features.js";
import { FEATURE_NET } from "../../src/eval/features/net.js";
import { compareFeatures } from "../../src/eval/pictures/compare.js";
import { frechet } from "../../src/eval/pictures/frechet.js";
import { device } from "../../src/node.js";
import { NO_PYTHON, peerScript } from "../harness/peer.js";
import { picturesAt } from "../harness/pictures.js";
import { event, lastEvent, measure } from "../harness/process.js";
import { spreadOf } from "../harness/spread.js";
import type { Context, Result, Workload } from "../harness/workload.js";

const ROUNDS = 3;
const EPOCHS = 10;
const SAMPLES = 10_000;
const PARTICLES = 200;
const JUDGED = 1_000;
/** For --quick: it runs, and is not to be quoted. */
const QUICK = { rounds: 1, epochs: 1, samples: 1_000, particles: 20, judged: 100 };

interface DataSet {
  readonly name: string;
  /** What `fit` takes. */
  readonly address: string;
  /** The folder of its IDX files. */
  readonly folder: string;
}

/** What one run of one program came to. */
interface Outcome {
  readonly seconds: number;
  readonly negativeElbo: number;
  readonly nll: number;
  readonly normal: number;
  readonly mixture: number;
  /** Of fitting Pythae's mixture, which its pipeline does not do; ours is fitted within `seconds`. */
  readonly mixtureSeconds?: number;
}

interface Size {
  readonly rounds: number;
  readonly epochs: number;
  readonly samples: number;
  readonly particles: number;
  readonly judged: number;
}

function dataSets({ mnist }: Context): { sets: DataSet[]; notes: string[] } {
  const { VAEKIT_DATA } = process.env;
  const sets = [{ name: "MNIST", address: "mnist", folder: mnist }];
  if (!VAEKIT_DATA) return { sets, notes: ["No Fashion-MNIST beside it: VAEKIT_DATA is not set."] };
  const fashion = join(VAEKIT_DATA, "images", "fashion-mnist");
  return { sets: [...sets, { name: "Fashion-MNIST", address: fashion, folder: fashion }], notes: [] };
}

/** -ELBO and NLL of weights, by a program that knows neither Pythae nor vaekit. */
async function judged(context: Context, { folder }: DataSet, weights: string, { particles, judged }: Size) {
  const sizes = ["--samples", `${particles}`, "--pictures", `${judged}`];
  const run = await measure([context.python!, peerScript(context.root, "judge.py"), folder, weights, ...sizes]);
  const { negativeElbo, nll } = lastEvent(run, "judged") as { negativeElbo: number; nll: number };
  return { negativeElbo, nll };
}

type Judge = (pictures: PictureArray) => Promise<number>;

async function ours(context: Context, set: DataSet, round: number, size: Size, distance: Judge): Promise<Outcome> {
  const out = join(await context.temporary(), "model");
  const parts = ["--net", "mlp", "--latent", "20", "--likelihood", "bernoulli", "--prior", "mixture", "--valid", "0"];
  const how = ["--epochs", `${size.epochs}`, "--seed", `${context.seed + round}`, "--threads", `${context.threads}`];
  const { wallSeconds } = await measure([...context.cli, "fit", set.address, ...parts, ...how, "--out", out, "--json"]);
  const drawn = async (prior: string) => {
    const file = join(out, "..", `${prior}.npz`);
    await measure([...context.cli, "sample", out, "-n", `${size.samples}`, "--prior", prior, "--out", file]);
    return distance(await picturesAt(file));
  };
  return {
    seconds: wallSeconds,
    ...(await judged(context, set, join(out, "model.safetensors"), size)),
    normal: await drawn("standard-normal"),
    mixture: await drawn("model"),
  };
}

async function theirs(context: Context, set: DataSet, round: number, size: Size, distance: Judge): Promise<Outcome> {
  const out = await context.temporary();
  const how = ["--epochs", `${size.epochs}`, "--seed", `${context.seed + round}`, "--threads", `${context.threads}`];
  const script = peerScript(context.root, "pythae_compare.py");
  const run = await measure([
    context.python!,
    script,
    set.folder,
    "--out",
    out,
    "--samples",
    `${size.samples}`,
    ...how,
  ]);
  const saved = run.lines.find((line) => event(line)?.event === "saved");
  const drawn = async (file: string) => distance(await picturesAt(join(out, file)));
  return {
    seconds: saved!.seconds,
    ...(await judged(context, set, join(out, "weights.npz"), size)),
    normal: await drawn("normal.npz"),
    mixture: await drawn("mixture.npz"),
    mixtureSeconds: lastEvent(run, "mixture")!.fit as number,
  };
}

const PROGRAMS = { vaekit: ours, Pythae: theirs } as const;
type Name = keyof typeof PROGRAMS;

async function run(context: Context): Promise<Result> {
  const size = context.quick
    ? QUICK
    : { rounds: ROUNDS, epochs: EPOCHS, samples: SAMPLES, particles: PARTICLES, judged: JUDGED };
  const columns = columnsFor(size);
  const { sets, notes } = dataSets(context);
  if (!context.python) return { protocol: protocolOf(size), columns, rows: [], notes: [NO_PYTHON] };
  const engine = await device("cpu", { threads: context.threads });
  const features = await openFeatures(engine);
  const runs: { set: string; program: Name; outcomes: Outcome[] }[] = [];
  for (const set of sets) {
    const test = await features.of(await picturesAt(`${set.address}#test`, size.samples));
    const distance = async (pictures: PictureArray) =>
      Object.values(compareFeatures(test, await features.of(pictures), features.name, [frechet]))[0];
    const own = (Object.keys(PROGRAMS) as Name[]).map((program) => ({
      set: set.name,
      program,
      outcomes: [] as Outcome[],
    }));
    for (let round = 0; round < size.rounds; round++) {
      for (let turn = 0; turn < own.length; turn++) {
        const { program, outcomes } = own[(round + turn) % own.length];
        const outcome = await PROGRAMS[program](context, set, round, size, distance);
        outcomes.push(outcome);
        context.log(`${set.name}, ${program}: ${JSON.stringify(outcome)}`);
      }
    }
    runs.push(...own);
  }
  await features.dispose();
  await engine.dispose();
  return {
    protocol: protocolOf(size),
    columns,
    rows: runs.map(({ set, program, outcomes }) => {
      const peer = runs.find((other) => other.set === set && other.program === "Pythae")!.outcomes;
      const of = (pick: (outcome: Outcome, round: number) => number) => spreadOf(outcomes.map(pick));
      return {
        set,
        program,
        negativeElbo: of(({ negativeElbo }) => negativeElbo),
        nll: of(({ nll }) => nll),
        normal: of(({ normal }) => normal),
        mixture: of(({ mixture }) => mixture),
        seconds: of(({ seconds }) => seconds),
        ratio: of(({ seconds }, round) => seconds / peer[round].seconds),
      };
    }),
    notes: [...notes, mixtureNote(runs.flatMap(({ outcomes }) => outcomes))],
    details: runs,
  };
}

function mixtureNote(outcomes: readonly Outcome[]): string {
  const seconds = spreadOf(outcomes.map(({ mixtureSeconds }) => mixtureSeconds));
  return `Fitting Pythae's mixture took another ${seconds?.median.toFixed(1)} s, which are not in its wall time; vaekit's is fitted within its own.`;
}

function columnsFor({ particles, judged, samples }: Size): Result["columns"] {
  return [
    { key: "set", title: "pictures" },
    { key: "program", title: "program" },
    { key: "negativeElbo", title: "test -ELBO, nats" },
    { key: "nll", title: `NLL (K = ${particles}, ${judged} pictures)` },
    { key: "normal", title: `frechet_${FEATURE_NET}_n${samples}, N(0, I)`, digits: 3 },
    { key: "mixture", title: `frechet_${FEATURE_NET}_n${samples}, mixture`, digits: 3 },
    { key: "seconds", title: "wall, s", digits: 1 },
    { key: "ratio", title: "over Pythae" },
  ];
}

function protocolOf({ rounds, epochs, samples, particles, judged }: Size): string {
  return (
    `Pythae 0.1.2's VAE and vaekit's with the same MLP 784-400-20 and grey cross-entropy, batch 128, ${epochs} epochs of ` +
    `all 60,000 training pictures; Pythae with Adam at 1e-3 (as its examples), vaekit with its default schedule. -ELBO over ` +
    `the 10,000 test pictures and importance-weighted NLL (K = ${particles}) over ${judged} of them, for both by ` +
    `bench/peers/judge.py from the saved weights, under N(0, I), with the same noise. Frechet distance of ${samples} ` +
    `samples to as many test pictures on vaekit's own small feature net (not to be compared with published FID): latents ` +
    `from N(0, I), and from a Gaussian mixture fitted to the codes (Pythae: GaussianMixtureSampler, 10 components). Wall ` +
    `time from the start of the process to the saved model. Programs take turns, ${rounds} rounds, a seed each; median ` +
    `(range).`
  );
}

export const workload: Workload = {
  name: "pythae",
  summary: "MNIST and Fashion-MNIST beside Pythae's VAE: likelihoods, samples, wall time",
  run,
};
