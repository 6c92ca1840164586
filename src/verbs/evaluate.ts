/** Measures how well a model explains data. */

import * as z from "zod";
import type { Dataset } from "../data/dataset.js";
import type { EvaluateOptions, Evaluation, Protocol } from "../eval/evaluate.js";
import { openLandmarks } from "../eval/landmarks/landmarks.js";
import type { ModelConfig } from "../model/config.js";
import type { Runner } from "../model/runner.js";
import type { Engine } from "../runtime/engine.js";
import { figuresText } from "./figures.js";
import type { JudgeRequest } from "./forms/form.js";
import { formOf } from "./forms/list.js";
import { look } from "./option.js";
import { data, limit, machine, model, prior, seed } from "./options.js";
import { withData, withRunner } from "./runner.js";
import { rowOptions } from "./table-options.js";
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
    .describe(
      "draw this many records and compare them with real ones (default: of pictures none, of texts 500, of rows as many as there are, at most 10,000)",
    )
    .register(look, { placeholder: "N" }),
  limit,
  seed,
  prior,
});

export const evaluateVerb = verb({
  name: "evaluate",
  summary: "Measure how well a model explains data, in nats per record",
  input: z.strictObject({
    model,
    data,
    ...evaluateOptions.shape,
    train: z
      .string()
      .min(1)
      .optional()
      .describe("of texts, what the model was trained on: texts drawn are looked for among it (default: DATA)")
      .register(look, { placeholder: "DATA" }),
    ...rowOptions(),
    ...machine,
  }),
  cli: {
    positional: ["model", "data"],
    example: "vaekit evaluate models/mnist mnist#test --samples 16 --json",
    streams: false,
  },
  async run({ data, train, samples, generated, limit, seed, label, filter, onError, records, ...options }, context) {
    const reading = { label, filter, onError, records };
    return withRunner(options, context, (runner, { engine, landmarks }) =>
      withData(data, runner.config, reading, context, async (dataset) => {
        const near = landmarks && (await openLandmarks(runner.config, landmarks, engine));
        const measure = (trained: Dataset | null) =>
          evaluateModel(runner, engine, dataset, {
            samples,
            generated,
            landmarks: near,
            train: trained,
            limit, // not when opening: the protocol says how many of how many
            seed,
            signal: context.signal,
            onProgress: ({ records, total }) =>
              context.report({ event: "work", what: "evaluated", done: records, total }),
          });
        try {
          const result = await (train ? withData(train, runner.config, { records }, context, measure) : measure(null));
          return { json: result, text: evaluationText(result, runner.config) };
        } finally {
          await near?.dispose();
        }
      }),
    );
  },
});

/** Likelihoods, and beside them what the form of the records has to say: of records drawn, of classes. */
export async function evaluateModel(
  runner: Runner,
  engine: Engine,
  given: Dataset,
  {
    generated,
    landmarks,
    train: trained,
    ...options
  }: EvaluateOptions & Pick<JudgeRequest, "generated" | "landmarks" | "train">,
): Promise<Evaluation> {
  const form = formOf(runner.config);
  const dataset = await form.fitting(given, runner.config);
  const { evaluate } = await import("../eval/evaluate.js");
  const { limit, seed = 0, signal } = options;
  const train = trained && (await form.fitting(trained, runner.config));
  // First, as it refuses data that are too few.
  const judged = Object.entries(
    await form.judge(runner, engine, dataset, { generated, landmarks, train, limit, seed, signal }),
  );
  const evaluation = await evaluate(runner, dataset, options);
  const joined = judged.map(([key, figures]) => [key, { ...(evaluation[key] as object | undefined), ...figures }]);
  return { ...evaluation, ...Object.fromEntries(joined) };
}

/** A line per figure, the protocol at the end. */
function evaluationText({ protocol, ...figures }: Evaluation, config: ModelConfig): string {
  return figuresText({
    ...formOf(config).told(figures as Omit<Evaluation, "protocol">),
    protocol: protocolText(protocol),
  });
}

function protocolText({ data, records, samples, seed, target, prior, likelihoods }: Protocol): string {
  return `${data}, records: ${records}, ${samples} samples each, seed ${seed}, values ${target}, prior ${prior}, ${likelihoodsText(likelihoods)}`;
}

/** Up to so many fields are named; of more is said how many have which likelihood. */
const MOST_NAMED = 3;

function likelihoodsText(likelihoods: Protocol["likelihoods"]): string {
  const fields = Object.entries(likelihoods);
  if (fields.length <= MOST_NAMED) return fields.map(([field, name]) => `${field} ${name}`).join(", ");
  const names = [...new Set(Object.values(likelihoods))];
  return names.map((name) => `${fields.filter(([, own]) => own === name).length} fields ${name}`).join(", ");
}
