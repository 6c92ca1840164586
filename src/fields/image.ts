/** Pictures: bytes 0..255 or floats 0..1 of [H, W, C]; in the model always 0..1. */

import type { Column, FieldSchema } from "../data/dataset.js";
import { shown, VaekitError } from "../errors.js";
import type { FieldKind, FieldProfile, PartSurprise } from "./field.js";
import { pictureAugmenter } from "./image-augment.js";
import { principalVariance } from "./principal-variance.js";
import { squaredError } from "./squared-error.js";

export interface ImageSchema extends FieldSchema {
  readonly kind: "image";
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Below this share of grey values one-channel pictures count as drawings (MNIST .09; Fashion-MNIST .39). */
const MAX_GREY_SHARE = 0.15;
/** No picture that is read has longer sides. */
const MAX_SIDE = 65_536;
/** Smaller pictures have too few pixels to halve. */
const MIN_CONV_SIDE = 8;
/** Pictures with fewer values than this get the smaller latent space. */
const SMALL_PICTURE_VALUES = 1500;
/** Groups of the norm after each convolution: it learns in fewer steps (docs/pictures.md). */
const NORM_GROUPS = 8;
const SMALL_LATENT = 20;
const LARGE_LATENT = 64;

/** Thirds of a picture, from the top and from the left. */
const ROWS = ["top", "", "bottom"] as const;
const COLUMNS = ["left", "", "right"] as const;

export const image: FieldKind<ImageSchema> = {
  name: "image",
  form: "picture",
  parse(schema) {
    for (const key of ["height", "width", "channels"] as const) {
      const got = schema[key];
      if (!Number.isInteger(got) || (got as number) < 1 || (got as number) > MAX_SIDE)
        throw new VaekitError(
          "E_CONFIG",
          `schema of an image field: ${key} is ${shown(got)}, expected a whole number 1..${MAX_SIDE}`,
        );
    }
    return schema as ImageSchema;
  },
  shape: ({ height, width, channels }) => [height, width, channels],
  stored: ({ height, width, channels }) => height * width * channels,
  features: (values) => values,
  reconstruction() {
    const error = squaredError();
    return { add: error.add, result: () => ({ meanSquaredError: error.mean }) };
  },
  encode: (column, _schema, out) => unit(column, out),
  fromBytes: (bytes) => bytes.div(255),
  decode: (values, _schema, out) => bytes(values, out as Uint8Array | undefined),
  augmenter: pictureAugmenter,
  profile,
  chooseLikelihood({ facts }, { channels }) {
    const { greyShare } = facts!;
    const percent = `${(greyShare * 100).toFixed(0)} % of the pixels are grey`;
    if (channels === 1 && greyShare < MAX_GREY_SHARE)
      return { value: "bernoulli", why: `one channel, and only ${percent}` };
    return { value: "normal", why: channels === 1 ? `one channel, but ${percent}` : `${channels} channels` };
  },
  chooseNet(_, { height, width }) {
    if (Math.min(height, width) < MIN_CONV_SIDE)
      return { value: "mlp", why: `pictures of ${height}x${width} are too small to halve` };
    return { value: { name: "conv", groups: NORM_GROUPS }, why: `pictures of ${height}x${width}, with a norm` };
  },
  chooseLatent(_, { height, width, channels }) {
    const values = height * width * channels;
    return { value: values < SMALL_PICTURE_VALUES ? SMALL_LATENT : LARGE_LATENT, why: `${values} values per picture` };
  },
  explain: ({ surprise }, schema) => ninths(surprise, schema),
};

/** Surprise in each ninth of a picture: "top left", "top", ... "centre", ... "bottom right". */
function ninths(surprise: Float32Array, { height, width, channels }: ImageSchema): PartSurprise[] {
  const thirdOf = (place: number, length: number) => Math.floor((3 * (place + 0.5)) / length);
  const sums = new Float64Array(ROWS.length * COLUMNS.length);
  for (let i = 0; i < surprise.length; i++) {
    const pixel = Math.floor(i / channels);
    const row = thirdOf(Math.floor(pixel / width), height);
    sums[row * COLUMNS.length + thirdOf(pixel % width, width)] += surprise[i];
  }
  return Array.from(sums, (nats, i) => {
    const words = [ROWS[Math.floor(i / COLUMNS.length)], COLUMNS[i % COLUMNS.length]].filter((word) => word !== "");
    return { part: words.join(" ") || "centre", nats };
  });
}

/** What a byte is in the model: looked up, four to a turn, in a third of the time of a division for each. */
const UNIT = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/** Bytes become 0..1; floats are in that range already. */
function unit(column: Column, out?: Float32Array): Float32Array {
  if (column instanceof Float32Array) return column;
  const values = out?.length === column.length ? out : new Float32Array(column.length);
  const { length } = values;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    values[i] = UNIT[column[i]];
    values[i + 1] = UNIT[column[i + 1]];
    values[i + 2] = UNIT[column[i + 2]];
    values[i + 3] = UNIT[column[i + 3]];
  }
  for (; i < length; i++) values[i] = UNIT[column[i]];
  return values;
}

/** 0..1 become bytes. The array rounds and clamps by itself, in a tenth of the time of Math.round, min and max. */
function bytes(values: Float32Array, out: Uint8Array = new Uint8Array(values.length)): Uint8Array {
  const clamped = new Uint8ClampedArray(out.buffer, out.byteOffset, out.length);
  const { length } = values;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    clamped[i] = values[i] * 255;
    clamped[i + 1] = values[i + 1] * 255;
    clamped[i + 2] = values[i + 2] * 255;
    clamped[i + 3] = values[i + 3] * 255;
  }
  for (; i < length; i++) clamped[i] = values[i] * 255;
  return out;
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
    facts: {
      variance: squares / (records * size) - overall * overall,
      greyShare: grey / (records * size),
      largestEigenvalue: principalVariance(columns, size, mean),
    },
    constant,
  };
}
