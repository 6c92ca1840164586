/** The pictures that training leaves in a model folder: samples, and reconstructions of records. */

import type { Dataset } from "../data/dataset.js";
import { writePictures } from "../data/sinks/write.js";
import { splitIndices } from "../data/split.js";
import { subset } from "../data/subset.js";
import type { Files, Host, PictureLayout, Pictures } from "../host.js";
import type { ModelConfig } from "../model/config.js";
import { openRunner } from "../model/open.js";
import type { Weight } from "../model/runner.js";
import type { Engine } from "../runtime/engine.js";
import { TrainingOptions } from "../train/options.js";
import { pairSheet, reconstructPictures } from "./reconstruct.js";
import { drawSamples } from "./sample.js";

const SAMPLES = 64;
const PAIRS = 32;

/**
 * `samples.png` and `reconstructions.png` as bytes, drawn with the seed of the training run; the records are of those that
 * were kept aside, where there are any. Empty where the host writes no such pictures.
 */
export async function trainedPictures(
  config: ModelConfig,
  weights: ReadonlyMap<string, Weight>,
  data: Dataset,
  engine: Engine,
  host: Host,
): Promise<Record<string, Uint8Array>> {
  if (!host.pictureSinks.some(({ extensions }) => extensions.includes(".png"))) return {};
  const { seed, valid } = TrainingOptions.parse(config.training);
  const aside = splitIndices(data.count, valid, seed).valid;
  const shown = aside.length > 0 ? subset(data, aside) : data;
  const runner = await openRunner(config, weights, engine);
  try {
    const samples = await drawSamples(runner, { count: SAMPLES, seed, temperature: 1 });
    const pairs = await reconstructPictures(runner, shown, { count: Math.min(PAIRS, shown.count), seed });
    const { pictures, columns } = pairSheet(pairs);
    return {
      "samples.png": await pictureBytes("samples.png", samples, {}, host),
      "reconstructions.png": await pictureBytes("reconstructions.png", pictures, { columns }, host),
    };
  } finally {
    await runner.dispose();
  }
}

/** The bytes that a sink would write to a file of this name. */
async function pictureBytes(name: string, pictures: Pictures, layout: PictureLayout, host: Host): Promise<Uint8Array> {
  let written = new Uint8Array();
  const files: Files = {
    ...host.files,
    async write(_path, bytes) {
      written = Uint8Array.from(typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes);
    },
  };
  await writePictures(name, pictures, layout, { ...host, files });
  return written;
}
