/** How long to train: batch size and epochs, from the number of records. */

import type { Choice, RecordFacts, TrainingAdvice } from "../fields/field.js";

/** Below this many records smaller batches give more steps for the same work. */
const FEW_RECORDS = 10_000;
const SMALL_BATCH = 64;
const LARGE_BATCH = 128;

/** Steps that a run has at the least: with 750 on 1,965 small faces the validation loss is still falling. */
const FEWEST_STEPS = 2500;
const FEWEST_EPOCHS = 20;
/** More passes over the same few records teach them by heart. */
const MOST_EPOCHS = 400;

/** Where a kind of records asks for a batch: one is at most this part of them. */
const FEWEST_BATCHES = 20;
const SMALLEST_BATCH = 32;

/**
 * How records are trained on: as the kind asks that wants the most steps. Columns are learned beside whatever else makes a
 * record, so that they are asked only where there is nothing else. None: as pictures are.
 */
export function adviceFor(records: RecordFacts): TrainingAdvice | undefined {
  const alone = records.fields.filter(({ kind }) => !kind.codes);
  const asked = (alone.length > 0 ? alone : records.fields).map(({ kind }) => kind.training?.(records));
  const steps = (advice: TrainingAdvice | undefined): number => advice?.steps ?? FEWEST_STEPS;
  return asked.reduce((most, advice) => (steps(advice) > steps(most) ? advice : most));
}

/** `records` to train on, without those kept aside. */
export function chooseBatchSize(records: number, wanted?: TrainingAdvice): Choice<number> {
  if (wanted) {
    const few = 2 ** Math.floor(Math.log2(Math.max(SMALLEST_BATCH, records / FEWEST_BATCHES)));
    return { value: Math.min(wanted.batchSize, few), why: `${records.toLocaleString("en")} records` };
  }
  return records < FEW_RECORDS
    ? { value: SMALL_BATCH, why: `fewer than ${FEW_RECORDS.toLocaleString("en")} records` }
    : { value: LARGE_BATCH, why: `${records.toLocaleString("en")} records` };
}

export function chooseEpochs(records: number, batchSize: number, wanted?: TrainingAdvice): Choice<number> {
  const stepsPerEpoch = Math.ceil(records / batchSize);
  const steps = wanted ? stepsFor(records, wanted) : FEWEST_STEPS;
  const epochs = Math.ceil(steps / stepsPerEpoch);
  const value = Math.min(MOST_EPOCHS, Math.max(wanted ? 1 : FEWEST_EPOCHS, epochs));
  return { value, why: `${(value * stepsPerEpoch).toLocaleString("en")} steps in all` };
}

/** Epochs over which beta rises. */
export function chooseWarmup(epochs: number, { warmup }: TrainingAdvice): Choice<number> {
  return { value: Number((epochs * warmup).toFixed(1)), why: `${(100 * warmup).toFixed(0)} % of the epochs` };
}

/** Epochs as an autoencoder. */
export function choosePretrain(epochs: number, share: number): Choice<number> {
  const value = Math.min(epochs - 1, Math.round(epochs * share));
  if (value < 1) return { value: 0, why: "too few epochs for an autoencoder before" };
  return { value, why: `${(100 * share).toFixed(0)} % of the epochs as an autoencoder, so that latents are in use` };
}

/** Records from which on all steps are made that are asked for. */
const MANY_RECORDS = 30_000;

/** In proportion to the records: more steps on few of them teach them by heart. */
function stepsFor(records: number, { steps, fewest }: TrainingAdvice): number {
  return Math.round(Math.min(steps, Math.max(fewest, (steps * records) / MANY_RECORDS)));
}
