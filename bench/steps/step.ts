/** What our steps have in common: Adam as PyTorch's default, and the clock. */

import type { Program } from "../../src/graph/program.js";
import type { UpdateRule } from "../../src/runtime/engine.js";
import { optimizer } from "../../src/train/optimizers.js";
import type { Contender } from "../harness/alternate.js";

const LEARNING_RATE = 1e-3;
const adam = optimizer("adam", { beta2: 0.999 });

export interface OurStep {
  readonly contender: Contender;
  /** What is compiled for the step. */
  readonly program: Program;
}

export function adamStep(step: number, gradientNorm: number): UpdateRule {
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
