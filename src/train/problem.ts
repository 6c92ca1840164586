/** What a training loop minimises: a traced step per batch size and the values that feed it. */

import type { Columns, Dataset } from "../data/dataset.js";
import { epochOrder } from "../data/shuffle.js";
import type { Augmentation } from "../fields/field.js";
import { withBytes } from "../model/byte-inputs.js";
import type { Model } from "../model/compose.js";
import { fieldFeeds, type Scratch } from "../model/open.js";
import { priorStepProgram, stepProgram, type TracedProgram } from "../model/programs.js";
import { mostTokens } from "../model/texts.js";
import type { Philox } from "../random.js";
import type { Feeds } from "../runtime/engine.js";
import { type EpochOrder, orderOf } from "./order.js";

export interface Problem {
  /** Training records. */
  readonly count: number;
  trace(batch: number): TracedProgram;
  /** The most that named dimensions of a step over so many records can be. */
  dims(batch: number): Readonly<Record<string, number>>;
  /** The records of an epoch in the order in which they are trained on, by the seed; batches follow each other. */
  readonly order: EpochOrder["order"];
  /** Share of the places in batches that hold nothing, where records are as long as they are. */
  readonly padding: EpochOrder["padding"];
  /** Values of the data inputs for these records (numbered 0..count-1); may draw from `random` and use `scratch`. */
  feeds(records: Uint32Array, random: Philox, scratch: Scratch): Feeds | Promise<Feeds>;
}

/** How training records are made into what the model sees. */
export interface RecordOptions extends Augmentation {
  readonly binarize: boolean;
  /** Feed records, which are all bytes, as they are where nothing changes them (model/byte-inputs.ts). Default no. */
  readonly bytes?: boolean;
}

/** Fitting a model to the records `indices` of a data set. */
export function modelProblem(model: Model, data: Dataset, indices: Uint32Array, options: RecordOptions): Problem {
  const changes = options.flip || options.shift > 0;
  const bytes = options.bytes && !changes && !options.binarize;
  return {
    count: indices.length,
    trace: (batch) => (bytes ? withBytes(stepProgram(model, batch), model) : stepProgram(model, batch)),
    dims: (batch) => mostTokens(model.fields, batch),
    ...orderOf(model.fields, data, indices),
    feeds(records, random, scratch) {
      const columns = data.read(records.map((at) => indices[at]));
      const feed = (read: Columns): Feeds => {
        if (bytes) return read as Feeds;
        const encoded = fieldFeeds(model, read, scratch);
        const feeds = changes ? augmented(model, encoded, options, random, scratch) : encoded;
        return options.binarize ? binarized(model, feeds, random, scratch) : feeds;
      };
      return columns instanceof Promise ? columns.then(feed) : feed(columns);
    },
  };
}

/** Fitting the prior to codes [count, latent]. */
export function priorProblem(model: Model, codes: Float32Array, latent: number): Problem {
  return {
    count: codes.length / latent,
    trace: (batch) => priorStepProgram(model, batch),
    dims: () => ({}),
    order: (seed, epoch) => epochOrder(codes.length / latent, seed, epoch),
    padding: null,
    feeds(records) {
      const z = new Float32Array(records.length * latent);
      for (const [row, record] of records.entries())
        z.set(codes.subarray(record * latent, (record + 1) * latent), row * latent);
      return { z };
    },
  };
}

/** Changed at random; in arrays of their own, as what is fed may be the data set's memory. */
function augmented(model: Model, feeds: Feeds, options: Augmentation, random: Philox, scratch: Scratch): Feeds {
  const changed = model.fields.flatMap(({ name, kind, schema }) => {
    if (!kind.augmenter) return [];
    const values = feeds[name] as Float32Array;
    return [[name, kind.augmenter.apply(values, schema, options, random, scratch(`augmented/${name}`, values.length))]];
  });
  return { ...feeds, ...Object.fromEntries(changed) };
}

/** Pictures with 1 in place of each value with its own probability, else 0; other fields as they are. */
export function binarized({ fields }: Model, feeds: Feeds, random: Philox, scratch?: Scratch): Feeds {
  const changed = fields.flatMap(({ name, kind }) => {
    if (!kind.augmenter) return [];
    const values = feeds[name];
    const draws = random.uniforms(scratch?.(`binary/${name}`, values.length) ?? new Float32Array(values.length));
    for (let i = 0; i < draws.length; i++) draws[i] = draws[i] < values[i] ? 1 : 0;
    return [[name, draws]];
  });
  return { ...feeds, ...Object.fromEntries(changed) };
}
