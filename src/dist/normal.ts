/** The normal distribution, elementwise, by mean and log-variance. */

import type { Tensor } from "../graph/ops.js";
import { type DistParameters, distribution } from "./dist.js";

const LOG_2PI = Math.log(2 * Math.PI);

type Parameters = { mu: Tensor; logvar: Tensor };

/** KL(N(mu, e^logvar) || N(0, 1)) per dimension (Kingma & Welling 2014, appendix B). */
function klStandard({ mu, logvar }: Parameters): Tensor {
  return mu.square().add(logvar.exp()).sub(logvar).sub(1).mul(0.5);
}

/** KL between two normals per dimension. */
function klNormal(q: Parameters, p: DistParameters): Tensor {
  const precision = p.logvar.neg().exp();
  const ratio = q.logvar.exp().add(q.mu.sub(p.mu).square()).mul(precision);
  return ratio.add(p.logvar).sub(q.logvar).sub(1).mul(0.5);
}

/** Normal(mu, exp(logvar)); log p in nats. Kingma & Welling 2014, appendices B and C.2; z = mu + sigma * eps. */
export const normal = distribution("normal", ["mu", "logvar"], {
  logProb: (x, { mu, logvar }) => x.sub(mu).square().mul(logvar.neg().exp()).add(logvar).add(LOG_2PI).mul(-0.5),
  sample: ({ mu, logvar }, eps) => mu.add(logvar.mul(0.5).exp().mul(eps)),
  noise: "normal",
  support: "real",
  mean: ({ mu }) => mu,
  mode: ({ mu }) => mu,
  kl: { normal: klNormal, "standard-normal": klStandard },
  examples: [
    { mu: 0, logvar: 0 },
    { mu: -1.5, logvar: 1 },
    { mu: 3, logvar: -20 },
  ],
});

/** Normal(0, 1) of `mean`'s shape: what most priors are. */
export const standardNormal = distribution("standard-normal", ["mean"], {
  logProb: (x) => x.square().add(LOG_2PI).mul(-0.5),
  sample: (_, eps) => eps,
  noise: "normal",
  support: "real",
  mean: ({ mean }) => mean,
  mode: ({ mean }) => mean,
  kl: { normal: (_, p) => p.mu.square().add(1).mul(p.logvar.neg().exp()).add(p.logvar).sub(1).mul(0.5) },
  examples: [{ mean: 0 }],
});
