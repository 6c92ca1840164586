/** How near generated pictures, and reconstructions, are to real ones: what `evaluate` says beside likelihoods when asked. */

import type { Dataset } from "../data/dataset.js";
import type { PictureArray } from "../data/pictures.js";
import { sampleIndices } from "../data/split.js";
import { VaekitError } from "../errors.js";
import type { PictureFigures } from "../eval/pictures/compare.js";
import type { Runner } from "../model/runner.js";
import type { Engine } from "../runtime/engine.js";
import { checkSize, decodePictures, encodeRecords, imageFieldOf, recordPictures } from "./pictures.js";
import { drawSamples } from "./sample-pictures.js";

export interface GeneratedOptions {
  /** Pictures to draw; as many real ones are compared, or all where there are fewer, and then fewer are drawn. */
  readonly count: number;
  /** Of the latents, and of which real records are compared. */
  readonly seed: number;
  readonly signal?: AbortSignal;
}

/** Under which conditions pictures were compared. */
export interface GeneratedProtocol {
  readonly features: string;
  readonly neighbours: number;
  readonly generated: string;
  readonly real: string;
}

/** Figures by full name (`frechet_vk64_n2000`), the same of reconstructions, and under which conditions. */
export interface GeneratedFigures {
  readonly generated: PictureFigures;
  /** Distances of the reconstructions of the real records to those records. */
  readonly reconstructions: PictureFigures;
  readonly protocol: GeneratedProtocol;
}

/**
 * Draws pictures from the model's sampler and compares them with records of `dataset`. E_DATA where there are fewer than
 * 100 records, E_SHAPE where they are of another size than the model's.
 */
export async function compareGenerated(
  runner: Runner,
  engine: Engine,
  dataset: Dataset,
  { count, seed, signal }: GeneratedOptions,
): Promise<GeneratedFigures> {
  checkSize(dataset, imageFieldOf(runner.config));
  const { openFeatures, compareFeatures, LEAST_PICTURES, pictureProtocol, distances } = await comparison();
  if (dataset.count < LEAST_PICTURES) {
    throw new VaekitError(
      "E_DATA",
      `${dataset.name}: got ${dataset.count} records, generated pictures are compared with at least ${LEAST_PICTURES}`,
      "Leave --generated out, or give more records.",
    );
  }
  const indices = sampleIndices(dataset.count, count, seed);
  const drawn = await drawSamples(runner, { count: indices.length, seed, temperature: 1, signal });
  const real = await recordPictures(runner, dataset, indices);
  const { mu } = await encodeRecords(runner, dataset, indices, { signal });
  const rebuilt = await decodePictures(runner, mu, { given: await dataset.read(indices), signal });
  const features = await openFeatures(engine);
  try {
    const { sampler, prior } = runner.config;
    const chosen =
      indices.length === dataset.count ? "all" : `${indices.length} of ${dataset.count}, drawn by the seed`;
    const ofReal = await features.of(real, signal);
    return {
      generated: compareFeatures(ofReal, await features.of(drawn, signal), features.name),
      reconstructions: compareFeatures(ofReal, await features.of(rebuilt, signal), features.name, distances),
      protocol: {
        ...pictureProtocol(features.name),
        generated: `${drawn.count} drawn by sampler ${sampler.name} from prior ${prior.name}, temperature 1, seed ${seed}`,
        real: `${dataset.name}, records: ${chosen}`,
      },
    };
  } finally {
    await features.dispose();
  }
}

/**
 * Compares generated pictures, whoever made them, with as many real ones: Frechet and kernel distance, precision, recall,
 * density, coverage, by names such as `frechet_vk64_n2000`. They are measured on features of vaekit's own small net and never
 * to be compared with published FID or KID. E_DATA for sets that are unequal or of fewer than 100 pictures.
 *
 * @example const { frechet_vk64_n2000 } = await comparePictures(await device(), real, await vae.sample(2000));
 */
export async function comparePictures(
  engine: Engine,
  real: PictureArray,
  generated: PictureArray,
): Promise<PictureFigures> {
  const { openFeatures, compareFeatures } = await comparison();
  const features = await openFeatures(engine);
  try {
    return compareFeatures(await features.of(real), await features.of(generated), features.name);
  } finally {
    await features.dispose();
  }
}

/** What compares, loaded where it is asked for: the net's weights and matrix algebra. */
async function comparison() {
  const [features, compare, list] = await Promise.all([
    import("../eval/features/features.js"),
    import("../eval/pictures/compare.js"),
    import("../eval/pictures/list.js"),
  ]);
  return { ...features, ...compare, ...list };
}
