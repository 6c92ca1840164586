/** The programs derived from a model: training step, encode, decode, generate, score. */

import type { Dist } from "../dist/dist.js";
import { VaekitError } from "../errors.js";
import type { Field } from "../fields/list.js";
import { grad } from "../graph/grad.js";
import { concat, constant, input, type Tensor } from "../graph/ops.js";
import { type Program, program } from "../graph/program.js";
import type { Dim, Shape } from "../graph/tensor.js";
import { type Ctx, type DataFacts, type ParameterSpec, type Recording, recordingContext } from "../nn/ctx.js";
import { rowsOf } from "../nn/rows.js";
import type { Model, Trace } from "./compose.js";
import type { LikelihoodGroup } from "./likelihood-groups.js";
import type { Values } from "./parts.js";
import { teacherOf, textInputs } from "./texts.js";
import { packedRecord, valuesOf } from "./values.js";

/** A program and what its trace asked for. */
export interface TracedProgram {
  readonly program: Program;
  readonly recording: Recording;
}

/** The named dimension of batches in programs that serve every batch size. */
export const BATCH = "B";
/** Prefix of statistics among a step's outputs. */
export const STATISTIC = "statistic/";
/** Prefixes of the fields among the outputs of `explainProgram`. */
export const SURPRISE = "surprise/";
export const MEAN = "mean/";

function factsOf(model: Model): DataFacts {
  return model.config.facts;
}

/** A placeholder per field, [batch, ...shape], of a text [batch, T] and one beside it; of a packed model they are parts of one. */
export function recordOf(model: Model, batch: Dim): Values {
  if (model.packed) return packedRecord(model.fields, batch);
  const { fields } = model;
  const values = fields.map((field) => [field.name, input(field.name, [batch, ...shapeOf(field)])]);
  return { ...Object.fromEntries(values), ...textInputs(fields) };
}

/** Shape of a record's values in a program. */
function shapeOf({ shape, ragged }: Field): Shape {
  return ragged ? [ragged.length] : shape;
}

/**
 * One training step for a batch of a fixed size, or of any (BATCH): outputs `loss` and the objective's terms (nats per record), statistics of states,
 * gradients of all parameters.
 */
export function stepProgram(model: Model, batch: Dim): TracedProgram {
  const { ctx, recording } = recordingContext("train", factsOf(model));
  const { part, options } = model.objective;
  const [player, ...others] = Object.values(part.losses(ctx, options, model, recordOf(model, batch)));
  if (others.length > 0) {
    throw new VaekitError("E_CONFIG", `objective "${part.name}" has ${others.length + 1} players, training takes one`);
  }
  const { loss, terms } = player;
  return trained("step", recording, loss, terms);
}

/** A step of fitting the prior to codes z [batch, latent]. */
export function priorStepProgram(model: Model, batch: number): TracedProgram {
  const { ctx, recording } = recordingContext("train", factsOf(model));
  const { part, options } = model.prior;
  const [{ name, size }] = groupsOf(model);
  const z = input("z", [batch, size]);
  const scope = ctx.at("prior").at(name);
  const losses = part.loss
    ? part.loss(scope, options, z)
    : part.build(scope, options, { size, context: null }).logProb(z).neg();
  return trained("prior-step", recording, losses.mean(), {});
}

/** log p(z) [B] of codes z [B, latent] under the prior of a model with one group of latents. */
export function priorDensityProgram(model: Model): TracedProgram {
  const { ctx, recording } = recordingContext("use", factsOf(model));
  const { part, options } = model.prior;
  const [{ name, size }] = groupsOf(model);
  const prior = part.build(ctx.at("prior").at(name), options, { size, context: null });
  return { recording, program: program("prior-density", { logProb: prior.logProb(input("z", [BATCH, size])) }) };
}

function trained(
  name: string,
  recording: Recording,
  loss: Tensor,
  terms: Readonly<Record<string, Tensor>>,
): TracedProgram {
  const names = [...recording.parameters.keys()];
  const gradients = grad(
    loss,
    names.map((key) => recording.parameters.get(key)!.tensor),
  );
  const statistics = Object.fromEntries([...recording.statistics].map(([key, { value }]) => [STATISTIC + key, value]));
  return {
    recording,
    program: program(
      name,
      { loss, ...terms, ...statistics },
      Object.fromEntries(names.map((key, i) => [key, gradients[i]])),
    ),
  };
}

/** Posterior of a batch of any size: outputs mu and logvar [B, latent], groups side by side. */
export function encodeProgram(model: Model, record = recordOf(model, BATCH)): TracedProgram {
  const { ctx, recording } = recordingContext("use", factsOf(model));
  const groups = model.encode(ctx, record);
  return { recording, program: program("encode", sideBySide(groups)) };
}

/** Means and log-variances of all groups, [B, latent]; a posterior without log-variances has 0. */
export function sideBySide(groups: readonly { readonly q: Dist }[]): { mu: Tensor; logvar: Tensor } {
  return {
    mu: joined(groups.map(({ q }) => q.mean)),
    logvar: joined(groups.map(({ q }) => q.parameters.logvar ?? constant(0).broadcastTo(q.shape))),
  };
}

/** Decoder's mean for latents z [B, latent] of all groups side by side: an output per field but texts, [B, ...shape]. */
export function decodeProgram(model: Model): TracedProgram {
  const { ctx, recording } = recordingContext("use", factsOf(model));
  const out = model.decode(ctx, latentsOf(model), givenOf(model));
  const means = atOnce(model).flatMap(({ name, fields }) => byField(out[name].mean, fields));
  return { recording, program: program("decode", Object.fromEntries(means)) };
}

/**
 * Records drawn from p(x|z) for latents z [B, latent] of all groups side by side: an output per field but texts, [B, ...shape]. The
 * noise of each likelihood is an input of its own.
 */
export function drawRecordProgram(model: Model): TracedProgram {
  const { ctx, recording } = recordingContext("use", factsOf(model));
  const out = model.decode(ctx, latentsOf(model), givenOf(model));
  const drawn = atOnce(model).flatMap(({ name, fields }) => {
    const { noise, noiseSize, sample } = out[name];
    const eps = ctx
      .at("likelihood")
      .at(name)
      .noise("eps", [BATCH, noiseSize], noise === "normal" ? noise : "uniform");
    return byField(sample(eps).z, fields);
  });
  return { recording, program: program("draw-records", Object.fromEntries(drawn)) };
}

/** The likelihoods whose values are made at once; texts are written token by token. */
function atOnce({ groups }: Model): LikelihoodGroup[] {
  return groups.filter(({ isText }) => !isText);
}

/** Values [B, sum of sizes] as one tensor [B, ...shape] per field. */
function byField(values: Tensor, fields: readonly Field[]): [name: string, values: Tensor][] {
  const parts =
    fields.length === 1
      ? [values]
      : values.split(
          1,
          fields.map(({ size }) => size),
        );
  return fields.map((field, i) => [field.name, parts[i].reshape([BATCH, ...shapeOf(field)])]);
}

/** Of a conditional model the fields that it is given, as one input. */
export function givenOf({ given }: Model): Values | null {
  return given.length > 0 ? packedRecord(given, BATCH) : null;
}

/** The input z [B, latent] cut into groups. */
export function latentsOf(model: Model): Record<string, Tensor> {
  const z = input("z", [BATCH, latentSize(model)]);
  let start = 0;
  return Object.fromEntries(
    groupsOf(model).map(({ name, size }) => {
      start += size;
      return [name, z.slice(1, start - size, start)];
    }),
  );
}

/** z [B, latent] from the sampler's noise `eps` and the scalar `temperature`. */
export function drawProgram(model: Model): TracedProgram {
  const { ctx, recording } = recordingContext("use", factsOf(model));
  const { latents } = model.generate(ctx, BATCH);
  return { recording, program: program("draw", { z: joined(Object.values(latents)) }) };
}

/**
 * Terms per record with `particles` draws each: reconstruction = -log p(x|z) [P, B], kl [B] (closed form, else the mean of
 * log q - log p), logWeights = log p(x, z) - log q(z|x) [P, B].
 */
export function scoreProgram(
  model: Model,
  particles: number,
  mode: Ctx["mode"] = "use",
  record = recordOf(model, BATCH),
): TracedProgram {
  const { ctx, recording } = recordingContext(mode, factsOf(model));
  const trace = model.trace(ctx, record, { particles });
  const wide = (x: Tensor): Tensor => x.reshape([particles, BATCH]);
  const { logLikelihood, logWeights } = weightsOf(trace);
  const kl = sum(trace.groups.map(({ kl, logq, logp }) => (kl ? kl.sum(-1) : wide(logq.sub(logp)).mean(0))));
  return { recording, program: program(`score-${particles}`, { reconstruction: logLikelihood.neg(), kl, logWeights }) };
}

/** log p(x|z) and log w = log p(x, z) - log q(z|x) of each particle, [P, B]. */
function weightsOf(trace: Trace): { readonly logLikelihood: Tensor; readonly logWeights: Tensor } {
  const wide = (x: Tensor): Tensor => x.reshape([trace.particles, BATCH]);
  const logLikelihood = sum(Object.values(trace.likelihoods).map(({ logProb }) => wide(logProb)));
  const logWeights = sum([logLikelihood, ...trace.groups.map(({ logp, logq }) => wide(logp.sub(logq)))]);
  return { logLikelihood, logWeights };
}

/**
 * Where a record is surprising, with `particles` draws: logWeights [P, B], and per field, as means over the particles by
 * their importance weights (which makes them means over p(z|x)), [B, size]:
 * `surprise/FIELD` = log p(mode_i|z) - log p(x_i|z), the nats that a value costs beyond the likeliest value in its place
 * (not for a likelihood that does not factorise), and `mean/FIELD`, the decoder's mean.
 */
export function explainProgram(model: Model, particles: number): TracedProgram {
  const { ctx, recording } = recordingContext("use", factsOf(model));
  const record = recordOf(model, BATCH);
  const trace = model.trace(ctx, record, { particles });
  const { logWeights } = weightsOf(trace);
  const isCode = ({ name }: LikelihoodGroup): boolean => trace.likelihoods[name].dist.space === "discrete";
  const codes = model.groups.filter(isCode);
  const amounts = model.groups.filter((group) => !isCode(group));
  const explained = {
    ...explainedOnAverage(amounts, record, trace, logWeights),
    ...(codes.length > 0 && explainedAtBest(model, codes, ctx, record, trace, logWeights)),
  };
  return { recording, program: program(`explain-${particles}`, { logWeights, ...explained }) };
}

/** Means over the particles by their importance weights. */
function explainedOnAverage(
  explained: readonly LikelihoodGroup[],
  record: Values,
  trace: Trace,
  logWeights: Tensor,
): Record<string, Tensor> {
  const { particles } = trace;
  const share = logWeights.softmax(0).expandDims(-1);
  const overParticles = (x: Tensor): Tensor => x.reshape([particles, BATCH, x.shape[1]]).mul(share).sum(0);
  const outputs: Record<string, Tensor> = {};
  for (const group of explained) {
    const { name, fields } = group;
    const { dist } = trace.likelihoods[name];
    for (const [field, mean] of byField(overParticles(dist.mean), fields)) outputs[MEAN + field] = rowsOf(mean);
    if (dist.elements === "none") continue;
    const values = valuesOf(record, fields);
    const size = values.shape[1];
    const x = values.broadcastTo([particles, BATCH, size]).reshape([-1, size]);
    Object.assign(outputs, surprises(overParticles(dist.elements(dist.mode).sub(dist.elements(x))), group));
  }
  return outputs;
}

/** Of values that are codes there are no means: what the likeliest particle alone expects. */
function explainedAtBest(
  model: Model,
  explained: readonly LikelihoodGroup[],
  ctx: Ctx,
  record: Values,
  { groups, particles }: Trace,
  logWeights: Tensor,
): Record<string, Tensor> {
  const isBest = logWeights.equal(logWeights.max(0, true)).cast("float32");
  // Where no weight is a number, none is the largest, and the latents are 0.
  const chosen = isBest.div(isBest.sum(0, true).maximum(1)).expandDims(-1); // [P, B, 1]
  const latents = groups.map(({ name, size, z }) => [name, z.reshape([particles, BATCH, size]).mul(chosen).sum(0)]);
  const out = model.decode(ctx, Object.fromEntries(latents), record, teacherOf(record, model.fields, 1));
  const outputs: Record<string, Tensor> = {};
  for (const group of explained) {
    const { mean, elements, surprise } = out[group.name];
    for (const [field, expected] of byField(mean, group.fields)) outputs[MEAN + field] = rowsOf(expected);
    if (elements === "none") continue;
    const x = valuesOf(record, group.fields);
    const beyond = surprise ? surprise(x) : elements(out[group.name].mode).sub(elements(x));
    Object.assign(outputs, surprises(beyond, group));
  }
  return outputs;
}

/** Elements [B, E] of a group as an output per field. */
function surprises(all: Tensor, { fields, elements }: LikelihoodGroup): Record<string, Tensor> {
  if (fields.length === 1 && fields[0].ragged) return { [SURPRISE + fields[0].name]: all };
  let start = 0;
  return Object.fromEntries(
    fields.map(({ name }, i) => {
      start += elements[i];
      return [SURPRISE + name, all.slice(1, start - elements[i], start)];
    }),
  );
}

/** Everything a model learns, by name: what training and a prior fitted afterwards ask for. */
export function parametersOf(model: Model): Map<string, ParameterSpec> {
  const parameters = new Map(stepProgram(model, 1).recording.parameters);
  if (model.prior.part.fit === "after")
    for (const [name, spec] of priorStepProgram(model, 1).recording.parameters) parameters.set(name, spec);
  return parameters;
}

export interface GroupShape {
  readonly name: string;
  readonly size: number;
}

/** Latent groups in the order in which the decoder asks. */
export function groupsOf(model: Model): GroupShape[] {
  const { ctx } = recordingContext("use", factsOf(model));
  return model.encode(ctx, recordOf(model, BATCH)).map(({ name, q }) => ({ name, size: q.shape.at(-1) as number }));
}

/** Latents of all groups together. */
export function latentSize(model: Model): number {
  return groupsOf(model).reduce((total, { size }) => total + size, 0);
}

function sum(tensors: readonly Tensor[]): Tensor {
  return tensors.reduce((a, b) => a.add(b));
}

/** [B, a], [B, b] -> [B, a + b]. */
function joined(tensors: readonly Tensor[]): Tensor {
  return concat(tensors, -1);
}
