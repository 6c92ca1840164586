/** Fully connected nets: one hidden layer with ReLU on each side by default. */

import * as z from "zod";
import type { Field } from "../../fields/list.js";
import type { Tensor } from "../../graph/ops.js";
import type { Ctx } from "../../nn/ctx.js";
import { fanInUniform, given, type Initializer, sparseUniform } from "../../nn/init.js";
import { kept } from "../../nn/kept.js";
import { linear } from "../../nn/linear.js";
import { featuresOf } from "../features.js";
import type { Net, Output } from "../parts.js";

const options = z.strictObject({
  hidden: z
    .union([z.int().positive(), z.array(z.int().positive()).min(1)])
    .default(400)
    .describe("units of the hidden layer, or of each, from the data's side"),
  hide: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe(
      "share of the training records of which the encoder sees some fields only, so that it can do without them",
    ),
  numbers: z
    .enum(["codes", "standard"])
    .default("codes")
    .describe("what the encoder sees of numbers in tables: bins and an amount, or standard deviations"),
});

export const mlp: Net<z.infer<typeof options>> = {
  name: "mlp",
  summary: "fully connected, ReLU",
  options,
  peakLearningRate: 4e-3,
  takes: ({ ragged }) => ragged === null,
  build({ hidden, hide, numbers }, fields, outputs) {
    const widths = typeof hidden === "number" ? [hidden] : hidden;
    const layers = (ctx: Ctx, x: Tensor, units: readonly number[], first: Initializer = fanInUniform): Tensor =>
      units.reduce((h, width, i) => {
        const weight = i === 0 ? first : fanInUniform;
        return linear(ctx.at(`hidden${i + 1}`), h, { units: width, weight }).relu();
      }, x);
    return {
      encoder(ctx, record) {
        const batch = record[fields[0].name].shape[0];
        const keep = hide > 0 && ctx.mode !== "use" ? kept(ctx, batch, fields.length, hide) : null;
        return {
          [Object.keys(outputs)[0]]: layers(ctx, featuresOf(record, fields, keep, numbers), widths, startFor(fields)),
        };
      },
      decoder(ctx, latent) {
        const h = layers(ctx, latent("z"), widths.toReversed());
        const put = ([name, output]: [string, Output]) =>
          [name, linear(ctx.at(name), h, { units: output.units, bias: startOf(ctx, output) })] as const;
        return Object.fromEntries(Object.entries(outputs).map(put));
      },
    };
  },
};

/** Of the codes of a field one is there; its weights start as if there were no others. */
function startFor(fields: readonly Field[]): Initializer {
  return fields.every(({ kind }) => kind.codes) ? sparseUniform(fields.length) : fanInUniform;
}

/** Bias at the data's mean. */
function startOf(ctx: Ctx, { fields, bias }: Output): Initializer {
  const [field] = fields;
  return given(bias(ctx.facts.mean[field.name] ?? new Array(field.size).fill(0.5), field.shape));
}
