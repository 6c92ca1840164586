/** Residual nets: a block with group norm and SiLU before each halving, and one before each doubling. */

import * as z from "zod";
import { conv as convLayer, convTranspose } from "../../nn/conv.js";
import { linear } from "../../nn/linear.js";
import { residualBlock } from "../../nn/residual.js";
import { rowsOf } from "../../nn/rows.js";
import type { Net } from "../parts.js";
import { defaultChannels } from "./conv.js";
import { channelBias, checkGroups, extraFor, halvings, isPicture, pictureOf } from "./picture.js";

const FIRST_CHANNELS = 32;

const options = z.strictObject({
  channels: z.array(z.int().positive()).min(1).optional().describe("channels at each size; default 32, 64, ..."),
  groups: z.int().positive().default(8).describe("groups of the group norm; divides every entry of channels"),
});

export const residual: Net<z.infer<typeof options>> = {
  name: "residual",
  summary: "residual blocks with group norm and SiLU",
  options,
  peakLearningRate: 1e-3,
  takes: isPicture,
  build({ channels, groups }, fields, outputs) {
    const picture = pictureOf(fields, outputs);
    const widths = channels ?? defaultChannels(picture, FIRST_CHANNELS);
    checkGroups("residual", groups, widths);
    const levels = widths.length;
    const sizes = halvings(picture, levels);
    const { field, output } = picture;
    const same = { kernel: 3, stride: 1, padding: 1 };
    const half = { kernel: 4, stride: 2, padding: 1 };
    return {
      encoder(ctx, record) {
        let x = convLayer(ctx.at("stem"), record[field.name], { ...same, channels: widths[0] });
        for (let level = 1; level <= levels; level++) {
          x = residualBlock(ctx.at(`block${level}`), x, { groups });
          x = convLayer(ctx.at(`down${level}`), x, { ...half, channels: widths[Math.min(level, levels - 1)] });
        }
        return { [field.name]: rowsOf(x) };
      },
      decoder(ctx, latent) {
        const [height, width] = sizes[levels];
        const top = widths[levels - 1];
        let y = linear(ctx.at("project"), latent("z"), { units: height * width * top }).reshape([
          -1,
          height,
          width,
          top,
        ]);
        for (let level = levels; level > 0; level--) {
          const step = levels - level + 1;
          y = residualBlock(ctx.at(`block${step}`), y, { groups });
          // A transposed convolution's output sees a quarter of the kernel's rows.
          y = convTranspose(ctx.at(`up${step}`), y, {
            kernel: 4,
            stride: 2,
            padding: 1,
            channels: widths[level - 1],
            extra: extraFor(sizes[level], sizes[level - 1]),
          });
        }
        const image = {
          ...same,
          channels: picture.channels * output.perValue,
          bias: channelBias(ctx, picture),
        };
        return { [field.name]: rowsOf(convLayer(ctx.at("image"), y, image)) };
      },
    };
  },
};
