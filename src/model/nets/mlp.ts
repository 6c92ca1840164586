/** Fully connected nets: one hidden layer with ReLU on each side by default. */

import * as z from "zod";
import { linear } from "../../nn/linear.js";
import { rowsOf } from "../../nn/rows.js";
import type { Net } from "../parts.js";
import { pictureOf, valueBias } from "./picture.js";

const options = z.strictObject({
  hidden: z
    .union([z.int().positive(), z.array(z.int().positive()).min(1)])
    .default(400)
    .describe("units of the hidden layer, or of each, from the data's side"),
});

export const mlp: Net<z.infer<typeof options>> = {
  name: "mlp",
  summary: "fully connected, ReLU",
  options,
  peakLearningRate: 4e-3,
  build({ hidden }, fields, outputs) {
    const picture = pictureOf(fields, outputs);
    const widths = typeof hidden === "number" ? [hidden] : hidden;
    const { name, size } = picture.field;
    return {
      encoder(ctx, record) {
        const h = widths.reduce(
          (x, units, i) => linear(ctx.at(`hidden${i + 1}`), x, { units }).relu(),
          rowsOf(record[name]),
        );
        return { [name]: h };
      },
      decoder(ctx, latent) {
        const h = widths
          .toReversed()
          .reduce((x, units, i) => linear(ctx.at(`hidden${i + 1}`), x, { units }).relu(), latent("z"));
        const out = { units: size * picture.output.perValue, bias: valueBias(ctx, picture) };
        return { [name]: linear(ctx.at(name), h, out) };
      },
    };
  },
};
