/** Our side of a step comparison: the trainer's own steps on pictures in memory, as a contender. */

import { pictureDataset } from "../src/data/pictures.js";
import { compose } from "../src/model/compose.js";
import { BETA } from "../src/model/objectives/elbo.js";
import { ortNode } from "../src/node/ort-node.js";
import { Philox } from "../src/random.js";
import { optimizer } from "../src/train/optimizers.js";
import { plan } from "../src/train/plan.js";
import { modelProblem } from "../src/train/problem.js";
import { openStepper } from "../src/train/stepper.js";
import type { Contender } from "./harness/alternate.js";

/** As bench/peers/step.py: batches made beforehand, MNIST's share of pixels that are not black, latent 20. */
const BATCHES = 16;
const INK = 0.19;
const LATENT = 20;
const LEARNING_RATE = 1e-3;
const SIDE = 28;

/** The nets of bench/peers/models.py. */
const NETS = {
  mlp: { name: "mlp", hidden: 400 },
  conv: { name: "conv", channels: [32, 64] },
  residual: { name: "residual", channels: [32, 64], groups: 8 },
} as const;
export type StepModel = keyof typeof NETS;

export interface OurStepOptions {
  readonly model: StepModel;
  readonly batch: number;
  readonly threads: number;
}

/**
 * Steps as src/train/loop.ts does them: pictures gathered from bytes and scaled, noise drawn, forward and backward, loss
 * and gradient norm read, Adam.
 */
export async function ourSteps({ model: net, batch, threads }: OurStepOptions): Promise<Contender> {
  const random = new Philox(0);
  const count = batch * BATCHES;
  const data = pictureDataset(
    { count, height: SIDE, width: SIDE, channels: 1, pixels: randomPictures(count, random) },
    { name: "random pictures", labels: null, fingerprint: "random" },
  );
  const config = await plan(data, { net: NETS[net], latent: LATENT, likelihood: "bernoulli", valid: 0 });
  const problem = modelProblem(
    compose(config),
    data,
    Uint32Array.from({ length: count }, (_, i) => i),
    { binarize: false, flip: false, shift: 0 },
  );
  const engine = await ortNode({ threads });
  const stepper = await openStepper(problem, engine, batch, 0, 1);
  const update = optimizer("adam", { beta2: 0.999 });
  let done = 0;

  async function step(): Promise<void> {
    const start = (done % BATCHES) * batch;
    const records = Uint32Array.from({ length: batch }, (_, i) => start + i);
    const { gradientNorm } = await stepper.run(records, random, { [BETA]: 1 });
    done++;
    await stepper.bank.update(update({ learningRate: LEARNING_RATE, step: done, gradientNorm, clip: "none" }));
  }

  return {
    async run(steps) {
      const ms: number[] = [];
      for (let i = 0; i < steps; i++) {
        const start = performance.now();
        await step();
        ms.push(performance.now() - start);
      }
      return ms;
    },
    async close() {
      await stepper.dispose();
      await engine.dispose();
    },
  };
}

/** Bytes of `count` pictures: a share of INK is grey, the rest black. */
function randomPictures(count: number, random: Philox): Uint8Array {
  const pixels = new Uint8Array(count * SIDE * SIDE);
  for (let i = 0; i < pixels.length; i++) if (random.uniform() < INK) pixels[i] = 256 * random.uniform();
  return pixels;
}
