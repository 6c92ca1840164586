/** What a field kind answers: how its values enter and leave a model, and which parts suit what is in them. */

import type { Column, FieldSchema } from "../data/dataset.js";

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
  /** Every record is the same. */
  readonly constant: boolean;
}

/** What "auto" chose, and why in a sentence. */
export interface Choice<T> {
  readonly value: T;
  readonly why: string;
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
  /** The reverse, for values the decoder made. */
  decode(values: Float32Array, schema: Schema): Column;
  profile(columns: readonly Column[], schema: Schema): FieldProfile;
  chooseLikelihood(profile: FieldProfile, schema: Schema): Choice<string>;
  chooseNet(profile: FieldProfile, schema: Schema): Choice<string>;
  chooseLatent(profile: FieldProfile, schema: Schema): Choice<number>;
  /** Where a record is surprising: parts that a person can name, each with its nats, which sum to those of the record. */
  explain(record: Surprising, schema: Schema): PartSurprise[];
}
