/** The composition: parts become a model that can be traced, encoded and decoded in a graph. */

import type { Dist } from "../dist/dist.js";
import { VaekitError } from "../errors.js";
import { type Field, fieldsOf } from "../fields/list.js";
import { concat, type Tensor } from "../graph/ops.js";
import type { Dim } from "../graph/tensor.js";
import type { Ctx } from "../nn/ctx.js";
import { type Chosen, choose } from "./choose.js";
import type { ModelConfig } from "./config.js";
import { featuresOf } from "./features.js";
import { type LikelihoodGroup, likelihoodGroups } from "./likelihood-groups.js";
import { nets, objectives, posteriors, priors, samplers } from "./list.js";
import type {
  AskLatent,
  BuiltNet,
  Grown,
  Held,
  Objective,
  Posterior,
  Prior,
  Sampler,
  Teacher,
  Values,
  Writer,
} from "./parts.js";
import { teacherOf } from "./texts.js";
import { arePacked, packedRecord, valuesOf } from "./values.js";

/** One group of latents as it was asked for and answered. */
export interface LatentGroup {
  readonly name: string;
  readonly size: number;
  readonly q: Dist;
  readonly p: Dist;
  /** [P, B, size]; with one particle [B, size]. */
  readonly z: Tensor;
  /** [P, B], one particle [B]. */
  readonly logq: Tensor;
  readonly logp: Tensor;
  /** KL(q || p) per record and dimension, [B, size] (a group with context: mean over particles); null: only an estimate at samples. */
  readonly kl: Tensor | null;
}

/** Everything an objective may want to know of one pass through the model. */
export interface Trace {
  readonly groups: readonly LatentGroup[];
  readonly particles: number;
  /** p(x|z) and log p(x|z) by likelihood group, [P, B], one particle [B]. */
  readonly likelihoods: Readonly<Record<string, { readonly dist: Dist; readonly logProb: Tensor }>>;
}

export interface Model {
  readonly config: ModelConfig;
  readonly fields: readonly Field[];
  readonly objective: Chosen<Objective>;
  readonly prior: Chosen<Prior>;
  /** Programs take all fields as one input (`RECORD`), not as one each. */
  readonly packed: boolean;
  /** The fields by their likelihoods. */
  readonly groups: readonly LikelihoodGroup[];
  /** Encodes, draws `particles` latents per record and decodes them. */
  trace(ctx: Ctx, record: Values, options?: { readonly particles?: number }): Trace;
  /** q(z|x) of every group; groups with context are conditioned on the means above them. */
  encode(ctx: Ctx, record: Values): readonly { readonly name: string; readonly q: Dist }[];
  /** Fields that a conditional model is given; no likelihood has them. */
  readonly given: readonly Field[];
  /**
   * p(x|z) by likelihood group from given latents, [N, size]; of a conditional model, for the fields given in `record`. Texts
   * are judged where `teacher` has them, and left out where it is null.
   */
  decode(
    ctx: Ctx,
    latents: Readonly<Record<string, Tensor>>,
    record: Values | null,
    teacher?: Teacher | null,
  ): Readonly<Record<string, Dist>>;
  /** Texts by their field: how they are written from latents [R, D] beside `record`, what a conditional model is given. */
  readonly writing: Readonly<Record<string, Writing>>;
  /** p(x|z) from noise by the sampler: z of each group, then what the decoder makes of it. */
  generate(
    ctx: Ctx,
    count: Dim,
  ): { readonly latents: Readonly<Record<string, Tensor>>; readonly out: Readonly<Record<string, Dist>> };
}

/** How a text is written, beside what a conditional model is given. */
export interface Writing extends Pick<Writer, "grows" | "step"> {
  begin(ctx: Ctx, z: Tensor, record: Values | null): Held;
}

/** The scalar that spreads the sampler's noise. */
export const TEMPERATURE = "temperature";

/** E_UNKNOWN for a part that is not registered, E_CONFIG for options that do not fit. */
export function compose(config: ModelConfig): Model {
  const fields = fieldsOf(config.schema);
  const posterior = choose<Posterior>(posteriors.get(config.posterior.name), config.posterior);
  const prior = choose<Prior>(priors.get(config.prior.name), config.prior);
  const objective = choose<Objective>(objectives.get(config.objective.name), config.objective);
  const sampler = choose<Sampler>(samplers.get(config.sampler.name), config.sampler);
  const given = fields.filter(({ name }) => config.given?.includes(name));
  const likelihoodsBy = likelihoodGroups(
    fields.filter((field) => !given.includes(field)),
    config,
  );
  const outputs = Object.fromEntries(likelihoodsBy.map(({ name, output }) => [name, output]));
  const chosenNet = choose(nets.get(config.net.name), config.net);
  const net: BuiltNet = chosenNet.part.build(chosenNet.options, fields, outputs);

  // A prior that is fitted afterwards is stood in for by N(0, I) until then.
  const stand = priors.get("standard-normal");
  const priorOf = (ctx: Ctx, name: string, size: number, context: Tensor | null): Dist =>
    ctx.mode !== "use" && prior.part.fit === "after"
      ? stand.build(ctx, {}, { size, context })
      : prior.part.build(ctx.at("prior").at(name), prior.options, { size, context });
  const posteriorOf = (ctx: Ctx, name: string, features: Values, size: number, p: Dist, context: Tensor | null): Dist =>
    posterior.part.build(ctx.at("posterior").at(name), posterior.options, features, { size, prior: p, context });
  const likelihoodsOf = (ctx: Ctx, out: Values, teacher: Teacher | null): Record<string, Dist> =>
    Object.fromEntries(
      likelihoodsBy
        .filter(({ isText }) => !isText || teacher !== null)
        .map(({ name, build }) => [name, build(ctx.at("likelihood"), out[name], teacher)]),
    );

  /** Latents [N, size] with what the decoder is given beside them, of which there is one row for `repeats` latents each. */
  const besides = (z: Tensor, record: Values | null, repeats = 1): Tensor => {
    if (given.length === 0) return z;
    if (!record) throw new VaekitError("E_CONFIG", "this model needs the fields that it is given");
    const condition = featuresOf(record, given, null, "codes");
    const wide =
      repeats === 1
        ? condition
        : condition.broadcastTo([repeats, ...condition.shape]).reshape([-1, condition.shape[1]]);
    return concat([z, wide], 1);
  };

  return {
    config,
    fields,
    given,
    objective,
    prior,
    packed: arePacked(fields),
    groups: likelihoodsBy,

    trace(ctx, record, { particles = 1 } = {}) {
      const features = net.encoder(ctx.at("encoder"), record);
      const groups: LatentGroup[] = [];
      const batch = Object.values(record)[0].shape[0];
      const lead = particles === 1 ? [batch] : [particles, batch];
      const rows = (x: Tensor): Tensor => x.reshape([-1, x.shape.at(-1)!]);
      const spread =
        particles === 1 ? features : mapValues(features, (x) => rows(x.broadcastTo([...lead, x.shape[1]])));
      const teacher = teacherOf(record, fields, particles);
      const ask: AskLatent = (name, { size = config.latent, context = null } = {}) => {
        const p = priorOf(ctx, name, size, context);
        // Without context q is the same for all particles: [B, size]. With it, each particle has its own.
        const q = posteriorOf(ctx, name, context ? spread : features, size, p, context);
        const split = (x: Tensor, last: readonly Dim[] = []): Tensor => x.reshape([...lead, ...last]);
        const eps = ctx
          .at("posterior")
          .at(name)
          .noise("eps", [...lead, size], q.noise === "uniform" ? "uniform" : "normal");
        const { z, logq } = context ? q.sample(rows(eps)) : q.sample(eps);
        if (logq === "none")
          throw new VaekitError("E_CONFIG", `posterior of "${name}" gives no log-density of its draws`);
        const logp = context ? split(p.logProb(rows(z))) : p.logProb(z);
        const closed = q.kl(p);
        const kl = closed && (context && particles > 1 ? split(closed, [size]).mean(0) : closed);
        groups.push({
          name,
          size,
          q,
          p,
          z: context ? split(z, [size]) : z,
          logq: context ? split(logq) : logq,
          logp,
          kl,
        });
        return besides(rows(z), record, particles);
      };
      const dists = likelihoodsOf(ctx, net.decoder(ctx.at("decoder"), ask, teacher), teacher);
      const traced = likelihoodsBy.map(({ name, fields }) => {
        const target = valuesOf(record, fields);
        const wide = particles === 1 ? target : rows(target.broadcastTo([...lead, target.shape[1]]));
        return [name, { dist: dists[name], logProb: dists[name].logProb(wide).reshape(lead) }];
      });
      return { groups, particles, likelihoods: Object.fromEntries(traced) };
    },

    encode(ctx, record) {
      const features = net.encoder(ctx.at("encoder"), record);
      const groups: { name: string; q: Dist }[] = [];
      const ask: AskLatent = (name, { size = config.latent, context = null } = {}) => {
        const q = posteriorOf(ctx, name, features, size, priorOf(ctx, name, size, context), context);
        groups.push({ name, q });
        return besides(q.mean, record);
      };
      net.decoder(ctx.at("decoder"), ask, null);
      return groups;
    },

    decode(ctx, latents, record, teacher = null) {
      const ask: AskLatent = (name) => {
        if (!latents[name])
          throw new VaekitError(
            "E_CONFIG",
            `the decoder asks for latents "${name}", given: ${Object.keys(latents).join(", ")}`,
          );
        return besides(latents[name], record);
      };
      return likelihoodsOf(ctx, net.decoder(ctx.at("decoder"), ask, teacher), teacher);
    },
    writing: mapValues(net.writers ?? {}, ({ grows, begin, step }) => ({
      grows,
      begin: (ctx: Ctx, z: Tensor, record: Values | null) => begin(ctx.at("decoder"), besides(z, record)),
      step: (ctx: Ctx, held: Held, grown: Grown, token: Tensor) => step(ctx.at("decoder"), held, grown, token),
    })),

    generate(ctx, count) {
      const latents: Record<string, Tensor> = {};
      const ask: AskLatent = (name, { size = config.latent, context = null } = {}) => {
        const p = priorOf(ctx, name, size, context);
        const eps = ctx.at("sampler").at(name).noise("eps", [count, p.noiseSize], "normal");
        latents[name] = sampler.part.draw(sampler.options, p, eps, ctx.scalar(TEMPERATURE));
        return besides(latents[name], given.length > 0 ? packedRecord(given, count) : null);
      };
      return { latents, out: likelihoodsOf(ctx, net.decoder(ctx.at("decoder"), ask, null), null) };
    },
  };
}

function mapValues<T, R>(
  record: Readonly<Record<string, T>>,
  change: (value: T, name: string) => R,
): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
}
