/** Measures how well a model explains data. */

import * as z from "zod";
import type { Protocol } from "../eval/evaluate.js";
import { figuresText } from "./figures.js";
import { look } from "./option.js";
import { data, limit, machine, model, prior, seed } from "./options.js";
import { imageFieldOf } from "./pictures.js";
import { withData, withRunner } from "./runner.js";
import { verb } from "./verb.js";

const MAX_SAMPLES = 100_000;

/** How it is measured. */
export const evaluateOptions = z.strictObject({
  samples: z
    .int()
    .min(1)
    .max(MAX_SAMPLES)
    .default(16)
    .describe("draws per record for the negative log-likelihood")
    .register(look, {}),
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
  async run({ data, samples, limit, seed, ...options }, context) {
    const { evaluate } = await import("../eval/evaluate.js");
    return withRunner(options, context, (runner) =>
      withData(data, imageFieldOf(runner.config), {}, context, async (dataset) => {
        const result = await evaluate(runner, dataset, {
          samples,
          limit, // not when opening: the protocol says how many of how many
          seed,
          signal: context.signal,
          onProgress: ({ records, total }) =>
            context.report({ event: "work", what: "evaluated", done: records, total }),
        });
        return { json: result, text: figuresText({ ...result, protocol: protocolText(result.protocol) }) };
      }),
    );
  },
});

function protocolText({ data, records, samples, seed, target, prior, likelihoods }: Protocol): string {
  const parts = Object.entries(likelihoods).map(([field, name]) => `${field} ${name}`);
  return `${data}, records: ${records}, ${samples} samples each, seed ${seed}, values ${target}, prior ${prior}, ${parts.join(", ")}`;
}
