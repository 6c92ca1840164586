/** The same model with N(0, I) as its prior: for figures that other tools can be compared with. */

import type { ModelConfig } from "./config.js";
import { priors } from "./list.js";
import type { Weight } from "./runner.js";

const STANDARD = { name: "standard-normal" } as const;
/** Where compose puts what a prior learns. */
const SCOPE = "prior.";

/** A model's configuration and weights without its own prior; encoder and decoder stay as they are. */
export function withStandardPrior(
  config: ModelConfig,
  weights: ReadonlyMap<string, Weight>,
): { readonly config: ModelConfig; readonly weights: Map<string, Weight> } {
  return {
    config: { ...config, prior: STANDARD },
    weights: new Map([...weights].filter(([name]) => !name.startsWith(SCOPE))),
  };
}

/** What a model is while its prior is still to be fitted: one with N(0, I). Other configurations stay as they are. */
export function beforePrior(config: ModelConfig): ModelConfig {
  if (priors.get(config.prior.name).fit === "joint") return config;
  return {
    ...config,
    prior: STANDARD,
    choices: { ...config.choices, prior: `${STANDARD.name}: no other was fitted yet` },
  };
}
