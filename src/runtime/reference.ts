/** The oracle: graphs evaluated in float64, which engines are compared with. */

import type { NdArray } from "../graph/op.js";

export { evaluate } from "../graph/evaluate.js";

/** An array from nested numbers' flat list. */
export function ndArray(values: ArrayLike<number>, shape: readonly number[] = [values.length]): NdArray {
  return { shape, data: Float64Array.from(values) };
}
