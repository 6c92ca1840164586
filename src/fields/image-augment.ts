/** Pictures changed at random, so that a net sees each a little different every time: mirrored, moved. */

import type { Philox } from "../random.js";
import type { Augmentation, Augmenter } from "./field.js";
import type { ImageSchema } from "./image.js";

/**
 * Pictures [n, H, W, C] -> `out`: each mirrored left to right with probability 1/2, and moved by up to `shift` pixels up or
 * down and left or right; what moves in repeats the edge. Draws the same count of numbers for every picture.
 */
function augmentPictures(
  values: Float32Array,
  { height, width, channels }: ImageSchema,
  { flip, shift }: Augmentation,
  random: Philox,
  out: Float32Array,
): Float32Array {
  const size = height * width * channels;
  for (let at = 0; at < values.length; at += size) {
    const mirrored = flip && random.uniform() < 0.5;
    const down = shift > 0 ? step(random, shift) : 0;
    const right = shift > 0 ? step(random, shift) : 0;
    for (let y = 0; y < height; y++) {
      const row = at + clamp(y - down, height) * width * channels;
      for (let x = 0; x < width; x++) {
        const moved = clamp(x - right, width);
        const from = row + (mirrored ? width - 1 - moved : moved) * channels;
        const to = at + (y * width + x) * channels;
        for (let c = 0; c < channels; c++) out[to + c] = values[from + c];
      }
    }
  }
  return out;
}

export const pictureAugmenter: Augmenter<ImageSchema> = {
  largestShift: ({ height, width }) => Math.min(height, width) - 1,
  apply: augmentPictures,
};

/** -most..most, each as likely. */
function step(random: Philox, most: number): number {
  return Math.floor(random.uniform() * (2 * most + 1)) - most;
}

function clamp(place: number, size: number): number {
  return place < 0 ? 0 : place >= size ? size - 1 : place;
}
