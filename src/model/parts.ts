/** The eight interfaces a model is made of. A family of models is a choice of these, never a class. */

import type * as z from "zod";
import type { Dist } from "../dist/dist.js";
import type { Field } from "../fields/list.js";
import type { Tensor } from "../graph/ops.js";
import type { Ctx } from "../nn/ctx.js";
import type { Initializer } from "../nn/init.js";
import type { Tokens } from "../nn/tokens.js";
import type { Philox } from "../random.js";
import type { Engine } from "../runtime/engine.js";
import type { FieldFacts } from "./checkup.js";
import type { Model } from "./compose.js";
import type { Weight } from "./runner.js";

/** Values by field name, each [B, ...] or flat [B, size]. */
export type Values = Readonly<Record<string, Tensor>>;

/** Every part has a name, a sentence, and options that say what they mean. */
export interface Part<Options> {
  readonly name: string;
  readonly summary: string;
  readonly options: z.ZodType<Options>;
}

// --- net -------------------------------------------------------------------------------------------------------------

/** What the likelihood of a field wants from the decoder. */
export interface OutputSpec {
  /** Parameters per value: 1 for a mean, 2 for a mean and a scale. */
  readonly perValue: number;
  /** Starting bias from the data's mean of each value, [size] -> [size * perValue], so that training starts at the mean. */
  readonly bias: (mean: readonly number[], shape: readonly number[]) => Float32Array;
}
/** What a net is asked to put out: for one field, or for several whose likelihood is built at once. */
export interface Output extends OutputSpec {
  readonly fields: readonly Field[];
  /** Numbers per record. */
  readonly units: number;
}

/** Asks for latent variables. A plain decoder asks once; a ladder asks per block, with what it has so far as context. */
export type AskLatent = (name: string, request?: { readonly size?: number; readonly context?: Tensor }) => Tensor;

/** What an autoregressive decoder is told in training: the texts themselves, of which it predicts each token from those before. */
export interface Teacher {
  /** How many latents read each record: latents are [particles * B, D]. */
  readonly particles: number;
  tokens(field: string): Tokens;
}

/** What is held while texts are written: `state` is replaced at each step, `fixed` stays; all are [R, ..]. */
export interface Held {
  readonly fixed: Values;
  readonly state: Values;
}
/** A row for each step so far, [S, R, width]; that of the step under way is the last, not filled in yet. */
export type Grown = Values;
/** Writes a text token by token. */
export interface Writer {
  /** Numbers per text and step of what grows, by name. */
  readonly grows: Readonly<Record<string, number>>;
  /** From latents [R, D]. */
  begin(ctx: Ctx, z: Tensor): Held;
  /** From the token before [R] int32: unnormalised log-probabilities of the next [R, V], the next state, and the rows [R, width] of what grows. */
  step(
    ctx: Ctx,
    held: Held,
    grown: Grown,
    token: Tensor,
  ): { readonly logits: Tensor; readonly state: Values; readonly rows: Values };
}

export interface BuiltNet {
  /** Features by name [B, F] from the values of the fields. */
  encoder(ctx: Ctx, record: Values): Values;
  /**
   * What the likelihoods need, by the names of the outputs [N, units], N being as long as the latents that were asked for; of
   * texts unnormalised log-probabilities for each token that is there [tokens, V]. Without a teacher there are none for texts.
   */
  decoder(ctx: Ctx, latent: AskLatent, teacher: Teacher | null): Values;
  /** For outputs that are texts, by name: the same step by step. `ctx` is that of the decoder. */
  readonly writers?: Readonly<Record<string, Writer>>;
}
export interface Net<Options = object> extends Part<Options> {
  /** The largest learning rate of the one-cycle schedule that suits this net at batch 128. */
  readonly peakLearningRate: number;
  /** Whether it reads and makes such a field. None: it says so when it is built. */
  readonly takes?: (field: Field) => boolean;
  build(options: Options, fields: readonly Field[], outputs: Readonly<Record<string, Output>>): BuiltNet;
}

// --- posterior, prior --------------------------------------------------------------------------------------------------

export interface PosteriorRequest {
  readonly size: number;
  readonly prior: Dist;
  /** What the decoder had when it asked; null at the top. */
  readonly context: Tensor | null;
}
export interface Posterior<Options = object> extends Part<Options> {
  /** q(z|x) of one group, [N, size]. Features come per field: combining them is the posterior's business. */
  build(ctx: Ctx, options: Options, features: Values, request: PosteriorRequest): Dist;
}

export interface PriorRequest {
  readonly size: number;
  readonly context: Tensor | null;
}
/** Draws from the posteriors of training records: what a prior is fitted to. */
export interface LatentCodes {
  /** [count, size] */
  readonly values: Float32Array;
  readonly count: number;
  readonly size: number;
}
/** What a prior made of codes. */
export interface Estimate<Options> {
  /** With what was left to the codes decided, for the configuration. */
  readonly options: Options;
  /** Parameters by their name in the prior's scope. */
  readonly weights: ReadonlyMap<string, Weight>;
  /** What was fitted, for people. @example "10 components" */
  readonly summary: string;
}
export interface Prior<Options = object> extends Part<Options> {
  /** Trained with the rest, or afterwards on the codes of the training set, by the same trainer. */
  readonly fit: "joint" | "after";
  build(ctx: Ctx, options: Options, request: PriorRequest): Dist;
  /** What is minimised when it is fitted after, [B] nats. Default -log p(z). */
  readonly loss?: (ctx: Ctx, options: Options, z: Tensor) => Tensor;
  /**
   * Lines of Python for the model card that make `noise` [4, latent] of `prior`, its weights by name as NumPy arrays.
   * Default: standard normal noise.
   */
  readonly python?: readonly string[];
  /** How it is fitted after, where there is a better way than gradients. */
  readonly estimate?: (
    codes: LatentCodes,
    options: Options,
    means: EstimateMeans,
  ) => Promise<Estimate<Options> | Refusal>;
}
/** What an estimate computes with. */
export interface EstimateMeans {
  readonly engine: Engine;
  readonly random: Philox;
}
/** Why nothing can be fitted: the codes are too few, for instance. */
export interface Refusal {
  readonly refused: string;
}

// --- likelihood ----------------------------------------------------------------------------------------------------------

/** Why a likelihood does not suit the data. */
export interface Misfit {
  readonly problem: string;
  readonly got: string;
  readonly expected: string;
  /** A likelihood that does. */
  readonly better: string;
}

/** The spread of a value under p(x|z). */
export interface Spread<Options = object> {
  /** The distribution's parameter that it comes from. */
  readonly parameter: string;
  /** One for all values, so that it can be compared with one residual. */
  readonly shared: boolean;
  /** Where the parameter is held; a model that rests there wants to go on. */
  readonly least: number;
  readonly most: number;
  /** The variance of a value, from the parameter. */
  variance(parameter: Tensor): Tensor;
  /** The variance where the options alone decide it; null: it is learned. */
  fixed(options: Options): number | null;
}

/** A field that has a likelihood, with its options. */
export interface Member<Options> {
  readonly field: Field;
  readonly options: Options;
}
/** A likelihood of several fields at once, where one by one would take many small steps: of the columns of a table. */
export interface Joint<Options> {
  output(members: readonly Member<Options>[]): { readonly units: number; readonly bias: Float32Array };
  /** p(x|z) over the values of all members side by side [N, sum of sizes], from `out` [N, units]. */
  build(ctx: Ctx, members: readonly Member<Options>[], out: Tensor): Dist;
  /** How many of the Dist's elements are each member's, in order. */
  elements(members: readonly Member<Options>[]): number[];
}

interface AnyLikelihood<Options> extends Part<Options> {
  readonly fieldKinds: readonly string[];
  /** False for scores that are no log-probability: then `score` and NLL refuse. */
  readonly isDensity: boolean;
  /** A probability of whole levels, so that bits per dimension mean something. */
  readonly discretised: boolean;
  /** For likelihoods that give values a spread. */
  readonly spread?: Spread<Options>;
  /** Why it does not suit values with these facts; null where it does. `got` and `expected` hold a number. */
  readonly misfit?: (facts: FieldFacts, field: Field, binarized: boolean) => Misfit | null;
}
/** The likelihood of one field. */
export interface FieldLikelihood<Options = object> extends AnyLikelihood<Options> {
  readonly output: OutputSpec;
  /**
   * p(x|z) over the field's flat values [.., size], from what the decoder gave, [.., size * perValue]; of a text from a row for
   * each of its tokens.
   */
  build(ctx: Ctx, options: Options, out: Tensor, field: Field, teacher: Teacher | null): Dist;
  readonly joint?: undefined;
}
/** The likelihood of all fields that chose it. */
export interface JointLikelihood<Options = object> extends AnyLikelihood<Options> {
  readonly joint: Joint<Options>;
}
export type Likelihood<Options = object> = FieldLikelihood<Options> | JointLikelihood<Options>;

// --- objective, sampler ----------------------------------------------------------------------------------------------------

/** A player's loss and the terms shown for it. All are scalars, nats per record. */
export interface PlayerLoss {
  readonly loss: Tensor;
  readonly terms: Readonly<Record<string, Tensor>>;
}
export interface Objective<Options = object> extends Part<Options> {
  /** True when a record's loss depends on the other records of its batch. */
  readonly couplesRecords: boolean;
  losses(ctx: Ctx, options: Options, model: Model, record: Values): Readonly<Record<string, PlayerLoss>>;
}

export interface Sampler<Options = object> extends Part<Options> {
  /** z of one group from the prior's noise [N, noiseSize]; `temperature` scales how far it spreads. */
  draw(options: Options, prior: Dist, eps: Tensor, temperature: Tensor): Tensor;
}

export type { Initializer };
