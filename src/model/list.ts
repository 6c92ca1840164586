/** The lists of parts. A new part is a file and a line here; users add theirs with `register`. */

import { registry } from "../registry.js";
import { choose } from "./choose.js";
import { bernoulliLikelihood } from "./likelihoods/bernoulli.js";
import { categoricalLikelihood } from "./likelihoods/categorical.js";
import { discretizedLogisticLikelihood } from "./likelihoods/discretized-logistic.js";
import { normalLikelihood } from "./likelihoods/normal.js";
import { normalColumnsLikelihood } from "./likelihoods/normal-columns.js";
import { tokens } from "./likelihoods/tokens.js";
import { conv } from "./nets/conv.js";
import { gru } from "./nets/gru.js";
import { jointNet } from "./nets/joint.js";
import { mlp } from "./nets/mlp.js";
import { residual } from "./nets/residual.js";
import { transformer } from "./nets/transformer.js";
import { elbo } from "./objectives/elbo.js";
import type { Likelihood, Net, Objective, Posterior, Prior, Sampler } from "./parts.js";
import { normalPosterior } from "./posteriors/normal.js";
import { mixturePrior } from "./priors/mixture.js";
import { standardNormalPrior } from "./priors/standard-normal.js";
import { priorSampler } from "./samplers/prior.js";

export const nets = registry<Net>("net", [mlp, conv, residual, gru, transformer] as Net[]);
nets.register(
  jointNet((config, fields, outputs) => {
    const { part, options } = choose(nets.get(config.name), config);
    return part.build(options, fields, outputs);
  }) as Net,
);
export const posteriors = registry<Posterior>("posterior", [normalPosterior] as Posterior[]);
export const priors = registry<Prior>("prior", [standardNormalPrior, mixturePrior] as Prior[]);
export const likelihoods = registry<Likelihood>("likelihood", [
  bernoulliLikelihood,
  normalLikelihood,
  discretizedLogisticLikelihood,
  categoricalLikelihood,
  normalColumnsLikelihood,
  tokens,
] as Likelihood[]);
export const objectives = registry<Objective>("objective", [elbo] as Objective[]);
export const samplers = registry<Sampler>("sampler", [priorSampler] as Sampler[]);
