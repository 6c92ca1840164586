/** Bernoulli pixels: cross-entropy of grey or binary pictures. */

import * as z from "zod";
import { bernoulli } from "../../dist/bernoulli.js";
import type { FieldLikelihood } from "../parts.js";
import { logit } from "./link.js";

const options = z.strictObject({});

/** Drawings have grey on the edges of their lines only: MNIST .09; Fashion-MNIST, which is grey, .39. */
const MAX_GREY_SHARE = 0.25;

export const bernoulliLikelihood: FieldLikelihood<z.infer<typeof options>> = {
  name: "bernoulli",
  summary: "cross-entropy, for drawings and binary pictures",
  options,
  fieldKinds: ["image"],
  output: { perValue: 1, bias: (mean) => Float32Array.from(mean, logit) },
  isDensity: true,
  discretised: false,
  misfit({ greyShare }, { shape }, binarized) {
    const channels = shape[shape.length - 1];
    if (binarized && channels === 1) return null; // it sees nothing but black and white
    const problem = "A Bernoulli likelihood is for black and white: of other values it is no density";
    const percent = (share: number): string => `${(share * 100).toFixed(0)} % of the values between .1 and .9`;
    if (channels > 1)
      return {
        problem: `${problem}, and these pictures are in colour.`,
        got: `${channels} channels, ${percent(greyShare)}`,
        expected: "1 channel",
        better: "normal",
      };
    if (greyShare <= MAX_GREY_SHARE) return null;
    return {
      problem: `${problem}, and these pictures are grey.`,
      got: percent(greyShare),
      expected: `at most ${(MAX_GREY_SHARE * 100).toFixed(0)} %`,
      better: "normal",
    };
  },
  build: (_ctx, _options, out) => bernoulli({ logits: out }),
};
