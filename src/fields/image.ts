/** Pictures: bytes 0..255 or floats 0..1 of [H, W, C]; in the model always 0..1. */

import type { Column, FieldSchema } from "../data/dataset.js";
import { VaekitError } from "../errors.js";
import type { FieldKind, FieldProfile } from "./field.js";
import { pictureAugmenter } from "./image-augment.js";

export interface ImageSchema extends FieldSchema {
  readonly kind: "image";
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Below this share of grey values one-channel pictures count as drawings (MNIST .09; Fashion-MNIST .39). */
const MAX_GREY_SHARE = 0.15;
/** Smaller pictures have too few pixels to halve. */
const MIN_CONV_SIDE = 8;
/** Pictures with fewer values than this get the smaller latent space. */
const SMALL_PICTURE_VALUES = 1500;
const SMALL_LATENT = 20;
const LARGE_LATENT = 64;

export const image: FieldKind<ImageSchema> = {
  name: "image",
  parse(schema) {
    for (const key of ["height", "width", "channels"] as const) {
      const got = schema[key];
      if (!Number.isInteger(got) || (got as number) < 1)
        throw new VaekitError(
          "E_CONFIG",
          `schema of an image field: ${key} is ${String(got)}, expected a whole number from 1`,
        );
    }
    return schema as ImageSchema;
  },
  shape: ({ height, width, channels }) => [height, width, channels],
  encode: (column, _schema, out) => unit(column, out),
  decode: (values) => Uint8Array.from(values, (v) => Math.round(Math.min(1, Math.max(0, v)) * 255)),
  augmenter: pictureAugmenter,
  profile,
  chooseLikelihood({ greyShare }, { channels }) {
    const percent = `${(greyShare * 100).toFixed(0)} % of the pixels are grey`;
    if (channels === 1 && greyShare < MAX_GREY_SHARE)
      return { value: "bernoulli", why: `one channel, and only ${percent}` };
    return { value: "normal", why: channels === 1 ? `one channel, but ${percent}` : `${channels} channels` };
  },
  chooseNet(_, { height, width }) {
    if (Math.min(height, width) < MIN_CONV_SIDE)
      return { value: "mlp", why: `pictures of ${height}x${width} are too small to halve` };
    return { value: "conv", why: `pictures of ${height}x${width}` };
  },
  chooseLatent(_, { height, width, channels }) {
    const values = height * width * channels;
    return { value: values < SMALL_PICTURE_VALUES ? SMALL_LATENT : LARGE_LATENT, why: `${values} values per picture` };
  },
};

/** Bytes become 0..1; floats are in that range already. */
function unit(column: Column, out?: Float32Array): Float32Array {
  if (column instanceof Float32Array) return column;
  const values = out?.length === column.length ? out : new Float32Array(column.length);
  for (let i = 0; i < values.length; i++) values[i] = column[i] / 255;
  return values;
}

function profile(columns: readonly Column[], { height, width, channels }: ImageSchema): FieldProfile {
  const size = height * width * channels;
  const sums = new Float64Array(size);
  let squares = 0;
  let grey = 0;
  let records = 0;
  let constant = true;
  const first = unit(columns[0].subarray(0, size) as Column);
  for (const column of columns) {
    const scale = column instanceof Float32Array ? 1 : 1 / 255;
    for (let at = 0; at < column.length; at += size) {
      records++;
      for (let i = 0; i < size; i++) {
        const value = column[at + i] * scale;
        sums[i] += value;
        squares += value * value;
        if (value > 0.1 && value < 0.9) grey++;
        if (constant && Math.abs(value - first[i]) > 1e-6) constant = false;
      }
    }
  }
  const mean = Array.from(sums, (sum) => sum / records);
  const overall = mean.reduce((a, b) => a + b, 0) / size;
  return {
    records,
    mean,
    variance: squares / (records * size) - overall * overall,
    greyShare: grey / (records * size),
    constant,
  };
}
