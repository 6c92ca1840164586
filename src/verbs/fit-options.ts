/** The options of training: what is built, on which data, how it is trained, where it goes. */

import * as z from "zod";
import { MAX_LATENT } from "../model/config.js";
import { likelihoods, nets, priors } from "../model/list.js";
import { MAX_COMPONENTS } from "../model/priors/mixture.js";
import { type OptimizerName, optimizers } from "../train/optimizers.js";
import { type ScheduleName, schedules } from "../train/schedules.js";
import { look } from "./option.js";
import { data, device, limit, out, seed, threads } from "./options.js";
import { tableOptions } from "./table-options.js";

const MAX_HIDDEN = 65_536;
const MAX_SIDE = 1024;
const MAX_BATCH = 65_536;
const MAX_ACCUMULATE = 65_536;
const MAX_EPOCHS = 1_000_000;

const auto = z.literal("auto");
/** A part by name, from a list that users may add to. */
const named = (names: () => readonly string[]) => z.string().refine((name) => names().includes(name));
const amount = () => z.number().min(0);
const positive = () => z.number().positive();

const netNames = () => ["auto", ...nets.names()];
const priorNames = () => ["auto", ...priors.names()];
const likelihoodNames = () => ["auto", ...likelihoods.names()];

const model = { group: "Model" };
const training = { group: "Training" };
const fromData = { group: "Data" };
const run = { group: "Run" };

/** Options that a model is built from. */
export const modelOptions = {
  init: z
    .string()
    .min(1)
    .optional()
    .describe("model to start from: its parts, where none are given, and its weights")
    .register(look, { ...model, placeholder: "MODEL", more: true }),
  latent: z
    .union([auto, z.int().min(1).max(MAX_LATENT)])
    .default("auto")
    .describe("latent dimensions")
    .register(look, model),
  net: named(netNames)
    .default("auto")
    .describe("encoder and decoder")
    .register(look, { ...model, names: netNames }),
  hidden: z
    .int()
    .min(1)
    .max(MAX_HIDDEN)
    .optional()
    .describe(
      "units of the hidden layer of the mlp (default: 400), or of the state of a net for texts (default: by how much there is)",
    )
    .register(look, { ...model, placeholder: "N", more: true }),
  dropout: z
    .number()
    .min(0)
    .lt(1)
    .optional()
    .describe("of texts: share of a text's units that the decoder goes without in training (default: 0)")
    .register(look, { ...model, placeholder: "SHARE", more: true }),
  wordDropout: z
    .number()
    .min(0)
    .lt(1)
    .optional()
    .describe("of texts: share of the tokens that the decoder is not told in training (default: 0)")
    .register(look, { ...model, placeholder: "SHARE", more: true }),
  likelihood: named(likelihoodNames)
    .default("auto")
    .describe("distribution of a pixel or cell given the latent")
    .register(look, { ...model, names: likelihoodNames, placeholder: "NAME" }),
  beta: amount()
    .optional()
    .describe("weight of the KL term (default: 1, of tables with labels 0.8)")
    .register(look, { ...model, placeholder: "N" }),
  warmup: z
    .union([auto, amount()])
    .default("auto")
    .describe("epochs over which beta rises from 0 (auto: of tables a part of them, of pictures none)")
    .register(look, { ...model, placeholder: "EPOCHS", more: true }),
  pretrain: z
    .union([auto, z.int().min(0)])
    .default("auto")
    .describe("epochs as an autoencoder first, then with a new decoder (auto: of texts a part of them, else none)")
    .register(look, { ...model, placeholder: "EPOCHS", more: true }),
  cycles: z
    .int()
    .min(1)
    .default(1)
    .describe("times that beta rises from 0, each over half of its part of the epochs")
    .register(look, { ...model, placeholder: "N", more: true }),
  lagging: z
    .int()
    .min(0)
    .default(0)
    .describe("updates of the encoder alone before each update of all, until beta has risen")
    .register(look, { ...model, placeholder: "N", more: true }),
  given: z
    .string()
    .min(1)
    .transform((text) => text.split(",").map((name) => name.trim()))
    .optional()
    .describe("columns of a table that the model is given, with commas between them: it learns the others for them")
    .register(look, { ...model, placeholder: "A,B", more: true }),
  prior: named(priorNames)
    .default("auto")
    .describe("p(z); auto is a mixture fitted to the codes where that is measurably better")
    .register(look, { ...model, names: priorNames, placeholder: "NAME" }),
  priorComponents: z
    .union([auto, z.int().min(1).max(MAX_COMPONENTS)])
    .optional()
    .describe("components of a mixture prior (default: auto, by the number of codes)")
    .register(look, { ...model, flag: "prior.components", more: true }),
  freeBits: amount()
    .optional()
    .describe("nats of KL per latent that cost nothing (default: 0)")
    .register(look, { ...model, placeholder: "NATS", more: true }),
};

/** Options of how data is read. */
export const readOptions = {
  size: z
    .union([auto, z.int().min(1).max(MAX_SIDE)])
    .default("auto")
    .describe("height and width that pictures are brought to")
    .register(look, fromData),
  channels: z
    .literal(["auto", 1, 3])
    .default("auto")
    .describe("1 for grey, 3 for colour")
    .register(look, { ...fromData, more: true }),
  fields: z
    .string()
    .min(1)
    .transform((text) => text.split(",").map((name) => name.trim()))
    .optional()
    .describe("of pictures: what makes a record, image or image,label (default: image)")
    .register(look, { ...fromData, placeholder: "A,B", more: true }),
  ...tableOptions(fromData),
  limit: limit.clone().register(look, { ...fromData, placeholder: "N" }),
  valid: z
    .number()
    .min(0)
    .lt(1)
    .default(0.05)
    .describe("share of the data kept aside for validation")
    .register(look, { ...fromData, placeholder: "SHARE", more: true }),
  contamination: z
    .number()
    .min(0)
    .max(0.5)
    .default(0)
    .describe("share of the training rows that may be anomalies: the model is made not to learn them")
    .register(look, { ...fromData, placeholder: "SHARE" }),
  private: z
    .boolean()
    .default(false)
    .describe("leave no pictures of records in the report and the card, and no groups of rows in the folder")
    .register(look, { ...fromData, more: true }),
  binarize: z
    .boolean()
    .default(false)
    .describe("draw each pixel black or white, anew each step, with its grey as probability")
    .register(look, { ...fromData, more: true }),
};

/** Options of how training records are changed. */
export const augmentOptions = {
  flip: z
    .boolean()
    .default(false)
    .describe("mirror training pictures left to right, half of the time")
    .register(look, { ...fromData, more: true }),
  shift: z
    .int()
    .min(0)
    .max(MAX_SIDE)
    .default(0)
    .describe("move training pictures by up to this many pixels")
    .register(look, { ...fromData, placeholder: "PIXELS", more: true }),
};

/** Options of a training run. */
export const trainOptions = {
  epochs: z
    .union([auto, z.int().min(1).max(MAX_EPOCHS)])
    .default("auto")
    .describe("times through the data")
    .register(look, training),
  batchSize: z
    .union([auto, z.int().min(1).max(MAX_BATCH)])
    .default("auto")
    .describe("records per step")
    .register(look, { ...training, flag: "batch" }),
  accumulate: z
    .int()
    .min(1)
    .max(MAX_ACCUMULATE)
    .default(1)
    .describe("batches whose gradients make one update, for batches larger than memory")
    .register(look, { ...training, placeholder: "N", more: true }),
  ema: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe("keep a moving average of the weights with this decay, such as 0.999")
    .register(look, { ...training, placeholder: "DECAY", more: true }),
  optimizer: z
    .enum(Object.keys(optimizers) as OptimizerName[])
    .default("adam")
    .describe("rule that updates the weights")
    .register(look, { ...training, more: true }),
  weightDecay: amount()
    .optional()
    .describe("decoupled weight decay (default: 0, for adamw 0.01)")
    .register(look, { ...training, placeholder: "X", more: true }),
  learningRate: positive()
    .optional()
    .describe("highest learning rate (default: what suits the net)")
    .register(look, { ...training, placeholder: "X" }),
  schedule: z
    .enum(Object.keys(schedules) as ScheduleName[])
    .default("onecycle")
    .describe("learning rate over the run")
    .register(look, { ...training, more: true }),
  clip: positive()
    .optional()
    .describe("largest norm of the gradients (default: not clipped)")
    .register(look, { ...training, placeholder: "NORM", more: true }),
  patience: z
    .int()
    .min(1)
    .optional()
    .describe("stop after this many epochs without a better validation loss")
    .register(look, { ...training, placeholder: "N", more: true }),
  seed: seed.clone().register(look, { ...training, placeholder: "N" }),
};

/** Options of the program that trains. */
export const runOptions = {
  resume: z.boolean().default(false).describe("go on from the last checkpoint in --out").register(look, run),
  checkpointEvery: positive()
    .default(60)
    .describe("time between checkpoints")
    .register(look, { ...run, duration: true, more: true }),
  dryRun: z
    .boolean()
    .default(false)
    .describe("say what would be built, and how long it would take")
    .register(look, run),
  threads: threads.clone().register(look, { ...run, placeholder: "N", more: true }),
  device: device.clone().register(look, { ...run, placeholder: "cpu|wasm", more: true }),
};

export const fitInput = z.strictObject({
  data,
  out: out("DIR", "folder for the model").register(look, { ...run, placeholder: "DIR" }),
  ...readOptions,
  ...modelOptions,
  ...trainOptions,
  ...augmentOptions,
  ...runOptions,
});
export type FitInput = z.infer<typeof fitInput>;
