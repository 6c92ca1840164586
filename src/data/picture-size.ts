/** Chooses height, width and channels for pictures of many sizes. */

import type { OpenOptions } from "./dataset.js";
import { targetSize } from "./options.js";

/** What is known of one picture: its size as it is to be seen, and whether it shows only greys. */
export interface PictureLook {
  readonly height: number;
  readonly width: number;
  readonly isGrey: boolean;
}
export interface PictureSize {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

/** Largest and smallest side that "auto" chooses. Larger pictures are for those who ask for them with `size`. */
export const AUTO_SIDE = 64;
const LEAST_SIDE = 8;

/**
 * The size asked for; where it is "auto", the one common to all looks if no side is above 64, else a square: the power
 * of two nearest to the median of the shorter sides, within 8..64. Channels "auto" is 1 if every look is grey, else 3.
 */
export function choosePictureSize(looks: readonly PictureLook[], options: OpenOptions): PictureSize {
  const [height, width] = targetSize(options.size) ?? autoSize(looks);
  const auto = looks.every(({ isGrey }) => isGrey) ? 1 : 3;
  return { height, width, channels: options.channels === 1 || options.channels === 3 ? options.channels : auto };
}

function autoSize(looks: readonly PictureLook[]): readonly [height: number, width: number] {
  const [first] = looks;
  const isCommon = looks.every(({ height, width }) => height === first.height && width === first.width);
  if (isCommon && Math.max(first.height, first.width) <= AUTO_SIDE) return [first.height, first.width];
  const shorter = looks.map(({ height, width }) => Math.min(height, width)).sort((a, b) => a - b);
  const median = shorter[Math.floor(shorter.length / 2)];
  const side = Math.min(AUTO_SIDE, Math.max(LEAST_SIDE, 2 ** Math.round(Math.log2(median))));
  return [side, side];
}
