/** Perplexity of texts: among how many equally likely tokens a model is as unsure as it is of the next one. */

import { logMeanExp } from "./importance.js";
import type { Metric } from "./metric.js";

/**
 * exp of nats per token, over all tokens of all texts together, their ends counted: of the importance-weighted estimate of -log p(x), and
 * of the -ELBO, which is never lower on average. Null where a likelihood is no density.
 */
export const perplexity: Metric<{ tokens: number; perplexity: number | null; elboPerplexity: number }> = {
  figures: {
    tokens: { unit: "count", better: "neither" },
    perplexity: { unit: "count", better: "lower" },
    elboPerplexity: { unit: "count", better: "lower" },
  },
  start({ isDensity }) {
    let [tokens, nll, negativeElbo] = [0, 0, 0];
    return {
      add(batch) {
        for (let i = 0; i < batch.count; i++) {
          tokens += batch.tokens?.[i] ?? 0;
          nll -= logMeanExp(batch.logWeights.subarray(i * batch.particles, (i + 1) * batch.particles));
          negativeElbo += batch.reconstruction[i] + batch.kl[i];
        }
      },
      result: () => ({
        tokens,
        perplexity: isDensity ? Math.exp(nll / tokens) : null,
        elboPerplexity: Math.exp(negativeElbo / tokens),
      }),
    };
  },
};
