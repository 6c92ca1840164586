/** How good are samples, as numbers: six sets of pictures, latents from N(0, I) and from the fitted prior. */

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { openFeatures } from "../../src/eval/features/features.js";
import { FEATURE_NET } from "../../src/eval/features/net.js";
import { compareFeatures } from "../../src/eval/pictures/compare.js";
import { pictureMetrics } from "../../src/eval/pictures/list.js";
import { device } from "../../src/node.js";
import { type PictureSet, pictureSets } from "../harness/picture-sets.js";
import { picturesAt } from "../harness/pictures.js";
import { measure } from "../harness/process.js";
import type { Cell, Context, Result, Workload } from "../harness/workload.js";

/** The most that the smallest set (Frey faces, 1,965) has about as many of. */
const SAMPLES = 1_900;
/** For --quick: it runs, and is not to be quoted. */
const QUICK_SAMPLES = 300;
const QUICK_FIT = ["--epochs", "1", "--limit", "2000"];
/** Folders of models by the names of the sets; a set without one is fitted with no flags. */
const MODELS = "BENCH_MODELS";

const PRIORS = { "N(0, I)": "standard-normal", "the model's": "model" } as const;

/** The model folder given for the set, else one fitted now. */
async function modelFor(context: Context, { name, train }: PictureSet): Promise<string> {
  const given = process.env[MODELS] && join(process.env[MODELS], name);
  if (given && existsSync(given)) return given;
  const out = join(await context.temporary(), "model");
  const flags = ["--seed", `${context.seed}`, "--threads", `${context.threads}`, ...(context.quick ? QUICK_FIT : [])];
  context.log(`${name}: no model given, fitting one`);
  await measure([...context.cli, "fit", train, ...flags, "--out", out, "--json"]);
  return out;
}

type Figures = Readonly<Record<string, number>>;

/** Figures of samples, and the Frechet distance of reconstructions. */
async function judged(context: Context, model: string, data: string, prior: string, count: number) {
  const flags = ["--generated", `${count}`, "--prior", prior, "--samples", "1", "--limit", "256"];
  const threads = ["--threads", `${context.threads}`, "--seed", `${context.seed}`];
  const { lines } = await measure([...context.cli, "evaluate", model, data, ...flags, ...threads, "--json"]);
  const { image } = JSON.parse(lines.map(({ text }) => text).join("\n")) as {
    image: Figures & { readonly reconstructions: Figures };
  };
  return image;
}

const key = (metric: string, count: number) => `${metric}_${FEATURE_NET}_n${count}`;
const cells = (figures: Figures, count: number): Record<string, Cell> =>
  Object.fromEntries(pictureMetrics.map(({ name }) => [name, figures[key(name, count)]]));

async function run(context: Context): Promise<Result> {
  const count = context.quick ? QUICK_SAMPLES : SAMPLES;
  const { sets, notes } = await pictureSets(context.root);
  const engine = await device("cpu", { threads: context.threads });
  const features = await openFeatures(engine);
  const rows: Record<string, Cell>[] = [];
  for (const set of sets) {
    const model = await modelFor(context, set);
    const { prior } = JSON.parse(await readFile(join(model, "config.json"), "utf8")) as { prior: { name: string } };
    const data = set.test ?? set.train;
    if (set.test) {
      const size = await picturesAt(set.test, 1);
      const of = async (address: string) => features.of(await picturesAt(address, count, [size.height, size.width]));
      const figures = compareFeatures(await of(set.test), await of(set.train), features.name);
      rows.push({ set: set.name, pictures: "training set", ...cells(figures, count), reconstruction: null });
    }
    for (const [name, choice] of Object.entries(PRIORS)) {
      if (choice === "model" && prior.name === "standard-normal") continue;
      const { reconstructions, ...figures } = await judged(context, model, data, choice, count);
      const pictures = choice === "model" ? `samples, ${prior.name}` : `samples, ${name}`;
      rows.push({
        set: set.name,
        pictures,
        ...cells(figures, count),
        reconstruction: reconstructions[key("frechet", count)],
      });
      context.log(`${set.name}, ${pictures}: ${JSON.stringify(figures)}`);
    }
  }
  await features.dispose();
  await engine.dispose();
  return {
    protocol:
      `${count} samples of each model against as many test pictures (emoji, faces, frey: training pictures), a sample ` +
      `drawn by the seed; features of vaekit's own small net ${FEATURE_NET}, so the distances are not to be compared with ` +
      `published FID and KID, nor with another number of pictures. Precision, recall, density, coverage with k = 5. ` +
      `Models: ${process.env[MODELS] ? `the folders given` : "fit without flags"}. "training set": as many training ` +
      `pictures in the samples' place, which is as near as can be expected.`,
    columns: [
      { key: "set", title: "set" },
      { key: "pictures", title: "compared with test pictures" },
      { key: "frechet", title: `Frechet (${FEATURE_NET}, n ${count})`, digits: 3 },
      { key: "kernel", title: "kernel", digits: 4 },
      { key: "precision", title: "precision" },
      { key: "recall", title: "recall" },
      { key: "density", title: "density" },
      { key: "coverage", title: "coverage" },
      { key: "reconstruction", title: "Frechet of reconstructions", digits: 3 },
    ],
    rows,
    notes,
  };
}

export const workload: Workload = {
  name: "samples",
  summary: "six sets of pictures: distance, precision and recall of samples, N(0, I) beside the fitted prior",
  run,
};
