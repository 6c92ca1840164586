/** Takes an array out of a file for pictures, or says why it cannot. */

import { VaekitError } from "../errors.js";
import type { PictureArray } from "./pictures.js";

/** An array as the file formats give it: row-major values of any kind. */
export interface ArrayOfFile {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number | bigint | string>;
  /** Values are true and false, stored as 1 and 0. */
  readonly isBoolean?: boolean;
}
export interface ArrayPictures extends PictureArray {
  readonly notices: readonly string[];
}

const CHANNELS = [1, 3];

/**
 * Pictures [N, H, W] or [N, H, W, C] of uint8, booleans, or floats in 0..1 (which stay floats). Whole numbers of other
 * types are taken when they lie in 0..255. E_DATA, naming `where` and the record, for anything else.
 */
export function picturesOf(array: ArrayOfFile, where: string): ArrayPictures {
  const [count, height, width, channels] = pictureShape(array.shape, where);
  const { pixels, notices } = pixelsOf(array, height * width * channels, where);
  return { count, height, width, channels, pixels, notices };
}

/** Count, height, width and channels of an array of pictures. E_DATA, naming `where`, for one that is none. */
export function pictureShape(shape: readonly number[], where: string): readonly [number, number, number, number] {
  const got = `${where}: got an array of shape [${shape.join(", ")}]`;
  const [count, height, width, channels = 1] = shape;
  if (shape.length === 2) {
    throw new VaekitError(
      "E_DATA",
      `${got}, which is a table; pictures [N, H, W] or [N, H, W, C] are expected`,
      "Tables are not read by this version. If the rows are pictures, give them their shape: x.reshape(-1, height, width).",
    );
  }
  if (shape.length !== 3 && shape.length !== 4) {
    throw new VaekitError("E_DATA", `${got}, expected pictures [N, H, W] or [N, H, W, C]`);
  }
  if (!CHANNELS.includes(channels)) {
    const hint = CHANNELS.includes(height)
      ? "Move the channels last: np.transpose(x, (0, 2, 3, 1))."
      : channels === 4
        ? "Leave out the alpha channel: x[..., :3]."
        : undefined;
    throw new VaekitError("E_DATA", `${got}: ${channels} channels, expected 1 or 3`, hint);
  }
  if (shape.some((size) => size === 0)) throw new VaekitError("E_DATA", `${got}, which holds no pictures`);
  return [count, height, width, channels];
}

function pixelsOf({ values, isBoolean }: ArrayOfFile, size: number, where: string) {
  const notices: string[] = [];
  if (values instanceof Float32Array || values instanceof Float64Array) {
    checkUnit(values, size, where);
    return { pixels: values instanceof Float32Array ? values : Float32Array.from(values), notices };
  }
  const pixels = isBoolean
    ? Uint8Array.from(values as Uint8Array, (value) => value * 255)
    : bytesOf(values, size, where);
  let most = 0;
  for (let i = 0; i < pixels.length && most < 2; i++) most = Math.max(most, pixels[i]);
  if (most === 1) {
    notices.push(
      `${where}: no value is above 1 of 255, so all pictures are black; if 1 means white, save them as booleans or floats`,
    );
  }
  return { pixels, notices };
}

/** Whole numbers in 0..255 as bytes; uint8 as it is. */
function bytesOf(values: ArrayLike<number | bigint | string>, size: number, where: string): Uint8Array {
  if (values instanceof Uint8Array) return values;
  const out = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i]);
    if (typeof values[i] === "string" || !(value >= 0 && value <= 255)) {
      throw new VaekitError(
        "E_DATA",
        `${where}: record ${Math.floor(i / size)} holds ${JSON.stringify(String(values[i]))}, expected uint8 in 0..255 or floats in 0..1`,
      );
    }
    out[i] = value;
  }
  return out;
}

/** E_DATA for the first value that is no number in 0..1. */
function checkUnit(values: Float32Array | Float64Array, size: number, where: string): void {
  for (let i = 0; i < values.length; i++) {
    if (values[i] >= 0 && values[i] <= 1) continue;
    const got = `${where}: record ${Math.floor(i / size)} holds ${values[i]}`;
    if (!Number.isFinite(values[i])) {
      throw new VaekitError(
        "E_DATA",
        `${got}, expected a number in 0..1`,
        "Leave such records out, or fill in what is missing.",
      );
    }
    const hint = values[i] < 0 ? "If values lie in -1..1, use (x + 1) / 2." : "If values lie in 0..255, divide by 255.";
    throw new VaekitError("E_DATA", `${got}, floats are expected in 0..1`, hint);
  }
}
