/** Evaluates graphs op by op in float64 with the ops' own plain reference rules. */

import { VaekitError } from "../errors.js";
import type { NdArray } from "./op.js";
import { bindShape, type Tensor } from "./tensor.js";
import { topological } from "./walk.js";

/** Values of `outputs` when the placeholders have the values in `given`. Sizes of named dimensions follow from those. */
export function evaluate(outputs: readonly Tensor[], given: ReadonlyMap<Tensor, NdArray>): NdArray[] {
  const values = new Map<Tensor, NdArray>(given);
  const dims: Record<string, number> = {};
  for (const [tensor, { shape }] of given) {
    for (const [axis, dim] of tensor.shape.entries())
      if (typeof dim === "string" && !dim.includes("*")) dims[dim] = shape[axis];
  }
  for (const node of topological(outputs)) {
    if (node.outputs.every((output) => values.has(output))) continue;
    const inputs = node.inputs.map((input) => values.get(input)!);
    const types = node.outputs.map(({ dtype, shape }) => ({ dtype, shape: bindShape(shape, dims) }));
    const results = node.op.reference(inputs, node.attributes as never, types);
    for (const [i, output] of node.outputs.entries()) {
      const expected = types[i].shape.reduce((size, dim) => size * dim, 1);
      if (results[i].data.length !== expected)
        throw new VaekitError(
          "E_SHAPE",
          `reference of ${node.op.name}: got ${results[i].data.length} values, expected ${expected}`,
        );
      values.set(output, { shape: types[i].shape, data: results[i].data });
    }
  }
  return outputs.map((output) => values.get(output)!);
}
