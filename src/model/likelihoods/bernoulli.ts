/** Bernoulli pixels: cross-entropy of grey or binary pictures. */

import * as z from "zod";
import { bernoulli } from "../../dist/bernoulli.js";
import type { Likelihood } from "../parts.js";
import { logit } from "./link.js";

const options = z.strictObject({});

export const bernoulliLikelihood: Likelihood<z.infer<typeof options>> = {
  name: "bernoulli",
  summary: "cross-entropy, for drawings and binary pictures",
  options,
  fieldKinds: ["image"],
  output: { perValue: 1, bias: (mean) => Float32Array.from(mean, logit) },
  isDensity: true,
  discretised: false,
  build: (_ctx, _options, out) => bernoulli({ logits: out }),
};
