/** Turns latents into records. */

import * as z from "zod";
import { pictureSinkFor, writePictures } from "../data/sinks/write.js";
import { VaekitError } from "../errors.js";
import { look } from "./option.js";
import { machine, model, out } from "./options.js";
import { decodePictures, sizeText } from "./pictures.js";
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
    out: out("DIR/|x.png|x.npz", "a folder of pictures named by id, a contact sheet, or an array"),
    ...machine,
  }),
  cli: {
    positional: ["model", "latents"],
    example: "vaekit decode models/mnist z.csv --out pictures/",
    streams: false,
  },
  async run({ latents: path, out, ...options }, context) {
    pictureSinkFor(out, context.host);
    const { readLatents } = await import("../data/latents.js");
    const { mu, ids, count, width } = await readLatents(path, context.host);
    return withRunner(options, context, async (runner) => {
      if (width !== runner.latent)
        throw new VaekitError(
          "E_DATA",
          `${path}: got ${width} latents a row, the model has ${runner.latent}`,
          "Encode with the same model.",
        );
      const pictures = await decodePictures(runner, mu, {
        names: ids,
        signal: context.signal,
        onProgress: (done) => context.report({ event: "work", what: "decoded", done, total: count }),
      });
      await writePictures(out, pictures, {}, context.host);
      context.report({ event: "wrote", path: out, what: `${count} pictures, ${sizeText(pictures)}` });
      return { json: { path: out, count }, text: "" };
    });
  },
});
