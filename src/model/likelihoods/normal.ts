/** Normal pixels with one learned or fixed sigma; fixed is mean squared error up to a constant. */

import * as z from "zod";
import { normal } from "../../dist/normal.js";
import { constant } from "../../graph/ops.js";
import { filled } from "../../nn/init.js";
import type { Likelihood } from "../parts.js";
import { logit } from "./link.js";

const options = z.strictObject({
  sigma: z
    .union([z.literal("learned"), z.number().positive()])
    .default("learned")
    .describe("standard deviation of a pixel, 0..1 scale, or learned"),
  link: z.enum(["sigmoid", "identity"]).default("sigmoid").describe("how the mean comes from the decoder's output"),
});

/** Where a learned sigma starts: about the spread of pixels that are not explained yet. */
const STARTING_LOGVAR = Math.log(0.05);
/** A sigma below a fifth of one of 255 levels explains nothing more. */
const SMALLEST_LOGVAR = 2 * Math.log(0.2 / 255);
/** Nothing holds it from above. */
const LARGEST_LOGVAR = Number.POSITIVE_INFINITY;

export const normalLikelihood: Likelihood<z.infer<typeof options>> = {
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
  build(ctx, { sigma, link }, out) {
    const logvar =
      sigma === "learned"
        ? ctx.param("logvar", [1], filled(STARTING_LOGVAR)).maximum(SMALLEST_LOGVAR)
        : constant(2 * Math.log(sigma));
    return normal({ mu: link === "sigmoid" ? out.sigmoid() : out, logvar });
  },
};
