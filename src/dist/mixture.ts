/** The mixture of Gaussians with a full covariance each, by principal axes: density and draws are both exact. */

import { concat, constant, type Tensor } from "../graph/ops.js";
import type { Dist } from "./dist.js";

const LOG_2PI = Math.log(2 * Math.PI);

/**
 * K components over D dimensions; component k has the share softmax(logits)_k, mean mu_k and covariance
 * A diag(e^(2 logscale)) A^T, where the columns of A = axes_k are orthonormal.
 */
export type MixtureParameters = {
  /** [K] */
  readonly logits: Tensor;
  /** [K, D] */
  readonly mu: Tensor;
  /** [K, D, D] */
  readonly axes: Tensor;
  /** [K, D] */
  readonly logscale: Tensor;
};

/**
 * sum_k pi_k N(mu_k, Sigma_k). Principal axes give both the density (turn and scale x - mu) and draws (scale and turn noise)
 * without solving anything, which a Cholesky factor would need for one of the two.
 *
 * Noise has D + 1 numbers: the last chooses the component through the normal distribution function, the rest make the place
 * within it. The temperature scales the spread within components and leaves their shares as they are: a lower one gives
 * more typical values of every kind, where tempering the density itself would give one kind only.
 */
export function gaussianMixture(parameters: MixtureParameters): Dist {
  const { logits, mu, axes, logscale } = parameters;
  const [components, size] = mu.shape as readonly number[];
  const shares = logits.softmax();
  const logProb = (x: Tensor): Tensor => {
    // (x - mu_k) A_k / s_k for all k by one product: x W - b, [N, K D].
    const scaled = axes.mul(logscale.neg().exp().expandDims(1)); // [K, D, D]
    const w = scaled.transpose([1, 0, 2]).reshape([size, components * size]);
    const b = mu
      .expandDims(1)
      .matmul(scaled)
      .reshape([components * size]);
    const squares = x
      .reshape([-1, size])
      .matmul(w)
      .sub(b)
      .square()
      .matmul(constant(blocks(components, size), [components * size, components]));
    const height = logits
      .logSoftmax()
      .sub(logscale.sum(-1))
      .sub((size / 2) * LOG_2PI);
    const each = height.expandDims(1).sub(squares.transpose().mul(0.5)); // [K, N]
    return each.logSumExp(0).reshape(x.shape.slice(0, -1));
  };
  return {
    name: "gaussian-mixture",
    parameters,
    shape: [size],
    noise: "normal",
    noiseSize: size + 1,
    density: "everywhere",
    space: "euclidean",
    sample(eps, temperature) {
      const rows = eps.reshape([-1, size + 1]);
      const noise = rows.slice(1, 0, size).expandDims(0); // [1, N, D]
      const chosen = choice(normalCdf(rows.slice(1, size)), shares)
        .transpose()
        .expandDims(2); // [K, N, 1]
      const scaled = (temperature ? noise.mul(temperature) : noise).mul(logscale.exp().expandDims(1));
      const each = scaled.matmul(axes, { transposeB: true }).add(mu.expandDims(1)); // [K, N, D]
      const z = chosen
        .mul(each)
        .sum(0)
        .reshape([...eps.shape.slice(0, -1), size]);
      return { z, logq: logProb(z) };
    },
    logProb,
    elements: "none",
    mean: shares.reshape([1, components]).matmul(mu).reshape([size]),
    /** The mean of the component whose peak is the highest: the mode itself has no closed form. */
    get mode() {
      return mu.gather(logits.sub(logscale.sum(-1)).argmax(), 0);
    },
    kl: () => null,
    stop: () => gaussianMixture({ logits: logits.stop(), mu: mu.stop(), axes: axes.stop(), logscale: logscale.stop() }),
  };
}

/** Sums the numbers of each component: 1 where a row is one of the column's, [K D, K]. */
function blocks(components: number, size: number): Float32Array {
  const sums = new Float32Array(components * size * components);
  for (let row = 0; row < components * size; row++) sums[row * components + Math.floor(row / size)] = 1;
  return sums;
}

/** P(N(0, 1) <= x): makes a normal number a uniform one. */
function normalCdf(x: Tensor): Tensor {
  return x.mul(Math.SQRT1_2).erf().add(1).mul(0.5);
}

/** Which of `shares` [K] the numbers u [N, 1] in 0..1 fall to, as 1 and 0 [N, K]: exactly one 1 per row. */
function choice(u: Tensor, shares: Tensor): Tensor {
  const count = shares.shape[0] as number;
  const none = u.mul(0);
  // [N, K - 1]: 1 for the shares that end before u, then 0.
  const beyond = count > 1 ? [u.sub(shares.cumsum().slice(0, 0, count - 1)).step()] : [];
  return concat([none.add(1), ...beyond], -1).sub(concat([...beyond, none], -1));
}
