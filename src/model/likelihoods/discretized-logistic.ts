/** Logistic pixels cut into 256 levels: true bits per dimension of 8-bit pictures (Salimans et al. 2017). */

import * as z from "zod";
import { discretizedLogistic } from "../../dist/discretized-logistic.js";
import type { FieldLikelihood } from "../parts.js";
import { joinBiases, logit, splitOutputs } from "./link.js";

const options = z.strictObject({});

/** Narrower than a hundredth of a level is no gain: the mass of one level is 1 already. */
const SMALLEST_LOGSCALE = -9;
/** At a hundred times the range nothing but the two ends has any mass left; beyond 80 float32 would have no numbers for it. */
const LARGEST_LOGSCALE = 5;
const STARTING_LOGSCALE = -2;

export const discretizedLogisticLikelihood: FieldLikelihood<z.infer<typeof options>> = {
  name: "discretized-logistic",
  summary: "8-bit levels with a scale per pixel; gives bits per dimension",
  options,
  fieldKinds: ["image"],
  output: {
    perValue: 2,
    bias: (mean, shape) =>
      joinBiases(
        [Float32Array.from(mean, logit), new Float32Array(mean.length).fill(STARTING_LOGSCALE)],
        shape[shape.length - 1],
      ),
  },
  isDensity: true,
  discretised: true,
  spread: {
    parameter: "logscale",
    shared: false,
    least: SMALLEST_LOGSCALE,
    most: LARGEST_LOGSCALE,
    variance: (logscale) =>
      logscale
        .mul(2)
        .exp()
        .mul(Math.PI ** 2 / 3), // of a logistic
    fixed: () => null,
  },
  build(_ctx, _options, out, { shape }) {
    const [mean, scale] = splitOutputs(out, shape, 2);
    return discretizedLogistic({ mu: mean.sigmoid(), logscale: scale.clip(SMALLEST_LOGSCALE, LARGEST_LOGSCALE) });
  },
};
