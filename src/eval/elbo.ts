/** The negative evidence lower bound and its two terms (Kingma & Welling 2014, eq. 10), at beta 1 without free bits. */

import type { Metric } from "./metric.js";
import { moments } from "./moments.js";

/** -ELBO = E_q[-log p(x|z)] + KL(q(z|x) || p(z)), mean over records: the expectation over particles, the KL in closed form where there is one. */
export const elbo: Metric<{ negativeElbo: number; reconstruction: number; kl: number }> = {
  figures: {
    negativeElbo: { unit: "nats", better: "lower" },
    reconstruction: { unit: "nats", better: "lower" },
    kl: { unit: "nats", better: "neither" },
  },
  start() {
    const reconstruction = moments();
    const kl = moments();
    return {
      add(batch) {
        for (let i = 0; i < batch.count; i++) {
          reconstruction.add(batch.reconstruction[i]);
          kl.add(batch.kl[i]);
        }
      },
      result: () => ({ negativeElbo: reconstruction.mean + kl.mean, reconstruction: reconstruction.mean, kl: kl.mean }),
    };
  },
};
