/** A model with its weights on an engine: what the verbs use. Programs are compiled on first use. */

import type { Columns } from "../data/dataset.js";
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

/** Where the records of a batch are surprising: means over the particles by their importance weights. */
export interface Explained {
  /** log p(x, z) - log q(z|x), [particles, count], nats. */
  readonly logWeights: Float32Array;
  /** Nats that each value costs beyond the likeliest value in its place, per field that factorises, [count, size]. */
  readonly surprise: Readonly<Record<string, Float32Array>>;
  /** The decoder's mean per field, [count, size], in the field's model range. */
  readonly means: Readonly<Record<string, Float32Array>>;
}

export interface Runner {
  readonly config: ModelConfig;
  /** Sum of the latent sizes of all groups. */
  readonly latent: number;
  encode(columns: Columns, count: number): Promise<Encoded>;
  /** Decoder's mean for latents z [count, latent]: per field [count, ...] in the field's model range (pictures 0..1). */
  decode(z: Float32Array, count: number): Promise<Readonly<Record<string, Float32Array>>>;
  /** z [count, latent] drawn by the model's sampler from standard noise of that shape. */
  draw(noise: Float32Array, count: number, temperature: number): Promise<Float32Array>;
  /** `noise` [particles, count, latent]. */
  score(columns: Columns, count: number, particles: number, noise: Float32Array): Promise<Scored>;
  /** `noise` [particles, count, latent]. */
  explain(columns: Columns, count: number, particles: number, noise: Float32Array): Promise<Explained>;
  /** A copy of the weights by parameter name. */
  weights(): Map<string, Weight>;
  dispose(): Promise<void>;
}

export interface Weight {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}
