/** How a model is trained: written in its configuration, so that a run can be repeated and resumed. */

import * as z from "zod";
import { optimizers } from "./optimizers.js";
import { schedules } from "./schedules.js";

function namesOf<T extends object>(table: T): [keyof T & string, ...(keyof T & string)[]] {
  return Object.keys(table) as [keyof T & string, ...(keyof T & string)[]];
}

export const TrainingOptions = z.object({
  epochs: z.int().min(1).default(20),
  batchSize: z.int().min(1).default(128),
  optimizer: z.enum(namesOf(optimizers)).default("adam"),
  weightDecay: z.number().min(0).optional(),
  /** Highest rate; by default what suits the net and the schedule. */
  learningRate: z.number().positive().optional(),
  schedule: z.enum(namesOf(schedules)).default("onecycle"),
  /** Largest norm of all gradients together. */
  clip: z.number().positive().optional(),
  /** Weights that are validated and kept are a moving average with this decay; 0: the weights themselves. */
  ema: z.number().min(0).lt(1).default(0),
  /** Batches whose gradients make one update. */
  accumulate: z.int().min(1).default(1),
  /** Share of the records kept aside. */
  valid: z.number().min(0).lt(1).default(0.05),
  /** Epochs without a better validation -ELBO before training stops; never during warm-up. */
  patience: z.int().min(1).optional(),
  /** Draw each pixel black or white anew each step. */
  binarize: z.boolean().default(false),
  /** Mirror training pictures left to right, half of the time. */
  flip: z.boolean().default(false),
  /** Move training pictures by up to this many pixels. */
  shift: z.int().min(0).default(0),
  /** Epochs over which beta rises. */
  warmup: z.number().min(0).default(0),
  /** Epochs as an autoencoder, at beta 0, before; then the decoder starts anew beside the encoder that has learned (Li et al. 2019). */
  pretrain: z.int().min(0).default(0),
  /** Times that beta rises from 0 (Fu et al. 2019). */
  cycles: z.int().min(1).default(1),
  /** Updates of the encoder alone before each of all, until beta has risen (He et al. 2019). */
  lagging: z.int().min(0).default(0),
  /** Share of the training records that may be anomalies: so many are left out of each step, those of the largest loss. */
  contamination: z.number().min(0).max(0.5).default(0),
  /** A prior fitted to the codes afterwards stays always, or where held-out codes are likelier under it than under N(0, I). */
  keepPrior: z.enum(["always", "better"]).optional(),
  /** Leave no pictures of records in what is written about the model. */
  private: z.boolean().default(false),
  seed: z.int().min(0).default(0),
});
export type TrainingOptions = z.infer<typeof TrainingOptions>;

const auto = z.literal("auto");
/** The same as they may be asked for: how long to train may be left to the number of records. */
export const TrainingWishes = z
  .strictObject({
    ...TrainingOptions.shape,
    epochs: z.union([auto, z.int().min(1)]),
    batchSize: z.union([auto, z.int().min(1)]),
    warmup: z.union([auto, z.number().min(0)]),
    pretrain: z.union([auto, z.int().min(0)]),
  })
  .partial();
export type TrainingWishes = z.input<typeof TrainingWishes>;

/** What PyTorch users start with; one-cycle has its own peak per net. */
export const CONSTANT_LEARNING_RATE = 1e-3;

/** Streams of a seed's random numbers that training draws from (see data/streams.ts for the others). */
export const STREAM = { initial: 1, noise: 2, validation: 3, codes: 4, prior: 5, heldOutCodes: 6, restart: 7 } as const;
