/** Normal pixels with one learned or fixed sigma; fixed is mean squared error up to a constant. */

import * as z from "zod";
import { normal } from "../../dist/normal.js";
import { constant } from "../../graph/ops.js";
import { filled } from "../../nn/init.js";
import type { FieldLikelihood } from "../parts.js";
import { logit } from "./link.js";

/**
 * The one sigma of all pixels has a long way to go and, like every parameter under Adam, goes at most the learning rate a
 * step. At ten times the pace 750 steps on small faces reach the -ELBO that took 4,000 (-1,020 against -1,010 nats).
 */
export const SIGMA_PACE = 10;

const options = z.strictObject({
  sigma: z
    .union([z.literal("learned"), z.number().positive()])
    .default("learned")
    .describe("standard deviation of a pixel, 0..1 scale, or learned"),
  sigmaPace: z
    .number()
    .positive()
    .default(SIGMA_PACE)
    .describe(
      "how many times as fast as other parameters a learned sigma moves: Adam's steps do not see its gradient's size",
    ),
  link: z.enum(["sigmoid", "identity"]).default("sigmoid").describe("how the mean comes from the decoder's output"),
});

/** Where a learned sigma starts: about the spread of pixels that are not explained yet. */
const STARTING_LOGVAR = Math.log(0.05);
/** A sigma below a fifth of one of 255 levels explains nothing more. */
const SMALLEST_LOGVAR = 2 * Math.log(0.2 / 255);
/** Nothing holds it from above. */
const LARGEST_LOGVAR = Number.POSITIVE_INFINITY;

export const normalLikelihood: FieldLikelihood<z.infer<typeof options>> = {
  name: "normal",
  summary: "normal pixels with one learned sigma (or a fixed one: squared error)",
  options,
  fieldKinds: ["image"],
  output: { perValue: 1, bias: (mean) => Float32Array.from(mean, logit) },
  isDensity: true,
  discretised: false,
  spread: {
    parameter: "logvar",
    shared: true,
    least: SMALLEST_LOGVAR,
    most: LARGEST_LOGVAR,
    variance: (logvar) => logvar.exp(),
    fixed: ({ sigma }) => (sigma === "learned" ? null : sigma * sigma),
  },
  build(ctx, { sigma, sigmaPace, link }, out) {
    const logvar =
      sigma === "learned"
        ? ctx
            .param("logvar", [1], filled(STARTING_LOGVAR / sigmaPace))
            .mul(sigmaPace)
            .maximum(SMALLEST_LOGVAR)
        : constant(2 * Math.log(sigma));
    return normal({ mu: link === "sigmoid" ? out.sigmoid() : out, logvar });
  },
};
