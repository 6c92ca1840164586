/** A model with its weights on an engine: what the verbs use. Programs are compiled on first use. */

import type { Columns } from "../data/dataset.js";
import type { NoiseKind } from "../nn/ctx.js";
import type { TokenModel } from "../text/writing/token-model.js";
import type { ModelConfig } from "./config.js";

/** Posterior of a batch: mean and log-variance per latent, [count, latent]. */
export interface Encoded {
  readonly mu: Float32Array;
  readonly logvar: Float32Array;
}

/** The terms of a batch, one value per record and particle. */
export interface Scored {
  /** -log p(x|z), [particles, count], nats. */
  readonly reconstruction: Float32Array;
  /** KL(q(z|x) || p(z)) per record, closed form where there is one, [count], nats. */
  readonly kl: Float32Array;
  /** log p(x, z) - log q(z|x), [particles, count], nats. */
  readonly logWeights: Float32Array;
}

/** What goes on inside on a batch. */
export interface Probed extends Encoded {
  /** By ReLU layer: the largest value of each unit over the batch (and over places, for convolutions), [units]. */
  readonly layers: Readonly<Record<string, Float32Array>>;
  readonly fields: Readonly<Record<string, ProbedField>>;
  /** -log p(x|z) at a draw of z, of fields that are codes and whose likelihood factorises, [count], nats. */
  readonly nats: Readonly<Record<string, Float32Array>>;
}
/** Per record, means over the field's values, [count] each. */
export interface ProbedField {
  /** (x - mean of p(x|z))^2 at a draw of z. */
  readonly residual: Float32Array;
  /** Variance of p(x|z), and the shares of values whose spread is held at its smallest and largest; null: it has none. */
  readonly spread: {
    readonly variance: Float32Array;
    readonly atLeast: Float32Array;
    readonly atMost: Float32Array;
  } | null;
}

/** Where the records of a batch are surprising: means over the particles by their importance weights. */
export interface Explained {
  /** log p(x, z) - log q(z|x), [particles, count], nats. */
  readonly logWeights: Float32Array;
  /** Nats that each element costs beyond the likeliest in its place, per field that factorises, [count, elements]. */
  readonly surprise: Readonly<Record<string, Float32Array>>;
  /** The decoder's mean per field, [count, size], in the field's model range. */
  readonly means: Readonly<Record<string, Float32Array>>;
}

export interface Runner {
  readonly config: ModelConfig;
  /** Sum of the latent sizes of all groups. */
  readonly latent: number;
  encode(columns: Columns, count: number): Promise<Encoded>;
  /** `given` below are, of a conditional model, the fields that it is given. Decoder's mean for latents z [count, latent]: per field but texts [count, ...] in the field's model range (pictures 0..1). */
  decode(z: Float32Array, count: number, given?: Columns): Promise<Readonly<Record<string, Float32Array>>>;
  /**
   * Records drawn from p(x|z) for latents z [count, latent]: per field but texts [count, ...] in the field's model range. `noise` gives
   * so many numbers of its kind, [count, ..].
   */
  drawRecords(
    z: Float32Array,
    count: number,
    noise: (kind: NoiseKind, length: number) => Float32Array,
    given?: Columns,
  ): Promise<Readonly<Record<string, Float32Array>>>;
  /**
   * The decoder of the text `field` as a language model that writes a text for each of the latents z [count, latent]. One
   * model is used at a time.
   */
  writer(field: string, z: Float32Array, count: number, given?: Columns): Promise<TokenModel>;
  /** Numbers of standard normal noise that drawing one record's latents takes; `latent` with N(0, I) as prior. */
  readonly noiseSize: number;
  /** z [count, latent] drawn by the model's sampler from standard normal noise [count, noiseSize]. */
  draw(noise: Float32Array, count: number, temperature: number): Promise<Float32Array>;
  /** `noise` [particles, count, latent]. */
  score(columns: Columns, count: number, particles: number, noise: Float32Array): Promise<Scored>;
  /** Looks inside, for the doctor; `noise` [count, latent]. */
  probe(columns: Columns, count: number, noise: Float32Array): Promise<Probed>;
  /** `noise` [particles, count, latent]. */
  explain(columns: Columns, count: number, particles: number, noise: Float32Array): Promise<Explained>;
  /** A copy of the weights by parameter name. */
  weights(): Promise<Map<string, Weight>>;
  dispose(): Promise<void>;
}

export interface Weight {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}
