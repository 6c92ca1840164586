/** Normalisation to mean 0 and variance 1: over the last axis, or over groups of channels. */

import { VaekitError } from "../../errors.js";
import { channelBlock, multiOp } from "../op.js";
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

interface Groups {
  readonly groups: number;
  readonly epsilon: number;
}

/** [B, H, W, C] -> means per record and group of channels, [B, groups]. Sums per channel first: these are of long runs. */
function groupMeans(x: Tensor, groups: number): Tensor {
  return meansOf(x.sum([1, 2]), groups, (x.shape[1] as number) * (x.shape[2] as number));
}

/** Sums per channel [B, C] over so many places -> means per group, [B, groups]. */
function meansOf(sums: Tensor, groups: number, places: number): Tensor {
  const inGroup = (sums.shape[1] as number) / groups;
  return sums
    .reshape([sums.shape[0], groups, inGroup])
    .sum(-1)
    .mul(1 / (inGroup * places));
}

/** Values per group [B, groups] for each of their channels, [B, 1, 1, C]. */
function spreadOver(values: Tensor, channels: number): Tensor {
  const [batch, groups] = values.shape as number[];
  return values
    .reshape([batch, groups, 1])
    .broadcastTo([batch, groups, channels / groups])
    .reshape([batch, 1, 1, channels]);
}

/** x [B, H, W, C], gain and bias [C] -> y = gain xhat + bias, xhat = (x - mean) s, and s = 1 / sqrt(variance + epsilon) [B, groups]. */
const groupNormOp = multiOp<Groups>({
  name: "groupNorm",
  types: ([{ shape, dtype }], { groups }) => [
    { shape, dtype },
    { shape, dtype },
    { shape: [shape[0], groups], dtype },
  ],
  reference: ([x, gain, bias], { groups, epsilon }) => {
    const [batch, height, width, channels] = x.shape;
    const inGroup = channels / groups;
    const scales = new Float64Array(batch * groups);
    const xhat = Float64Array.from(x.data);
    for (let b = 0; b < batch; b++) {
      for (let g = 0; g < groups; g++) {
        const places: number[] = [];
        for (let pixel = b * height * width; pixel < (b + 1) * height * width; pixel++)
          for (let c = g * inGroup; c < (g + 1) * inGroup; c++) places.push(pixel * channels + c);
        const mean = places.reduce((total, at) => total + x.data[at], 0) / places.length;
        const variance = places.reduce((total, at) => total + (x.data[at] - mean) ** 2, 0) / places.length;
        const scale = 1 / Math.sqrt(variance + epsilon);
        scales[b * groups + g] = scale;
        for (const at of places) xhat[at] = (x.data[at] - mean) * scale;
      }
    }
    const y = xhat.map((value, at) => value * gain.data[at % channels] + bias.data[at % channels]);
    return [
      { shape: x.shape, data: y },
      { shape: x.shape, data: xhat },
      { shape: [batch, groups], data: scales },
    ];
  },
  lower: "none",
  decompose: ([x, gain, bias], { groups, epsilon }, target) => {
    const [batch, height, width, channels] = x.shape as number[];
    if (channelBlock(target) > 0) {
      // As planes a group is one row: ONNX Runtime standardises it in one pass.
      const planes = x.transpose([0, 3, 1, 2]);
      const rows = planes.reshape([batch, groups, (height * width * channels) / groups]);
      const [standard, scale] = standardizeRows([rows], { epsilon });
      const xhat = standard.reshape(planes.shape).transpose([0, 2, 3, 1]);
      return [xhat.mul(gain).add(bias), xhat, scale.reshape([batch, groups])];
    }
    const centred = x.sub(spreadOver(groupMeans(x, groups), channels));
    const scale = constant(1).div(groupMeans(centred.square(), groups).add(epsilon).sqrt());
    const perChannel = spreadOver(scale, channels);
    return [centred.mul(perChannel.mul(gain)).add(bias), centred.mul(perChannel), scale];
  },
  // With D values in a group: dxhat/dx = s (I - 1 1'/D - xhat xhat'/D), ds/dx = -s^2 xhat/D
  gradient: ([dy, dxhat, ds], [x, gain], { groups }, [, xhat, s]): (Tensor | null)[] => {
    const [, height, width, channels] = x.shape as number[];
    const places = height * width;
    const flows: Tensor[] = [];
    const add = (d: Tensor, factor: Tensor | null): { sums: Tensor; along: Tensor } => {
      const [sums, along] = [d.sum([1, 2]), d.mul(xhat).sum([1, 2])]; // [B, C]
      const weighted = (values: Tensor): Tensor => meansOf(factor ? values.mul(factor) : values, groups, places);
      const perChannel = spreadOver(s, channels);
      flows.push(
        d
          .mul(factor ? perChannel.mul(factor) : perChannel)
          .sub(xhat.mul(spreadOver(weighted(along).mul(s), channels)))
          .sub(spreadOver(weighted(sums).mul(s), channels)),
      );
      return { sums, along };
    };
    const outer = dy && add(dy, gain);
    if (dxhat) add(dxhat, null);
    if (ds) flows.push(xhat.mul(spreadOver(ds.mul(s.square()).mul(-groups / (places * channels)), channels)));
    return [flows.reduce((a, b) => a.add(b)), outer ? outer.along.sum(0) : null, outer ? outer.sums.sum(0) : null];
  },
  examples: [
    { shapes: [[2, 3, 2, 4], [4], [4]], attributes: { groups: 2, epsilon: EPSILON } },
    { shapes: [[1, 2, 2, 6], [6], [6]], attributes: { groups: 1, epsilon: 0.5 } },
  ],
});

/**
 * Group normalisation (Wu & He 2018) of pictures x [B, H, W, C]: mean 0 and variance 1 over H, W and the C/groups
 * channels of each group. `gain` and `bias` [C] are optional.
 */
export function groupNorm(x: Tensor, groups: number, gain?: Tensor, bias?: Tensor, epsilon = EPSILON): Tensor {
  const channels = fixedChannels("groupNorm", x.shape);
  if (x.rank !== 4) throw shapeError("groupNorm", "x must be [B, H, W, C]", x.shape);
  if (channels % groups !== 0)
    throw new VaekitError("E_SHAPE", `groupNorm: ${channels} channels do not divide into ${groups} groups`);
  const filled = (value: number): Tensor => constant(new Array<number>(channels).fill(value));
  return groupNormOp([x, gain ?? filled(1), bias ?? filled(0)], { groups, epsilon })[0];
}
