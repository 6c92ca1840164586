/** A tour: trains on handwritten digits, then puts the model to every use. */

import * as z from "zod";
import type { Dataset } from "../data/dataset.js";
import { writePictures } from "../data/sinks/write.js";
import type { Runner } from "../model/runner.js";
import { figuresText } from "./figures.js";
import { type FitInput, fitInput } from "./fit-options.js";
import { mapDataset } from "./map.js";
import { look } from "./option.js";
import { machine, seed } from "./options.js";
import { encodeRecords } from "./pictures.js";
import { withData, withRunner } from "./runner.js";
import { type VerbContext, verb } from "./verb.js";
import { thereAndBack, walkAnimation, walkBetween } from "./walks.js";

const TRAIN_DATA = "mnist";
const TEST_DATA = "mnist#test";
/** Epochs are chosen so that training takes about this long by a trial; long runs were seen to take up to half as long again. */
const TRAINING_SECONDS = 54;
const MAX_AUTO_EPOCHS = 6;
/** Test records that figures are measured on, so that measuring takes seconds. */
const EVALUATED = 2000;
const MAPPED = 5000;
/** The walk goes from the first test picture of one label to the first of another. */
const WALK = { from: "3", to: "8", steps: 16 } as const;

export const demo = verb({
  name: "demo",
  summary: "Train on handwritten digits and show all that a model can do, in about a minute",
  input: z.strictObject({
    out: z.string().min(1).default("out/demo").describe("folder for the model and its pictures").register(look, {
      placeholder: "DIR",
    }),
    epochs: z
      .union([z.literal("auto"), z.int().min(1).max(1000)])
      .default("auto")
      .describe("times through the data; auto is what a minute holds")
      .register(look, {}),
    seed,
    ...machine,
  }),
  cli: { positional: [], example: "vaekit demo --out out/demo", streams: true },
  async run(input, context) {
    const { out, seed, threads, device } = input;
    const started = performance.now();
    const training = fitInput.parse({ data: TRAIN_DATA, net: "conv", out, seed, threads, device });
    const epochs = input.epochs === "auto" ? await affordableEpochs(training, context) : input.epochs;
    await train({ ...training, epochs }, context);
    const figures = await withRunner({ ...input, model: out }, context, (runner) =>
      withData(TEST_DATA, runner.config, { seed }, context, async (test) => {
        await drawWalk(runner, test, out, context);
        await drawMap(runner, test, input, context);
        return measure(runner, test, seed, context.signal);
      }),
    );
    const metrics = { ...figures, seconds: Math.round((performance.now() - started) / 1000) };
    return { json: { event: "done", path: out, metrics }, text: closing(out, metrics) };
  },
});

async function affordableEpochs(input: FitInput, context: VerbContext): Promise<number> {
  const { tryOut } = await import("./fit-dry-run.js");
  const { stepsPerEpoch, secondsPerStep } = await tryOut(input, context);
  const affordable = Math.floor(TRAINING_SECONDS / (stepsPerEpoch * secondsPerStep));
  return Math.min(MAX_AUTO_EPOCHS, Math.max(1, affordable));
}

async function train(input: FitInput, context: VerbContext): Promise<void> {
  const { fitModel } = await import("./fit-run.js");
  for await (const event of fitModel(input, context)) context.report(event);
  context.report({ event: "wrote", path: input.out, what: "the model; report.html shows it" });
}

async function drawWalk(runner: Runner, test: Dataset, out: string, { host, signal, report }: VerbContext) {
  const ends = Uint32Array.of(firstOf(test, WALK.from), firstOf(test, WALK.to));
  const { mu } = await encodeRecords(runner, test, ends);
  const between = [mu.slice(0, runner.latent), mu.slice(runner.latent)] as const;
  const walk = await walkBetween(runner, between, { steps: WALK.steps, path: "spherical", signal });
  const [gif, png] = ["interpolation.gif", "interpolation.png"].map((name) => host.files.join(out, name));
  await writePictures(gif, thereAndBack(walk), walkAnimation, host);
  await writePictures(png, walk, { columns: WALK.steps }, host);
  report({ event: "wrote", path: gif, what: `from a ${WALK.from} to an ${WALK.to}` });
  report({ event: "wrote", path: png, what: `the same, ${WALK.steps} steps side by side` });
}

async function drawMap(
  runner: Runner,
  test: Dataset,
  { out, seed }: { out: string; seed: number },
  context: VerbContext,
) {
  const { subset } = await import("../data/subset.js");
  const { sampleIndices } = await import("../data/split.js");
  const part = subset(test, sampleIndices(test.count, MAPPED, seed));
  const { picture } = await mapDataset(runner, part, { seed, signal: context.signal }, context.host);
  const path = context.host.files.join(out, "map.png");
  await writePictures(path, picture, {}, context.host);
  context.report({ event: "wrote", path, what: `where ${part.count} test digits lie in latent space` });
}

async function measure(runner: Runner, test: Dataset, seed: number, signal: AbortSignal) {
  const { evaluate } = await import("../eval/evaluate.js");
  const all = await evaluate(runner, test, { limit: EVALUATED, seed, signal });
  const { records, negativeElbo, reconstruction, kl, nll, activeUnits } = all;
  return { records, negativeElbo, reconstruction, kl, nll, activeUnits };
}

function firstOf({ labels }: Dataset, name: string): number {
  return Math.max(0, labels?.indices.indexOf(labels.names.indexOf(name)) ?? 0);
}

type Figures = Awaited<ReturnType<typeof measure>> & { readonly seconds: number };

function closing(out: string, { records, seconds, ...figures }: Figures): string {
  const table = figuresText({
    "-ELBO": figures.negativeElbo,
    reconstruction: figures.reconstruction,
    KL: figures.kl,
    "NLL (16 samples)": figures.nll,
    "active units": figures.activeUnits,
  });
  return `
${TEST_DATA}, ${records} records, nats per record (${seconds} s in all):

${indent(table)}

Next:

  npx vaekit sample ${out} -n 100 --temperature 0.8 --out samples.png
  npx vaekit interpolate ${out} --from ${TEST_DATA}/4 --to ${TEST_DATA}/9 --out walk.gif
  npx vaekit fit FOLDER-OF-PICTURES --out models/mine`;
}

function indent(text: string): string {
  return text.replace(/^/gm, "  ");
}
