/** What a field kind answers: how its values enter and leave a model, and which parts suit what is in them. */

import type { Column, FieldSchema } from "../data/dataset.js";
import type { Tensor } from "../graph/ops.js";
import type { Philox } from "../random.js";

/** What was seen in the training data of one field. */
export interface FieldProfile {
  /** Records looked at (all, or a seeded sample). */
  readonly records: number;
  /** Mean per value, in the model's range. */
  readonly mean: readonly number[];
  /** Variance over all values and records. */
  readonly variance: number;
  /** Share of values between .1 and .9 of the range. */
  readonly greyShare: number;
  /** Largest eigenvalue of the covariance of the values. */
  readonly largestEigenvalue: number;
  /** Every record is the same. */
  readonly constant: boolean;
}

/** What "auto" chose, and why in a sentence. */
export interface Choice<T> {
  readonly value: T;
  readonly why: string;
}

/** A part by name, or with options of its own. */
export type PartChoice = string | { readonly name: string; readonly [option: string]: unknown };

/** How training records are changed at random; what a kind has no use for it ignores. */
export interface Augmentation {
  /** Mirror pictures left to right, half of the time. */
  readonly flip: boolean;
  /** Move pictures by up to this many pixels. */
  readonly shift: number;
}

export interface Augmenter<Schema extends FieldSchema = FieldSchema> {
  /** A shift beyond this would leave nothing of a record. */
  largestShift(schema: Schema): number;
  /** Values [n, ...] as the model sees them -> changed, into `out` of the same length. */
  apply(
    values: Float32Array,
    schema: Schema,
    augmentation: Augmentation,
    random: Philox,
    out: Float32Array,
  ): Float32Array;
}

/** One record of a field as it is, and as the model expects it. All [size], in the model's range. */
export interface Surprising {
  /** Nats that each value costs beyond the likeliest value in its place. */
  readonly surprise: Float32Array;
  readonly values: Float32Array;
  /** The decoder's mean. */
  readonly mean: Float32Array;
}

/** What a part of a record adds to how surprising it is. */
export interface PartSurprise {
  /** For people. @example "top right" */
  readonly part: string;
  readonly nats: number;
}

export interface FieldKind<Schema extends FieldSchema = FieldSchema> {
  readonly name: string;
  /** Checks a schema of this kind. E_CONFIG names what is missing. */
  parse(schema: FieldSchema): Schema;
  /** Shape of one record's values in the model, such as [H, W, C]. */
  shape(schema: Schema): readonly number[];
  /** [n, ...] as stored -> as the model sees it, float32; into `out` where it is given and as long. */
  encode(column: Column, schema: Schema, out?: Float32Array): Float32Array;
  /** What `encode` does to bytes, in a graph, on the same numbers as floats, to the last bit. None: it is done before. */
  readonly fromBytes?: (bytes: Tensor) => Tensor;
  /** The reverse, for values the decoder made; into `out` where it is given. */
  decode(values: Float32Array, schema: Schema, out?: Column): Column;
  /** None: records of this kind stay as they are. */
  readonly augmenter?: Augmenter<Schema>;
  profile(columns: readonly Column[], schema: Schema): FieldProfile;
  chooseLikelihood(profile: FieldProfile, schema: Schema): Choice<string>;
  chooseNet(profile: FieldProfile, schema: Schema): Choice<PartChoice>;
  chooseLatent(profile: FieldProfile, schema: Schema): Choice<number>;
  /** Where a record is surprising: parts that a person can name, each with its nats, which sum to those of the record. */
  explain(record: Surprising, schema: Schema): PartSurprise[];
}
