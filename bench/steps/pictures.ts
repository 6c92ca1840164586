/** Our side of a step comparison: the trainer's own steps on pictures in memory, as a contender. */

import { pictureDataset } from "../../src/data/pictures.js";
import { isCpu } from "../../src/graph/op.js";
import { compose } from "../../src/model/compose.js";
import type { PartConfig } from "../../src/model/config.js";
import { Philox } from "../../src/random.js";
import type { Engine } from "../../src/runtime/engine.js";
import { plan } from "../../src/train/plan.js";
import { modelProblem } from "../../src/train/problem.js";
import { BATCHES, type OurStep, trainerSteps } from "./step.js";

/** As bench/peers/step.py: MNIST's share of pixels that are not black. */
const INK = 0.19;

export interface PictureSteps {
  readonly net: PartConfig;
  readonly side: number;
  readonly channels: number;
  readonly latent: number;
  readonly batch: number;
}

/** Steps as src/train/loop.ts does them; pictures are gathered from bytes and scaled. */
export async function pictureSteps(engine: Engine, steps: PictureSteps): Promise<OurStep> {
  const { net, side, channels, latent, batch } = steps;
  const random = new Philox(0);
  const count = batch * BATCHES;
  const data = pictureDataset(
    { count, height: side, width: side, channels, pixels: randomPixels(count * side * side * channels, random) },
    { name: "random pictures", labels: null, fingerprint: "random" },
  );
  const config = await plan(data, { net, latent, likelihood: "bernoulli", valid: 0 });
  const problem = modelProblem(
    compose(config),
    data,
    Uint32Array.from({ length: count }, (_, i) => i),
    { binarize: false, flip: false, shift: 0, bytes: isCpu(engine.target) },
  );
  return trainerSteps(engine, problem, batch);
}

/** Bytes: a share of INK is grey, the rest black. */
function randomPixels(count: number, random: Philox): Uint8Array {
  const pixels = new Uint8Array(count);
  for (let i = 0; i < count; i++) if (random.uniform() < INK) pixels[i] = 256 * random.uniform();
  return pixels;
}
