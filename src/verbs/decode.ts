/** Turns latents into records. */

import * as z from "zod";
import { sinkFor } from "../data/sinks/write.js";
import { VaekitError } from "../errors.js";
import { formOf } from "./forms/list.js";
import { look } from "./option.js";
import { machine, model, optionalOut } from "./options.js";
import { withRunner } from "./runner.js";
import { verb } from "./verb.js";

export const decode = verb({
  name: "decode",
  summary: "Turn latents into records",
  input: z.strictObject({
    model,
    latents: z
      .string()
      .min(1)
      .describe("table with columns mu_0.. or z_0.., as encode writes it: .csv, .jsonl or .npz")
      .register(look, { placeholder: "LATENTS" }),
    out: optionalOut(
      "DIR/|x.png|x.npz|x.txt|x.csv",
      "a folder of pictures named by id, a contact sheet, or an array; of texts a table (default: print it)",
    ),
    ...machine,
  }),
  cli: {
    positional: ["model", "latents"],
    example: "vaekit decode models/mnist z.csv --out pictures/",
    streams: false,
  },
  async run({ latents: path, out, ...options }, context) {
    const { pictureSinks, tableSinks } = context.host;
    if (out !== undefined) sinkFor(out, [...pictureSinks, ...tableSinks], "records");
    const { readLatents } = await import("../data/latents.js");
    const { mu, ids, count, width } = await readLatents(path, context.host);
    return withRunner(options, context, async (runner) => {
      if (width !== runner.latent)
        throw new VaekitError(
          "E_DATA",
          `${path}: got ${width} latents a row, the model has ${runner.latent}`,
          "Encode with the same model.",
        );
      const form = formOf(runner.config);
      form.expectOut(out, context.host);
      return form.decode(runner, { mu, ids, count, out }, context);
    });
  },
});
