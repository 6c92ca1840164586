/** The diagonal normal posterior: mean and log-variance by one linear layer each (Kingma & Welling 2014, eq. 9). */

import * as z from "zod";
import { normal } from "../../dist/normal.js";
import { concat } from "../../graph/ops.js";
import { linear } from "../../nn/linear.js";
import type { Posterior } from "../parts.js";

const options = z.strictObject({});

export const normalPosterior: Posterior<z.infer<typeof options>> = {
  name: "normal",
  summary: "diagonal normal q(z|x)",
  options,
  build(ctx, _, features, { size, context }) {
    const all = [...Object.values(features), ...(context ? [context] : [])];
    const h = concat(all, -1);
    const head = { units: size };
    return normal({ mu: linear(ctx.at("mu"), h, head), logvar: linear(ctx.at("logvar"), h, head) });
  },
};
