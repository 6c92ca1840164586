/** The feature net vk64: six convolutions and a mean over places, from a picture to 64 numbers that say what it shows. */

import type { Tensor } from "../../graph/ops.js";
import { conv } from "../../nn/conv.js";
import type { Ctx } from "../../nn/ctx.js";
import { heUniform } from "../../nn/init.js";

/** Part of the name of every figure measured on these features. Another net, or other weights, take another name. */
export const FEATURE_NET = "vk64";
/** Numbers per picture. */
export const FEATURES = 64;
/** Pictures are brought to this size, in colour. */
export const FEATURE_SIZE = { height: 32, width: 32, channels: 3 } as const;

const SAME = { kernel: 3, stride: 1, padding: 1 };
const HALF = { kernel: 4, stride: 2, padding: 1 };
/** 112,416 weights and biases: 32x32x16, 16x16x32 twice, 8x8x48 twice, 4x4x64. */
const LAYERS = [
  { ...SAME, channels: 16 },
  { ...HALF, channels: 32 },
  { ...SAME, channels: 32 },
  { ...HALF, channels: 48 },
  { ...SAME, channels: 48 },
  { ...HALF, channels: FEATURES },
];

/** Pictures [B, 32, 32, 3] in 0..1 -> features [B, 64], none below 0. */
export function featuresOf(ctx: Ctx, pictures: Tensor): Tensor {
  const maps = LAYERS.reduce(
    (x, layer, i) => conv(ctx.at(`conv${i + 1}`), x, { ...layer, weight: heUniform }).relu(),
    pictures.mul(2).sub(1),
  );
  return maps.mean([1, 2]);
}
