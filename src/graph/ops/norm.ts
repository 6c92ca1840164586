/** Normalisation to mean 0 and variance 1: over the last axis, or over groups of channels. */

import { VaekitError } from "../../errors.js";
import { type Shape, shapeError, type Tensor } from "../tensor.js";

const EPSILON = 1e-5; // PyTorch's default

/** (x - mean) / sqrt(variance + epsilon) over `axes`, which are numbers. */
function standardize(x: Tensor, axes: readonly number[], epsilon: number): Tensor {
  const centred = x.sub(x.mean(axes, true));
  return centred.mul(centred.square().mean(axes, true).add(epsilon).sqrt().reciprocal());
}

function fixedChannels(name: string, shape: Shape): number {
  const channels = shape.at(-1);
  if (typeof channels !== "number") throw shapeError(name, "the last axis must have a fixed size", shape);
  return channels;
}

function scaleAndShift(x: Tensor, gain?: Tensor, bias?: Tensor): Tensor {
  const scaled = gain ? x.mul(gain) : x;
  return bias ? scaled.add(bias) : scaled;
}

/** Layer normalisation (Ba et al. 2016) over the last axis, x [.., D]; gain and bias [D] are optional. */
export function layerNorm(x: Tensor, gain?: Tensor, bias?: Tensor, epsilon = EPSILON): Tensor {
  fixedChannels("layerNorm", x.shape);
  return scaleAndShift(standardize(x, [-1], epsilon), gain, bias);
}

/**
 * Group normalisation (Wu & He 2018) of pictures x [B, H, W, C]: over H, W and the C/groups channels of each group.
 * `gain` and `bias` [C] are optional.
 */
export function groupNorm(x: Tensor, groups: number, gain?: Tensor, bias?: Tensor, epsilon = EPSILON): Tensor {
  const channels = fixedChannels("groupNorm", x.shape);
  if (x.rank !== 4) throw shapeError("groupNorm", "x must be [B, H, W, C]", x.shape);
  if (channels % groups !== 0)
    throw new VaekitError("E_SHAPE", `groupNorm: ${channels} channels do not divide into ${groups} groups`);
  const [, height, width] = x.shape as number[];
  const grouped = x.reshape([x.shape[0], height * width, groups, channels / groups]);
  return scaleAndShift(standardize(grouped, [1, 3], epsilon).reshape(x.shape), gain, bias);
}
