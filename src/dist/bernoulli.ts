/** The Bernoulli distribution by logits; values between 0 and 1 give the cross-entropy. */

import { distribution } from "./dist.js";

/** Bernoulli(sigmoid(logits)); log p = -cross-entropy(x, logits), Kingma & Welling 2014, appendix C.1. */
export const bernoulli = distribution("bernoulli", ["logits"], {
  logProb: (x, { logits }) => logits.sigmoidCrossEntropy(x).neg(),
  sample: ({ logits }, eps) => logits.sigmoid().sub(eps).step(),
  noise: "uniform",
  support: [0, 1],
  mean: ({ logits }) => logits.sigmoid(),
  mode: ({ logits }) => logits.step(),
  kl: {
    bernoulli: (q, p) => {
      const share = q.logits.sigmoid();
      return p.logits.sigmoidCrossEntropy(share).sub(q.logits.sigmoidCrossEntropy(share));
    },
  },
  examples: [{ logits: 0 }, { logits: -2 }, { logits: 9 }],
});
