/** Draws new records from a model. */

import * as z from "zod";
import { pictureSinkFor, writePictures } from "../data/sinks/write.js";
import type { Pictures } from "../host.js";
import { drawLatents } from "../model/draw.js";
import type { Runner } from "../model/runner.js";
import { look } from "./option.js";
import { count, machine, model, out, prior, seed } from "./options.js";
import { decodePictures, sizeText } from "./pictures.js";
import { withRunner } from "./runner.js";
import { SAMPLE_STREAM } from "./streams.js";
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

/** What is drawn. */
export const sampleOptions = z.strictObject({ count: count(64, "records to draw"), seed, temperature, prior });
export type SampleOptions = z.input<typeof sampleOptions> & { readonly signal?: AbortSignal };

export const sample = verb({
  name: "sample",
  summary: "Draw new records from a model",
  input: z.strictObject({
    model,
    out: out("samples.png|DIR/|x.npz", "a contact sheet, a folder of pictures, or an array"),
    ...sampleOptions.shape,
    ...machine,
  }),
  cli: {
    positional: ["model"],
    short: { count: "n" },
    example: "vaekit sample models/mnist -n 64 --out samples.png",
    streams: false,
  },
  async run({ out, ...options }, context) {
    pictureSinkFor(out, context.host);
    return withRunner(options, context, async (runner) => {
      const pictures = await drawSamples(runner, { ...options, signal: context.signal });
      await writePictures(out, pictures, {}, context.host);
      context.report({ event: "wrote", path: out, what: `${pictures.count} samples, ${sizeText(pictures)}` });
      return { json: { path: out, count: pictures.count, seed: options.seed }, text: "" };
    });
  },
});

/**
 * The decoder's means for latents drawn by the model's sampler. The first k of n samples are those of a call for k with
 * the same seed. `temperature` scales how far the latents spread; in a mixture of Gaussians within each of them, while their
 * shares stay.
 */
export async function drawSamples(
  runner: Runner,
  options: Omit<z.output<typeof sampleOptions>, "prior"> & { readonly signal?: AbortSignal },
): Promise<Pictures> {
  const latents = await drawLatents(runner, { ...options, stream: SAMPLE_STREAM });
  return decodePictures(runner, latents, { signal: options.signal });
}
