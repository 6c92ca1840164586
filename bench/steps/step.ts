/** Our side of a step comparison: the trainer's own steps, with Adam as PyTorch's default, and the clock. */

import { dimsOf, type Program } from "../../src/graph/program.js";
import { BETA } from "../../src/model/objectives/elbo.js";
import { scratchArrays } from "../../src/model/open.js";
import { Philox } from "../../src/random.js";
import type { Engine, UpdateRule } from "../../src/runtime/engine.js";
import { optimizer } from "../../src/train/optimizers.js";
import type { Problem } from "../../src/train/problem.js";
import { openStepper } from "../../src/train/stepper.js";
import type { Contender } from "../harness/alternate.js";

const LEARNING_RATE = 1e-3;
const adam = optimizer("adam", { beta2: 0.999 });
/** As bench/peers/step.py: so many batches, made beforehand, again and again. */
export const BATCHES = 16;

export interface OurStep {
  readonly contender: Contender;
  /** What is compiled for the step. */
  readonly program: Program;
  /** Its named dimensions for the first batch. */
  readonly dims: Readonly<Record<string, number>>;
}

/**
 * Steps as src/train/loop.ts does them: records gathered and encoded, noise drawn, forward and backward, loss and gradient
 * norm read, Adam.
 */
export async function trainerSteps(engine: Engine, problem: Problem, batch: number): Promise<OurStep> {
  const random = new Philox(0);
  const stepper = await openStepper(problem, engine, batch, 0, 1);
  const { program } = problem.trace(batch);
  const batchAt = (at: number): Uint32Array => Uint32Array.from({ length: batch }, (_, i) => at * batch + i);
  let done = 0;

  async function step(): Promise<void> {
    const { gradientNorm } = await stepper.run(batchAt(done % BATCHES), random, { [BETA]: 1 });
    done++;
    await stepper.bank.update(adamStep(done, gradientNorm));
  }
  const dims = dimsOf(program, await problem.feeds(batchAt(0), new Philox(0), scratchArrays()));
  return { contender: timed(step, () => stepper.dispose()), program, dims };
}

function adamStep(step: number, gradientNorm: number): UpdateRule {
  return adam({ learningRate: LEARNING_RATE, step, gradientNorm, clip: "none" });
}

/** A contender that does `step` again and again. */
export function timed(step: () => Promise<unknown>, close: () => Promise<void>): Contender {
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
    close,
  };
}
