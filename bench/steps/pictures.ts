/** Our side of a step comparison: the trainer's own steps on pictures in memory, as a contender. */

import { pictureDataset } from "../../src/data/pictures.js";
import { isCpu } from "../../src/graph/op.js";
import { compose } from "../../src/model/compose.js";
import type { PartConfig } from "../../src/model/config.js";
import { BETA } from "../../src/model/objectives/elbo.js";
import { Philox } from "../../src/random.js";
import type { Engine } from "../../src/runtime/engine.js";
import { plan } from "../../src/train/plan.js";
import { modelProblem } from "../../src/train/problem.js";
import { openStepper } from "../../src/train/stepper.js";
import { adamStep, type OurStep, timed } from "./step.js";

/** As bench/peers/step.py: batches made beforehand, MNIST's share of pixels that are not black. */
const BATCHES = 16;
const INK = 0.19;

export interface PictureSteps {
  readonly net: PartConfig;
  readonly side: number;
  readonly channels: number;
  readonly latent: number;
  readonly batch: number;
}

/**
 * Steps as src/train/loop.ts does them: pictures gathered from bytes and scaled, noise drawn, forward and backward, loss
 * and gradient norm read, Adam.
 */
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
  const stepper = await openStepper(problem, engine, batch, 0, 1);
  let done = 0;

  async function step(): Promise<void> {
    const start = (done % BATCHES) * batch;
    const records = Uint32Array.from({ length: batch }, (_, i) => start + i);
    const { gradientNorm } = await stepper.run(records, random, { [BETA]: 1 });
    done++;
    await stepper.bank.update(adamStep(done, gradientNorm));
  }
  return { contender: timed(step, () => stepper.dispose()), program: problem.trace(batch).program };
}

/** Bytes: a share of INK is grey, the rest black. */
function randomPixels(count: number, random: Philox): Uint8Array {
  const pixels = new Uint8Array(count);
  for (let i = 0; i < count; i++) if (random.uniform() < INK) pixels[i] = 256 * random.uniform();
  return pixels;
}
