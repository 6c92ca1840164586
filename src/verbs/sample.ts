/** Draws new records from a model. */

import * as z from "zod";
import { sinkFor } from "../data/sinks/write.js";
import { formOf } from "./forms/list.js";
import { look } from "./option.js";
import { count, machine, model, optionalOut, prior, seed } from "./options.js";
import { withRunner } from "./runner.js";
import { verb } from "./verb.js";

/** Beyond this the decoder sees nothing it was trained on. */
const MAX_TEMPERATURE = 100;
const temperature = z
  .number()
  .min(0)
  .max(MAX_TEMPERATURE)
  .default(1)
  .describe("spread of the latents: below 1 more typical records, above 1 more unusual ones")
  .register(look, { placeholder: "X" });

const MAX_BEAM = 256;
/** Rows are written as they are drawn. */
const MAX_ROWS = 1_000_000_000;

/** What is drawn. */
export const sampleOptions = z.strictObject({
  count: count(64, "records to draw", MAX_ROWS),
  seed,
  temperature,
  prior,
});
export type SampleOptions = z.input<typeof sampleOptions> & { readonly signal?: AbortSignal };

/** Only such rows. */
export const where = z
  .string()
  .min(1)
  .optional()
  .describe("only rows for which this holds: \"income = '>50K' and age < 30\"")
  .register(look, { placeholder: "CONDITION" });

export const escapeFormulas = z
  .boolean()
  .default(false)
  .describe("in csv: put an apostrophe before cells that a spreadsheet would compute, such as =1+1")
  .register(look, { more: true });

/** How texts are written. */
export const textSampling = {
  tokenTemperature: z
    .number()
    .gt(0)
    .max(MAX_TEMPERATURE)
    .default(1)
    .describe("of texts: below 1 likely tokens get likelier, above 1 less so")
    .register(look, { placeholder: "X", more: true }),
  topP: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe("of texts: draw only the fewest tokens that hold this much of the probability")
    .register(look, { placeholder: "SHARE", more: true }),
  beam: z
    .int()
    .min(1)
    .max(MAX_BEAM)
    .optional()
    .describe("of texts: search for the likeliest with so many beginnings, instead of drawing one")
    .register(look, { placeholder: "N", more: true }),
  form: z
    .string()
    .min(1)
    .optional()
    .describe('what texts look like: a number stands for so many letters, all else for itself, as in "5，5。5，5。"')
    .register(look, { placeholder: "FORM", more: true }),
};

/** The same for programs that want texts. */
export const textSampleOptions = z.strictObject({ ...sampleOptions.shape, ...textSampling });

export const sample = verb({
  name: "sample",
  summary: "Draw new records from a model",
  input: z.strictObject({
    model,
    out: optionalOut(
      "samples.png|DIR/|x.npz|x.csv|x.parquet|x.jsonl|x.txt",
      "pictures as a sheet, a folder or an array; rows as a table; texts as lines or a table (default: print them)",
    ),
    ...sampleOptions.shape,
    where,
    escapeFormulas,
    ...textSampling,
    ...machine,
  }),
  cli: {
    positional: ["model"],
    short: { count: "n" },
    example: "vaekit sample models/mnist -n 64 --out samples.png",
    streams: false,
  },
  async run({ out, ...options }, context) {
    const { pictureSinks, tableSinks } = context.host;
    if (out !== undefined) sinkFor(out, [...pictureSinks, ...tableSinks], "samples"); // before anything is opened
    return withRunner(options, context, async (runner) => {
      const form = formOf(runner.config);
      form.expectOut(out, context.host);
      return form.sample(runner, { out, ...options }, context);
    });
  },
});
