/** Shows records beside what the model makes of them. */

import * as z from "zod";
import { formOf } from "./forms/list.js";
import { data, machine, model, optionalOut } from "./options.js";
import { reconstructOptions } from "./pairs.js";
import { withData, withRunner } from "./runner.js";
import { verb } from "./verb.js";

export const reconstruct = verb({
  name: "reconstruct",
  summary: "Show records, each beside what the model makes of it",
  input: z.strictObject({
    model,
    data,
    out: optionalOut(
      "r.png|DIR/|x.npz|x.csv",
      "a contact sheet, a folder of pictures, or an array; of texts a table (default: print it)",
    ),
    ...reconstructOptions.shape,
    ...machine,
  }),
  cli: {
    positional: ["model", "data"],
    short: { count: "n" },
    example: "vaekit reconstruct models/mnist mnist#test -n 16 --out r.png",
    streams: false,
  },
  run: ({ data, ...options }, context) =>
    withRunner(options, context, async (runner) => {
      const form = formOf(runner.config);
      if (options.out !== undefined || !form.prints) form.expectOut(options.out, context.host);
      return withData(data, runner.config, {}, context, (dataset) =>
        form.reconstruct(runner, dataset, options, context),
      );
    }),
});
