/** y = x W + b, the affine map of the last axis. */

import type { Tensor } from "../graph/ops.js";
import type { Ctx } from "./ctx.js";
import { fanInUniform, type Initializer, zeros } from "./init.js";

export interface LinearOptions {
  readonly units: number;
  readonly weight?: Initializer;
  readonly bias?: Initializer;
}

/** [.., in] -> [.., units]. W [in, units] starts uniform in ±1/sqrt(in), b at 0. */
export function linear(ctx: Ctx, x: Tensor, { units, weight = fanInUniform, bias = zeros }: LinearOptions): Tensor {
  const width = x.shape.at(-1) as number;
  return x.matmul(ctx.param("weight", [width, units], weight)).add(ctx.param("bias", [units], bias));
}
