/** The nets whose steps are compared; bench/peers/step.py has the same by the same names. */

import type { Engine } from "../../src/runtime/engine.js";
import { gruDecoder } from "../graphs/gru.js";
import { transformerDecoder } from "../graphs/transformer.js";
import { type PictureSteps, pictureSteps } from "./pictures.js";
import type { OurStep } from "./step.js";
import { textSteps } from "./text.js";

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

const SMALL = { side: 28, channels: 1, latent: 20, batch: 128 };
const LARGE = { side: 64, channels: 3, latent: 64, batch: 128 };
const GRU = { batch: 32, length: 40, vocabulary: 5000, width: 256, latent: 32 };
const TRANSFORMER = { ...GRU, length: 64, layers: 2, heads: 4, hidden: 1024 };

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
  gru: {
    about: "text decoder, 40 words, 256 units, vocabulary 5000",
    batch: GRU.batch,
    steps: 5,
    variants: PLAIN,
    ours: (engine) => textSteps(engine, gruDecoder(GRU), GRU),
  },
  transformer: {
    about: "text decoder, 64 words, 2 layers of width 256, 4 heads, vocabulary 5000",
    batch: TRANSFORMER.batch,
    steps: 2,
    variants: PLAIN,
    ours: (engine) => textSteps(engine, transformerDecoder(TRANSFORMER), TRANSFORMER),
  },
};
