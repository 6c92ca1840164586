/** Measures how well a model explains data. */

import * as z from "zod";
import type { Dataset } from "../data/dataset.js";
import type { EvaluateOptions, Evaluation, Protocol } from "../eval/evaluate.js";
import type { PictureFigures } from "../eval/pictures/compare.js";
import type { Runner } from "../model/runner.js";
import type { Engine } from "../runtime/engine.js";
import { figuresText } from "./figures.js";
import type { GeneratedProtocol } from "./generated.js";
import { look } from "./option.js";
import { data, limit, machine, model, prior, seed } from "./options.js";
import { withData, withRunner } from "./runner.js";
import { verb } from "./verb.js";

const MAX_SAMPLES = 100_000;
/** All pairs are compared, so that ten times as many take a hundred times as long: a few seconds for 2,000. */
const MAX_GENERATED = 50_000;
/** Fewer say nothing of 64 features. */
const MIN_GENERATED = 100;

/** How it is measured. */
export const evaluateOptions = z.strictObject({
  samples: z
    .int()
    .min(1)
    .max(MAX_SAMPLES)
    .default(16)
    .describe("draws per record for the negative log-likelihood")
    .register(look, {}),
  generated: z
    .int()
    .min(MIN_GENERATED)
    .max(MAX_GENERATED)
    .optional()
    .describe("draw this many pictures and compare them with as many records: distances, precision, recall, coverage")
    .register(look, { placeholder: "N" }),
  limit,
  seed,
  prior,
});

export const evaluateVerb = verb({
  name: "evaluate",
  summary: "Measure how well a model explains data, in nats per record",
  input: z.strictObject({ model, data, ...evaluateOptions.shape, ...machine }),
  cli: {
    positional: ["model", "data"],
    example: "vaekit evaluate models/mnist mnist#test --samples 16 --json",
    streams: false,
  },
  async run({ data, samples, generated, limit, seed, ...options }, context) {
    return withRunner(options, context, (runner, { engine }) =>
      withData(data, runner.config, {}, context, async (dataset) => {
        const result = await evaluateModel(runner, engine, dataset, {
          samples,
          generated,
          limit, // not when opening: the protocol says how many of how many
          seed,
          signal: context.signal,
          onProgress: ({ records, total }) =>
            context.report({ event: "work", what: "evaluated", done: records, total }),
        });
        return { json: result, text: evaluationText(result) };
      }),
    );
  },
});

/** Likelihoods, and with `generated` what is said of pictures drawn from the model, which joins the figures of pictures. */
export async function evaluateModel(
  runner: Runner,
  engine: Engine,
  dataset: Dataset,
  { generated, ...options }: EvaluateOptions & { readonly generated?: number },
): Promise<Evaluation> {
  const { evaluate } = await import("../eval/evaluate.js");
  if (generated === undefined) return evaluate(runner, dataset, options);
  const { compareGenerated } = await import("./generated.js");
  const { seed = 0, signal } = options;
  const found = await compareGenerated(runner, engine, dataset, { count: generated, seed, signal });
  const evaluation = await evaluate(runner, dataset, options);
  const { generated: figures, reconstructions, protocol } = found;
  return { ...evaluation, image: { ...(evaluation.image as object), ...figures, reconstructions, protocol } };
}

/** Figures of pictures on lines of their own, under their own names. */
function evaluationText({ image, protocol, ...figures }: Evaluation): string {
  const {
    protocol: conditions,
    reconstructions = {},
    ...ofPictures
  } = image as Record<string, unknown> & {
    readonly protocol?: GeneratedProtocol;
    readonly reconstructions?: PictureFigures;
  };
  const ofReconstructions = Object.entries(reconstructions);
  return figuresText({
    ...figures,
    ...ofPictures,
    ...Object.fromEntries(ofReconstructions.map(([name, value]) => [`reconstructions_${name}`, value])),
    protocol: protocolText(protocol),
    ...(conditions ? { pictures: conditionsText(conditions) } : {}),
  });
}

function conditionsText({ generated, real, features, neighbours }: GeneratedProtocol): string {
  return `${generated}; against ${real}; ${neighbours} neighbours; features ${features}`;
}

function protocolText({ data, records, samples, seed, target, prior, likelihoods }: Protocol): string {
  const parts = Object.entries(likelihoods).map(([field, name]) => `${field} ${name}`);
  return `${data}, records: ${records}, ${samples} samples each, seed ${seed}, values ${target}, prior ${prior}, ${parts.join(", ")}`;
}
