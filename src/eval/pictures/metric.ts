/** What a metric of generated pictures is: one number that compares two sets of pictures by their features. */

import type { Overlap } from "./overlap.js";

/** Features [count, width], one row per picture. */
export interface FeatureSet {
  readonly count: number;
  readonly width: number;
  readonly values: Float32Array;
}

export interface Comparison {
  readonly real: FeatureSet;
  readonly generated: FeatureSet;
  /** Which pictures of one set lie among those of the other; found once, when first asked for. */
  overlap(): Overlap;
}

export interface PictureMetric {
  /** The beginning of the figure's name; the feature net and the number of pictures follow. */
  readonly name: string;
  readonly better: "lower" | "higher";
  compute(comparison: Comparison): number;
}
