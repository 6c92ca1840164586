/** The pictures that training leaves in a model folder: samples, and reconstructions of records. */

import type { Dataset } from "../data/dataset.js";
import { writePictures } from "../data/sinks/write.js";
import type { Files, Host, PictureLayout, Pictures } from "../host.js";
import type { ModelConfig } from "../model/config.js";
import { openRunner } from "../model/open.js";
import type { Runner, Weight } from "../model/runner.js";
import type { Engine } from "../runtime/engine.js";
import { pairSheet, reconstructPictures } from "./reconstruct.js";
import { drawSamples } from "./sample.js";
import type { VerbContext } from "./verb.js";

const SAMPLES = 64;
const PAIRS = 32;

/** `samples.png` and `reconstructions.png` as bytes, drawn with the seed of the training run. */
export async function fitPictures(
  config: ModelConfig,
  weights: ReadonlyMap<string, Weight>,
  data: Dataset,
  engine: Engine,
  context: Pick<VerbContext, "host" | "signal">,
): Promise<Record<string, Uint8Array>> {
  const runner = await openRunner(config, weights, engine);
  try {
    return await pictureFiles(runner, data, config.training.seed, context.host);
  } finally {
    await runner.dispose();
  }
}

async function pictureFiles(
  runner: Runner,
  data: Dataset,
  seed: number,
  host: Host,
): Promise<Record<string, Uint8Array>> {
  const samples = await drawSamples(runner, { count: SAMPLES, seed, temperature: 1 });
  const pairs = await reconstructPictures(runner, data, { count: Math.min(PAIRS, data.count), seed });
  const { pictures, columns } = pairSheet(pairs);
  return {
    "samples.png": await pictureBytes("samples.png", samples, {}, host),
    "reconstructions.png": await pictureBytes("reconstructions.png", pictures, { columns }, host),
  };
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
