/** What a metric is: figures from what was measured on batches of records, with their unit and which way is better. */

/** What `evaluate` measures on a batch, in float64: the answers per record depend on that record and the seed alone. */
export interface Measured {
  readonly count: number;
  /** Particles per record. */
  readonly particles: number;
  /** Latent dimensions. */
  readonly latent: number;
  /** -log p(x|z), mean over the particles, [count], nats. */
  readonly reconstruction: Float64Array;
  /** KL(q(z|x) || p(z)), [count], nats. */
  readonly kl: Float64Array;
  /** log p(x, z) - log q(z|x), [count, particles], nats. */
  readonly logWeights: Float64Array;
  /** Posterior means, [count, latent]. */
  readonly mu: Float32Array;
  /** Of records that are texts alone, [count]: their tokens, ends counted; else null. */
  readonly tokens: Int32Array | null;
}

/** What a metric may ask about the model and the data. */
export interface MetricFacts {
  readonly latent: number;
  /** Values per record, over all fields. */
  readonly dimensions: number;
  /** Every likelihood is a probability density or mass. */
  readonly isDensity: boolean;
  /** Every likelihood is a probability of whole levels. */
  readonly discretised: boolean;
}

export interface FigureInfo {
  readonly unit: "nats" | "bits" | "count";
  readonly better: "lower" | "higher" | "neither";
}

/** One metric; it may give several figures. A figure that may not apply is `number | null`. */
export interface Metric<Figures extends Readonly<Record<string, number | null>>> {
  readonly figures: Readonly<Record<keyof Figures, FigureInfo>>;
  start(facts: MetricFacts): {
    add(batch: Measured): void;
    result(): Figures;
  };
}
