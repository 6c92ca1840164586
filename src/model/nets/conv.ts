/** Convolutional nets that halve pictures with k4 s2 p1 convolutions, and double them back. */

import * as z from "zod";
import type { Tensor } from "../../graph/ops.js";
import { conv as convLayer, convTranspose } from "../../nn/conv.js";
import type { Ctx } from "../../nn/ctx.js";
import { linear } from "../../nn/linear.js";
import { groupNorm } from "../../nn/norm.js";
import { rowsOf } from "../../nn/rows.js";
import type { Net } from "../parts.js";
import {
  channelBias,
  checkGroups,
  defaultLevels,
  extraFor,
  halvings,
  isPicture,
  type Picture,
  pictureOf,
} from "./picture.js";

const FIRST_CHANNELS = 32;

const options = z.strictObject({
  channels: z
    .array(z.int().positive())
    .min(1)
    .optional()
    .describe("channels after each halving; default 32, 64, ... until the shorter side is near 7"),
  groups: z
    .int()
    .min(0)
    .default(0)
    .describe("groups of a group norm after each convolution, and SiLU instead of ReLU; 0: no norm, ReLU"),
});

/** What follows a convolution. With a norm as many steps reach a far better loss (docs/pictures.md). */
function activated(ctx: Ctx, x: Tensor, groups: number): Tensor {
  return groups === 0 ? x.relu() : groupNorm(ctx.at("norm"), x, { groups }).silu();
}

export const conv: Net<z.infer<typeof options>> = {
  name: "conv",
  summary: "convolutions that halve, k4 s2",
  options,
  peakLearningRate: 2e-3,
  takes: isPicture,
  build({ channels, groups }, fields, outputs) {
    const picture = pictureOf(fields, outputs);
    const widths = channels ?? defaultChannels(picture, FIRST_CHANNELS);
    checkGroups("conv", groups, widths);
    const sizes = halvings(picture, widths.length);
    const { field, output } = picture;
    const shape = { kernel: 4, stride: 2, padding: 1 };
    return {
      encoder(ctx, record) {
        const h = widths.reduce((x, width, i) => {
          const layer = ctx.at(`conv${i + 1}`);
          return activated(layer, convLayer(layer, x, { ...shape, channels: width }), groups);
        }, record[field.name]);
        return { [field.name]: rowsOf(h) };
      },
      decoder(ctx, latent) {
        const [height, width] = sizes[widths.length];
        const top = widths[widths.length - 1];
        const project = ctx.at("project");
        const start = linear(project, latent("z"), { units: height * width * top });
        let y = activated(project, start.reshape([-1, height, width, top]), groups);
        for (let level = widths.length - 1; level > 0; level--) {
          const extra = extraFor(sizes[level + 1], sizes[level]);
          const layer = ctx.at(`deconv${widths.length - level}`);
          y = activated(layer, convTranspose(layer, y, { ...shape, channels: widths[level - 1], extra }), groups);
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
