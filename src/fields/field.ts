/** What a field kind answers: how its values enter and leave a model, and which parts suit what is in them. */

import type { Column, FieldSchema } from "../data/dataset.js";
import type { Tensor } from "../graph/ops.js";
import type { Philox } from "../random.js";
import type { CellKind } from "./cell.js";
import type { Codes, NumberInputs } from "./codes.js";
import type { Field } from "./list.js";

/** What was seen in the training data of one field. */
export interface FieldProfile {
  /** Records looked at (all, or a seeded sample). */
  readonly records: number;
  /** Mean per value, in the model's range; none where a kind's schema knows more than that. */
  readonly mean: readonly number[];
  /** For kinds whose values are amounts on one scale. */
  readonly facts: ProfileFacts | null;
  /** Every record is the same. */
  readonly constant: boolean;
}
export interface ProfileFacts {
  /** Variance over all values and records. */
  readonly variance: number;
  /** Share of values between .1 and .9 of the range. */
  readonly greyShare: number;
  /** Largest eigenvalue of the covariance of the values. */
  readonly largestEigenvalue: number;
}

/** What "auto" chose, and why in a sentence. */
export interface Choice<T> {
  readonly value: T;
  readonly why: string;
}

/** What choices may depend on beside the field itself. */
export interface RecordFacts {
  /** All fields of the records. */
  readonly fields: readonly Field[];
  /** Share of the training records that may be anomalies. */
  readonly contamination: number;
  /** The likelihood that was asked for; null: it is to be chosen. */
  readonly likelihood: string | null;
}

/** What suits a kind of records better than what suits pictures. */
export interface TrainingAdvice {
  /** Of many records; of fewer it is less. */
  readonly batchSize: number;
  /** Of many records; of few they are less, down to `fewest`. */
  readonly steps: number;
  readonly fewest: number;
  /** The highest of a one-cycle run at that batch. */
  readonly learningRate: number;
  /** Largest norm of the gradients. */
  readonly clip: number;
  /** Share of the epochs over which beta rises, so that latents are in use before they cost anything. */
  readonly warmup: number;
  readonly beta: number;
  /** Share of the epochs as an autoencoder before, and nats per latent that cost nothing: against latents that are ignored. */
  readonly pretrain?: number;
  readonly freeBits?: number;
}

/** Coordinates in which a standard deviation, or another label, is a distance of 1. */
export interface Coordinates<Schema extends FieldSchema> {
  width(schema: Schema): number;
  /** What the distance of the farthest values counts as 1 with. */
  range(schema: Schema): number;
  /** Of values as they are stored, into `out` [n, stride] from place `start` of each row. */
  put(column: Column, schema: Schema, out: Float32Array, start: number, stride: number): void;
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

/** One record of a field as it is, and as the model expects it; values [size], in the model's range. */
export interface Surprising {
  /** Nats that each element of the likelihood costs beyond the likeliest one in its place: of a picture each value. */
  readonly surprise: Float32Array;
  readonly values: Float32Array;
  /** The decoder's mean. */
  readonly mean: Float32Array;
  /** Of a column: the value as it is stored. */
  readonly stored?: number;
}

/** What a part of a record adds to how surprising it is. */
export interface PartSurprise {
  /** For people. @example "top right"; "" for the whole field. */
  readonly part: string;
  readonly nats: number;
  /** What was there, and about what was expected, where words can say it. */
  readonly got?: string;
  readonly expected?: string;
}

/** What is measured of reconstructions of a kind beside likelihoods. */
export interface Reconstruction {
  /** Values as they are and as the decoder expects them, both [n, size] in the model's range. */
  add(values: Float32Array, expected: Float32Array, schema: FieldSchema): void;
  result(): Readonly<Record<string, number>>;
}

/** Values that are as long as they are: texts. */
export interface Ragged<Schema extends FieldSchema = FieldSchema> {
  /** Values that are there, of each record [n] as it is stored; what is behind them is padding. */
  lengths(column: Column, schema: Schema): Int32Array;
  /** How many different values there are. */
  count(schema: Schema): number;
}

/** What of a schema is too long for config.json, a vocabulary: in a model folder it is a JSON file of its own. */
export interface Apart<Schema extends FieldSchema = FieldSchema> {
  /** Its key in the schema; the file is called so too. */
  readonly key: string;
  /** E_MODEL, naming the file `at`, where it is damaged or of another kind. */
  check(value: unknown, at: string): void;
  /** For people, in its place. @example "4,990 tokens" */
  brief(schema: Schema): string;
}

export interface FieldKind<Schema extends FieldSchema = FieldSchema> {
  readonly name: string;
  /** What records of such fields are to people and files: `verbs/forms/` has one file for each. */
  readonly form: string;
  /** Checks a schema of this kind. E_CONFIG names what is missing. */
  parse(schema: FieldSchema): Schema;
  /** Values per record as they are stored. */
  stored(schema: Schema): number;
  /** Shape of one record's values in the model, such as [H, W, C]. */
  shape(schema: Schema): readonly number[];
  /** [n, ...] as stored -> as the model sees it, float32; into `out` where it is given and as long. */
  encode(column: Column, schema: Schema, out?: Float32Array): Float32Array;
  /** What `encode` does to bytes, in a graph, on the same numbers as floats, to the last bit. None: it is done before. */
  readonly fromBytes?: (bytes: Tensor) => Tensor;
  /** The reverse, for values the decoder made; into `out` where it is given. */
  decode(values: Float32Array, schema: Schema, out?: Column): Column;
  /**
   * What a fully connected net sees of all fields of this kind, [B, F]. `values` are theirs side by side, [B, sum of sizes]
   * in their order; where `keep` [B, fields] is 0 the net shall not see the field. `numbers` says how amounts are shown.
   */
  features(values: Tensor, fields: readonly Field<Schema>[], keep: Tensor | null, numbers: NumberInputs): Tensor;
  /** For kinds whose values are one of so many: what a categorical likelihood has to know. */
  readonly codes?: (schema: Schema) => Codes;
  /** 1 where there is a value and 0 where it is hidden, [B, ...] -> [B, 1]. None: what a net sees of it says so, or it is never hidden. */
  readonly isThere?: (values: Tensor) => Tensor;
  /** Where values lie in a space in which distance is unlikeness; for kinds of which many make a record. */
  readonly coordinates?: Coordinates<Schema>;
  /** For kinds whose values are as long as they are: `stored` is the most, and programs take what a batch needs. */
  readonly ragged?: Ragged<Schema>;
  /** None: all of the schema is in config.json. */
  readonly apart?: Apart<Schema>;
  /** For columns of tables. */
  readonly cell?: CellKind<Schema>;
  /** None: records of this kind stay as they are. */
  readonly augmenter?: Augmenter<Schema>;
  profile(columns: readonly Column[], schema: Schema): FieldProfile;
  chooseLikelihood(profile: FieldProfile, schema: Schema, records: RecordFacts): Choice<PartChoice>;
  chooseNet(profile: FieldProfile, schema: Schema, records: RecordFacts): Choice<PartChoice>;
  chooseLatent(profile: FieldProfile, schema: Schema, records: RecordFacts): Choice<number>;
  /** How records of this kind are trained on, where that is not as pictures are. */
  readonly training?: (records: RecordFacts) => TrainingAdvice;
  /** Over all fields of this kind. */
  reconstruction(): Reconstruction;
  /** Where a record is surprising: parts that a person can name, each with its nats, which sum to those of the record. */
  explain(record: Surprising, schema: Schema): PartSurprise[];
}
