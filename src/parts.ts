/**
 * Parts of your own: nets, likelihoods, findings and the rest, with what they are made of. `import { ... } from "vaekit/parts"`
 *
 * Define one with the function of its kind, register it in the list of its kind, and ask for it by name.
 */

// Layers. Each takes the context that names its parameters, and a tensor.
export { bernoulli } from "./dist/bernoulli.js";
export { discretizedLogistic } from "./dist/discretized-logistic.js";
export { type Dist, type Draw, distribution, type FamilySpec } from "./dist/dist.js";
export { normal } from "./dist/normal.js";
// Findings of the doctor.
export { type Check, check, type Finding, type Patient } from "./eval/doctor/finding.js";
export { checks } from "./eval/doctor/list.js";
export type { EpochRecord, Terms } from "./eval/history.js";
// Kinds of fields.
export type { Choice, FieldKind, FieldProfile } from "./fields/field.js";
export { type Field, fieldKinds } from "./fields/list.js";
export type { LatentGroup, Model, Trace } from "./model/compose.js";
// Kinds of parts: how each is defined, and the list that it is registered in.
export { likelihood, net, objective, posterior, prior, sampler } from "./model/define.js";
// What picture likelihoods and nets share.
export { joinBiases, logit, splitOutputs } from "./model/likelihoods/link.js";
export { likelihoods, nets, objectives, posteriors, priors, samplers } from "./model/list.js";
export { channelBias, type Picture, pictureOf, valueBias } from "./model/nets/picture.js";
export type {
  AskLatent,
  BuiltNet,
  Likelihood,
  Net,
  Objective,
  OutputSpec,
  Part,
  PlayerLoss,
  Posterior,
  PosteriorRequest,
  Prior,
  PriorRequest,
  Sampler,
  Values,
} from "./model/parts.js";
export { conv, convTranspose } from "./nn/conv.js";
export type { Ctx, DataFacts, NoiseKind, Statistic } from "./nn/ctx.js";
export { fanInUniform, filled, given, type Initializer, ones, zeros } from "./nn/init.js";
export { linear } from "./nn/linear.js";
export { groupNorm } from "./nn/norm.js";
export { residualBlock } from "./nn/residual.js";
export { rowsOf } from "./nn/rows.js";
export type { Registry } from "./registry.js";
