/** Heat maps: which pixels of a picture are surprising, glowing over the darkened grey picture. */

import type { Pictures } from "../../host.js";
import type { Colour } from "./canvas.js";

/**
 * Anchors of matplotlib's "inferno" at even steps (Smith & van der Walt 2015): lightness rises evenly from black to pale
 * yellow, so that the order of the values is seen in grey and by colour-blind eyes too.
 */
const INFERNO: readonly Colour[] = [
  [0, 0, 4],
  [22, 11, 57],
  [66, 10, 104],
  [106, 23, 110],
  [147, 38, 103],
  [188, 55, 84],
  [221, 81, 58],
  [243, 120, 25],
  [252, 165, 10],
  [246, 215, 70],
  [252, 255, 164],
];

/** The colour of a share 0..1; anything below or above is the end's. */
export function inferno(share: number): Colour {
  const place = Math.min(1, Math.max(0, share)) * (INFERNO.length - 1);
  const from = Math.min(INFERNO.length - 2, Math.floor(place));
  const mix = place - from;
  return INFERNO[from].map((low, c) => Math.round(low + (INFERNO[from + 1][c] - low) * mix)) as unknown as Colour;
}

/** How bright the picture below the heat is. */
const UNDERLAY = 0.55;
/** Of a picture's surprise only the glow counts that is this share of its hottest pixel, or more. */
const FAINT = 0.06;

/**
 * One picture [height, width, 3] from `surprise` and the record's `values` (0..1), both [height, width, channels].
 * A pixel's surprise is summed over its channels and smoothed a little; the hottest pixel of the picture is the end of
 * the scale, so a heat map says where, and not how much.
 */
export function heatMap(
  surprise: Float32Array,
  values: Float32Array,
  { height, width, channels }: Pick<Pictures, "height" | "width" | "channels">,
): Uint8Array {
  const overChannels = (column: Float32Array, scale: number) =>
    Float64Array.from({ length: height * width }, (_, pixel) => {
      let sum = 0;
      for (let c = 0; c < channels; c++) sum += column[pixel * channels + c];
      return sum * scale;
    });
  const heat = smooth(overChannels(surprise, 1), height, width);
  const grey = overChannels(values, 1 / channels);
  const hottest = heat.reduce((most, value) => Math.max(most, value), 0);
  const out = new Uint8Array(height * width * 3);
  for (let pixel = 0; pixel < heat.length; pixel++) {
    const share = hottest > 0 ? Math.max(0, heat[pixel]) / hottest : 0;
    const glow = inferno(share);
    const cover = Math.min(1, Math.max(0, (share - FAINT) / (1 - FAINT)) ** 0.5);
    const below = 255 * UNDERLAY * grey[pixel];
    for (let c = 0; c < 3; c++) out[3 * pixel + c] = Math.round(below * (1 - cover) + glow[c] * cover);
  }
  return out;
}

/** Each pixel with its neighbours, weights 1 2 1 along both axes, fewer at the edges. */
function smooth(values: Float64Array, height: number, width: number): Float64Array {
  const along = (from: Float64Array, length: number, step: number, lines: number, lineStep: number) => {
    const out = new Float64Array(from.length);
    for (let line = 0; line < lines; line++) {
      for (let i = 0; i < length; i++) {
        const at = line * lineStep + i * step;
        const [before, after] = [i > 0 ? 1 : 0, i < length - 1 ? 1 : 0];
        const sum = 2 * from[at] + (before && from[at - step]) + (after && from[at + step]);
        out[at] = sum / (2 + before + after);
      }
    }
    return out;
  };
  return along(along(values, width, 1, height, width), height, width, width, 1);
}

/** Pixels between the three pictures of a strip. */
const GAP = 1;

/** A strip in colour: the record, what the model makes of it (0..1 both), and the heat map over the record. */
export function heatStrip(
  { values, mean, surprise }: { values: Float32Array; mean: Float32Array; surprise: Float32Array },
  size: Pick<Pictures, "height" | "width" | "channels">,
): Pictures {
  const { height, width, channels } = size;
  const across = 3 * width + 2 * GAP;
  const pixels = new Uint8Array(height * across * 3).fill(255);
  const heat = heatMap(surprise, values, size);
  const byte = (value: number) => Math.round(255 * Math.min(1, Math.max(0, value)));
  const colourOf = (column: Float32Array) => (pixel: number, c: number) =>
    byte(column[pixel * channels + (channels === 3 ? c : 0)]);
  const parts = [colourOf(values), colourOf(mean), (pixel: number, c: number) => heat[3 * pixel + c]];
  parts.forEach((colour, part) => {
    for (let pixel = 0; pixel < height * width; pixel++) {
      const at = Math.floor(pixel / width) * across + part * (width + GAP) + (pixel % width);
      for (let c = 0; c < 3; c++) pixels[3 * at + c] = colour(pixel, c);
    }
  });
  return { count: 1, height, width: across, channels: 3, pixels };
}
