/** The logistic distribution cut into 256 levels of 0..1: a true likelihood of 8-bit values. */

import { constant, type Tensor, where } from "../graph/ops.js";
import { distribution } from "./dist.js";

export const LEVELS = 256;
const HALF_STEP = 0.5 / (LEVELS - 1);

/**
 * P(x = k/255) = sigmoid((x + h - mu) / s) - sigmoid((x - h - mu) / s) with h half a level; the lowest and the highest
 * level take the tails. s = e^logscale. The mean is that of the logistic before it is cut, within 0..1; the mode is mu, or
 * one of the two ends where its tail holds more.
 * Salimans et al. 2017 (PixelCNN++), eq. 2; Kingma et al. 2016, appendix.
 */
export const discretizedLogistic = distribution("discretized-logistic", ["mu", "logscale"], {
  logProb,
  sample: ({ mu, logscale }, eps) => {
    const u = eps.clip(1e-6, 1 - 1e-6);
    const logit = u.log().sub(constant(1).sub(u).log());
    return mu
      .add(logscale.exp().mul(logit))
      .mul(LEVELS - 1)
      .round()
      .mul(1 / (LEVELS - 1))
      .clip(0, 1);
  },
  noise: "uniform",
  support: Array.from({ length: LEVELS }, (_, k) => k / (LEVELS - 1)),
  mean: ({ mu }) => mu.clip(0, 1),
  mode: (parameters) => {
    const ends = [constant(0), constant(1)].map((x) => ({ x, logProb: logProb(x, parameters) }));
    let best = { x: parameters.mu.clip(0, 1), logProb: logProb(parameters.mu.clip(0, 1), parameters) };
    for (const end of ends) {
      const more = end.logProb.greater(best.logProb);
      best = { x: where(more, end.x, best.x), logProb: where(more, end.logProb, best.logProb) };
    }
    return best.x;
  },
  kl: {},
  examples: [
    { mu: 0.5, logscale: -2 },
    { mu: 0.1, logscale: -5 },
    { mu: 0.9, logscale: -7 },
  ],
});

function logProb(x: Tensor, { mu, logscale }: Record<"mu" | "logscale", Tensor>): Tensor {
  const sharpness = logscale.neg().exp();
  const centred = x.sub(mu);
  const upper = centred.add(HALF_STEP).mul(sharpness);
  const lower = centred.sub(HALF_STEP).mul(sharpness);
  // The mass between is sigmoid(upper) * (1 - sigmoid(lower)) * (1 - e^(lower - upper)): no difference of near equals.
  const between = upper
    .softplus()
    .sub(upper)
    .add(lower.softplus())
    .neg()
    .add(logOneMinusExp(sharpness.mul(2 * HALF_STEP)));
  const lowest = upper.sub(upper.softplus());
  const highest = lower.softplus().neg();
  const inner = x.sub(1 - HALF_STEP).step();
  const outer = constant(HALF_STEP).sub(x).step();
  return lowest
    .mul(outer)
    .add(highest.mul(inner))
    .add(between.mul(constant(1).sub(inner).sub(outer)));
}

/** log(1 - e^-x) for x > 0, as log(2t / (1 + t)) with t = tanh(x/2): nothing cancels where x is small. */
function logOneMinusExp(x: Tensor): Tensor {
  const t = x.mul(0.5).tanh();
  return t.mul(2).log().sub(t.add(1).log());
}
