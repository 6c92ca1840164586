/** Convolutional nets that halve pictures with k4 s2 p1 convolutions and ReLU, and double them back. */

import * as z from "zod";
import { conv as convLayer, convTranspose } from "../../nn/conv.js";
import { linear } from "../../nn/linear.js";
import { rowsOf } from "../../nn/rows.js";
import type { Net } from "../parts.js";
import { channelBias, defaultLevels, extraFor, halvings, type Picture, pictureOf } from "./picture.js";

const FIRST_CHANNELS = 32;

const options = z.strictObject({
  channels: z
    .array(z.int().positive())
    .min(1)
    .optional()
    .describe("channels after each halving; default 32, 64, ... until the shorter side is near 7"),
});

export const conv: Net<z.infer<typeof options>> = {
  name: "conv",
  summary: "convolutions that halve, k4 s2, ReLU",
  options,
  peakLearningRate: 2e-3,
  build({ channels }, fields, outputs) {
    const picture = pictureOf(fields, outputs);
    const widths = channels ?? defaultChannels(picture, FIRST_CHANNELS);
    const sizes = halvings(picture, widths.length);
    const { field, output } = picture;
    const shape = { kernel: 4, stride: 2, padding: 1 };
    return {
      encoder(ctx, record) {
        const h = widths.reduce(
          (x, width, i) => convLayer(ctx.at(`conv${i + 1}`), x, { ...shape, channels: width }).relu(),
          record[field.name],
        );
        return { [field.name]: rowsOf(h) };
      },
      decoder(ctx, latent) {
        const [height, width] = sizes[widths.length];
        const top = widths[widths.length - 1];
        let y = linear(ctx.at("project"), latent("z"), { units: height * width * top })
          .relu()
          .reshape([-1, height, width, top]);
        for (let level = widths.length - 1; level > 0; level--) {
          const extra = extraFor(sizes[level + 1], sizes[level]);
          y = convTranspose(ctx.at(`deconv${widths.length - level}`), y, {
            ...shape,
            channels: widths[level - 1],
            extra,
          }).relu();
        }
        const last = {
          ...shape,
          channels: picture.channels * output.perValue,
          bias: channelBias(ctx, picture),
          extra: extraFor(sizes[1], sizes[0]),
        };
        return { [field.name]: rowsOf(convTranspose(ctx.at(`deconv${widths.length}`), y, last)) };
      },
    };
  },
};

/** first, 2 first, 4 first... as many as the picture is halved by default. */
export function defaultChannels(picture: Picture, first: number): number[] {
  return Array.from({ length: defaultLevels(picture) }, (_, level) => first * 2 ** level);
}
