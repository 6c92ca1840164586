/** Brings pictures of an array to another size and number of channels, by area: centre-cropped to cover, then averaged. */

import type { OpenOptions } from "./dataset.js";
import { targetSize } from "./options.js";
import type { ArrayPictures } from "./picture-array.js";
import type { PictureArray } from "./pictures.js";

/** Luma of Rec. ITU-R BT.601. */
const LUMA = [0.299, 0.587, 0.114];

/** The pictures as `options.size` and `options.channels` ask; as they are for "auto". A notice says what was done. */
export function fitPictures(pictures: ArrayPictures, options: OpenOptions, where: string): ArrayPictures {
  const { height, width, channels } = sizeAskedFor(pictures, options);
  const sized = height !== pictures.height || width !== pictures.width;
  if (!sized && channels === pictures.channels) return pictures;
  const step = Math.min(pictures.height / height, pictures.width / width);
  const pixels = resized(pictures, { height, width, channels }, step, step);
  const notice = `${where}: pictures of ${pictures.height}x${pictures.width}x${pictures.channels} are brought to ${height}x${width}x${channels}`;
  return { ...pictures, height, width, channels, pixels, notices: [...pictures.notices, notice] };
}

type Size = Pick<PictureArray, "height" | "width" | "channels">;

/** The size that pictures of `own` size are to be brought to; their own for "auto". */
export function sizeAskedFor(own: Size, options: OpenOptions): Size {
  const [height, width] = targetSize(options.size) ?? [own.height, own.width];
  const channels = options.channels === 1 || options.channels === 3 ? options.channels : own.channels;
  return { height, width, channels };
}

/** The pictures at another size with nothing cropped: their sides may change by different factors. */
export function stretchPictures(pictures: PictureArray, size: Size): PictureArray {
  const pixels = resized(pictures, size, pictures.height / size.height, pictures.width / size.width);
  return { count: pictures.count, ...size, pixels };
}

/** Pixels at `size`, whose pixel stands for `down` by `across` pixels of the source, centred. Bytes stay bytes. */
function resized(pictures: PictureArray, size: Size, down: number, across: number): Uint8Array | Float32Array {
  const { height, width, channels } = size;
  const sized = height !== pictures.height || width !== pictures.width;
  const rows = weights(pictures.height, height, down);
  const columns = weights(pictures.width, width, across);
  const floats = pictures.pixels instanceof Float32Array;
  const out = new (floats ? Float32Array : Uint8Array)(pictures.count * height * width * channels);
  const from = pictures.height * pictures.width * pictures.channels;
  const to = height * width * channels;
  for (let i = 0; i < pictures.count; i++) {
    const picture = recolour(pictures.pixels.subarray(i * from, (i + 1) * from), pictures.channels, channels);
    const both = sized
      ? resampleRows(resample(picture, pictures.height, pictures.width, channels, columns), width * channels, rows)
      : picture;
    for (let j = 0; j < to; j++) out[i * to + j] = floats ? both[j] : Math.round(both[j]);
  }
  return out;
}

/** Per target pixel: the first source pixel and the weights from there on, which sum to 1. */
type Weights = readonly { readonly first: number; readonly weights: readonly number[] }[];

/** Triangle filter of at least one source pixel; `step` source pixels per target pixel, centred. */
function weights(source: number, target: number, step: number): Weights {
  const start = (source - target * step) / 2;
  const radius = Math.max(1, step);
  return Array.from({ length: target }, (_, i) => {
    const centre = start + (i + 0.5) * step;
    const first = Math.max(0, Math.floor(centre - radius));
    const last = Math.min(source - 1, Math.ceil(centre + radius));
    const raw = Array.from({ length: last - first + 1 }, (_, k) =>
      Math.max(0, 1 - Math.abs(first + k + 0.5 - centre) / radius),
    );
    const sum = raw.reduce((total, weight) => total + weight, 0);
    return { first, weights: raw.map((weight) => weight / sum) };
  });
}

/** [H, W, C] -> [H, target W, C]. */
function resample(
  pixels: ArrayLike<number>,
  height: number,
  width: number,
  channels: number,
  columns: Weights,
): Float64Array {
  const out = new Float64Array(height * columns.length * channels);
  let to = 0;
  for (let y = 0; y < height; y++) {
    for (const { first, weights } of columns) {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++) sum += weights[k] * pixels[(y * width + first + k) * channels + c];
        out[to++] = sum;
      }
    }
  }
  return out;
}

/** [H, stride] -> [target H, stride]. */
function resampleRows(pixels: Float64Array, stride: number, rows: Weights): Float64Array {
  const out = new Float64Array(rows.length * stride);
  rows.forEach(({ first, weights }, y) => {
    for (let x = 0; x < stride; x++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k] * pixels[(first + k) * stride + x];
      out[y * stride + x] = sum;
    }
  });
  return out;
}

/** One channel to three alike, or three to their luma. */
function recolour(pixels: ArrayLike<number>, from: number, to: number): ArrayLike<number> {
  if (from === to) return pixels;
  if (from === 1) return Float64Array.from({ length: pixels.length * 3 }, (_, i) => pixels[Math.floor(i / 3)]);
  return Float64Array.from({ length: pixels.length / 3 }, (_, i) =>
    LUMA.reduce((sum, weight, c) => sum + weight * pixels[i * 3 + c], 0),
  );
}
