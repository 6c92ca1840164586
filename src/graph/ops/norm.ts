/** Normalisation to mean 0 and variance 1: over the last axis, or over groups of channels. */

import { VaekitError } from "../../errors.js";
import { multiOp } from "../op.js";
import { type Shape, shapeError, type Tensor } from "../tensor.js";
import { constant } from "./source.js";

const EPSILON = 1e-5; // PyTorch's default

function fixedChannels(name: string, shape: Shape): number {
  const channels = shape.at(-1);
  if (typeof channels !== "number") throw shapeError(name, "the last axis must have a fixed size", shape);
  return channels;
}

/** x [.., D] -> xhat = (x - mean) s [.., D] and s = 1 / sqrt(variance + epsilon) [.., 1], over the last axis. */
const standardizeRows = multiOp<{ readonly epsilon: number }>({
  name: "standardizeRows",
  types: ([{ shape, dtype }]) => {
    fixedChannels("layerNorm", shape);
    return [
      { shape, dtype },
      { shape: [...shape.slice(0, -1), 1], dtype },
    ];
  },
  reference: ([x], { epsilon }, types) => {
    const size = x.shape.at(-1)!;
    const rows = x.data.length / size;
    const data = Float64Array.from(x.data);
    const scales = new Float64Array(rows);
    for (let row = 0; row < rows; row++) {
      const values = data.subarray(row * size, (row + 1) * size);
      const mean = values.reduce((a, b) => a + b, 0) / size;
      const variance = values.reduce((total, v) => total + (v - mean) ** 2, 0) / size;
      scales[row] = 1 / Math.sqrt(variance + epsilon);
      for (let i = 0; i < size; i++) values[i] = (values[i] - mean) * scales[row];
    }
    const [full, one] = types.map((type) => type.shape as number[]);
    return [
      { shape: full, data },
      { shape: one, data: scales },
    ];
  },
  lower: ([x], { epsilon }, onnx, { inputs, used }) => {
    const ones = onnx.floats(new Array<number>(inputs[0].shape.at(-1) as number).fill(1));
    const [xhat, , scale] = onnx.nodes("LayerNormalization", [x, ones], [true, used[1], used[1]], {
      axis: -1,
      epsilon: { float: epsilon },
    });
    return [xhat, scale];
  },
  decompose: "none",
  // dxhat/dx = s (I - 1 1'/D - xhat xhat'/D) and ds/dx = -s^2 xhat/D
  gradient: ([dxhat, ds], [x], _, [xhat, s]): Tensor[] => {
    const flows: Tensor[] = [];
    if (dxhat) {
      const along = dxhat.mul(xhat).mean(-1, true);
      flows.push(dxhat.sub(xhat.mul(along)).sub(dxhat.mean(-1, true)).mul(s));
    }
    if (ds) flows.push(xhat.mul(ds.mul(s.square()).mul(-1 / (x.shape.at(-1) as number))));
    return [flows.reduce((a, b) => a.add(b))];
  },
  examples: [
    { shapes: [[3, 5]], attributes: { epsilon: EPSILON } },
    { shapes: [[2, 2, 3]], attributes: { epsilon: 0.5 } },
  ],
});

/** Layer normalisation (Ba et al. 2016) over the last axis, x [.., D]; gain and bias [D] are optional. */
export function layerNorm(x: Tensor, gain?: Tensor, bias?: Tensor, epsilon = EPSILON): Tensor {
  const [xhat] = standardizeRows([x], { epsilon });
  const scaled = gain ? xhat.mul(gain) : xhat;
  return bias ? scaled.add(bias) : scaled;
}

/**
 * Group normalisation (Wu & He 2018) of pictures x [B, H, W, C]: mean 0 and variance 1 over H, W and the C/groups
 * channels of each group. `gain` and `bias` [C] are optional.
 */
export function groupNorm(x: Tensor, groups: number, gain?: Tensor, bias?: Tensor, epsilon = EPSILON): Tensor {
  const channels = fixedChannels("groupNorm", x.shape);
  if (x.rank !== 4) throw shapeError("groupNorm", "x must be [B, H, W, C]", x.shape);
  if (channels % groups !== 0)
    throw new VaekitError("E_SHAPE", `groupNorm: ${channels} channels do not divide into ${groups} groups`);
  const [batch, height, width] = x.shape as number[];
  // Sums per channel first: large tensors meet only [B, 1, 1, C], whose last axis is long; groups are formed on those.
  const groupMean = (values: Tensor): Tensor =>
    values
      .sum([1, 2])
      .reshape([batch, groups, channels / groups])
      .sum(-1, true)
      .mul(groups / (height * width * channels))
      .broadcastTo([batch, groups, channels / groups])
      .reshape([batch, 1, 1, channels]);
  const centred = x.sub(groupMean(x));
  const scale = constant(1).div(groupMean(centred.square()).add(epsilon).sqrt());
  const scaled = centred.mul(gain ? scale.mul(gain) : scale);
  return bias ? scaled.add(bias) : scaled;
}
