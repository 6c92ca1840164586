/** Walks through latent space from one record to another. */

import * as z from "zod";
import { formOf } from "./forms/list.js";
import { look } from "./option.js";
import { machine, model, optionalOut } from "./options.js";
import { withRunner } from "./runner.js";
import { verb } from "./verb.js";
import { interpolateOptions } from "./walks.js";

/** An option that takes one record. */
const record = (what: string) =>
  z.string().min(1).describe(what).register(look, { placeholder: "PICTURE|mnist#test/12|TEXT" });

export const interpolate = verb({
  name: "interpolate",
  summary: "Walk through latent space from one record to another",
  input: z.strictObject({
    model,
    from: record("record to start from: its address, or a text as it is"),
    to: record("record to end at"),
    out: optionalOut(
      "walk.gif|walk.png|DIR/|x.npz|x.txt|x.csv",
      "an animation there and back, a strip, a folder of pictures, or an array; of texts a table (default: print it)",
    ),
    ...interpolateOptions.shape,
    ...machine,
  }),
  cli: {
    positional: ["model"],
    example: "vaekit interpolate models/mnist --from mnist#test/12 --to 8.png --out walk.gif",
    streams: false,
  },
  run: (options, context) =>
    withRunner(options, context, (runner) => formOf(runner.config).interpolate(runner, options, context)),
});
