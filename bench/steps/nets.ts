/** The nets whose steps are compared; bench/peers/step.py has the same by the same names. */

import type { Engine } from "../../src/runtime/engine.js";
import { type PictureSteps, pictureSteps } from "./pictures.js";
import type { OurStep } from "./step.js";
import { type TextSteps, textSteps } from "./text.js";

export interface StepNet {
  readonly about: string;
  readonly batch: number;
  /** Steps in a block, so that a block lasts about half a second. */
  readonly steps: number;
  /** PyTorch's ways, as step.py calls them; the best of them counts. */
  readonly variants: readonly string[];
  ours(engine: Engine): Promise<OurStep>;
}

const PLAIN = ["eager", "fused", "compile", "compile+fused"];
const CONVOLUTIONAL = ["eager", "fused", "channels_last", "channels_last+fused", "compile", "compile+fused"];

function pictures(about: string, steps: number, variants: readonly string[], problem: PictureSteps): StepNet {
  return { about, batch: problem.batch, steps, variants, ours: (engine) => pictureSteps(engine, problem) };
}

function texts(about: string, steps: number, problem: TextSteps): StepNet {
  return { about, batch: problem.batch, steps, variants: PLAIN, ours: (engine) => textSteps(engine, problem) };
}

const SMALL = { side: 28, channels: 1, latent: 20, batch: 128 };
const LARGE = { side: 64, channels: 3, latent: 64, batch: 128 };
const TEXT = { vocabulary: 5000, latent: 32, batch: 32 };

export const STEP_NETS: Readonly<Record<string, StepNet>> = {
  mlp: pictures("VAE 784-400-20", 60, PLAIN, { ...SMALL, net: { name: "mlp", hidden: 400 } }),
  conv: pictures("VAE 28x28x1, 32-64 (k4 s2), latent 20", 12, CONVOLUTIONAL, {
    ...SMALL,
    net: { name: "conv", channels: [32, 64] },
  }),
  conv64: pictures("VAE 64x64x3, 32-64-128-256 (k4 s2), latent 64", 2, CONVOLUTIONAL, {
    ...LARGE,
    net: { name: "conv", channels: [32, 64, 128, 256] },
  }),
  residual: pictures("VAE 28x28x1, 32-64 with group norm, latent 20", 4, CONVOLUTIONAL, {
    ...SMALL,
    net: { name: "residual", channels: [32, 64], groups: 8 },
  }),
  gru: texts("texts of 20 to 40 tokens, vocabulary 5000, 256 units, latent 32", 3, {
    ...TEXT,
    net: { name: "gru" },
    length: 40,
  }),
  transformer: texts("texts of 32 to 64 tokens, vocabulary 5000, 2 + 2 layers of width 256, 4 heads, latent 32", 1, {
    ...TEXT,
    net: { name: "transformer" },
    length: 64,
  }),
};
