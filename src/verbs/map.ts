/** Draws where records lie in latent space. */

import * as z from "zod";
import type { Dataset } from "../data/dataset.js";
import { pictureSinkFor, writePictures } from "../data/sinks/write.js";
import type { Pictures } from "../host.js";
import type { Runner } from "../model/runner.js";
import { type Codes, encodeDataset } from "./encode.js";
import { data, limit, machine, model, out, seed } from "./options.js";
import { type BatchOptions, imageFieldOf } from "./pictures.js";
import { withData, withRunner } from "./runner.js";
import { verb } from "./verb.js";

/** More points than this hide each other. */
const DEFAULT_LIMIT = 10_000;

export const map = verb({
  name: "map",
  summary: "Draw where records lie in latent space, coloured by label",
  input: z.strictObject({
    model,
    data,
    out: out("map.png", "a picture: two latents, or the two main directions of more"),
    limit: limit.unwrap().default(DEFAULT_LIMIT).describe("draw at most this many records, a sample drawn by the seed"),
    seed,
    ...machine,
  }),
  cli: {
    positional: ["model", "data"],
    example: "vaekit map models/mnist mnist#test --out map.png",
    streams: false,
  },
  async run({ data, out, limit, seed, ...options }, context) {
    pictureSinkFor(out, context.host);
    return withRunner(options, context, (runner) =>
      withData(data, imageFieldOf(runner.config), { limit, seed }, context, async (dataset) => {
        const { picture, axes } = await mapDataset(runner, dataset, {
          signal: context.signal,
          onProgress: (done) => context.report({ event: "work", what: "encoded", done, total: dataset.count }),
        });
        await writePictures(out, picture, {}, context.host);
        context.report({ event: "wrote", path: out, what: `${dataset.count} records, ${axes.join(" and ")}` });
        return { json: { path: out, count: dataset.count, axes }, text: "" };
      }),
    );
  },
});

/** Points in the plane, [count, 2], and what their coordinates are. */
export interface LatentMap {
  readonly codes: Codes;
  readonly points: Float32Array;
  readonly axes: readonly [string, string];
  /** The plot, one picture in colour. */
  readonly picture: Pictures;
}

/** Encodes all records of a data set and draws their means. E_SHAPE when the data is of another size than the model's. */
export async function mapDataset(runner: Runner, dataset: Dataset, options: BatchOptions = {}): Promise<LatentMap> {
  const { drawScatter } = await import("../eval/report/scatter.js");
  const codes = await encodeDataset(runner, dataset, options);
  const { points, axes, how } = await plane(codes, runner.latent);
  const records = `${codes.count.toLocaleString("en")} records`;
  const picture = drawScatter({
    points,
    classes: dataset.labels?.indices ?? null,
    names: dataset.labels?.names ?? [],
    title: `${dataset.name} in latent space`,
    subtitle: `${how}, ${records}`,
    axes,
  });
  return { codes, points, axes, picture };
}

interface Plane {
  readonly points: Float32Array;
  readonly axes: readonly [string, string];
  readonly how: string;
}

/** Two coordinates per record: the latents where there are two, else their two main directions. */
async function plane({ mu, logvar, count }: Codes, width: number): Promise<Plane> {
  if (width === 2) return { points: mu, axes: ["mu_0", "mu_1"], how: "The two latents" };
  if (width === 1) {
    const points = new Float32Array(2 * count);
    for (let i = 0; i < count; i++) points.set([mu[i], Math.exp(logvar[i] / 2)], 2 * i);
    return { points, axes: ["mu_0", "sigma_0"], how: "The one latent and its spread" };
  }
  const { pca } = await import("../eval/pca.js");
  const { project, explained } = pca(mu, width, 2);
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
  const [first, second] = explained;
  return {
    points: project(mu),
    axes: [`PC 1 (${percent(first)})`, `PC 2 (${percent(second)})`],
    how: `PCA of ${width} latents, ${percent(first + second)} of variance`,
  };
}
