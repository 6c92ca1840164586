/** The prior N(0, I). */

import * as z from "zod";
import { standardNormal } from "../../dist/normal.js";
import { constant } from "../../graph/ops.js";
import type { Prior } from "../parts.js";

const options = z.strictObject({});

export const standardNormalPrior: Prior<z.infer<typeof options>> = {
  name: "standard-normal",
  summary: "N(0, I)",
  options,
  fit: "joint",
  build: (_ctx, _options, { size }) => standardNormal({ mean: constant(new Float32Array(size)) }),
};
