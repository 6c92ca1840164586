/** Contact sheets: pictures laid out in rows as one picture. */

import { VaekitError } from "../../errors.js";
import type { Pictures } from "../../host.js";

/** Pixels between pictures; none around the sheet, so that a sheet of one is the picture. */
const GAP = 2;
const WHITE = 255;

/** Rows and columns for `count` pictures: near square, wider than high. */
export function sheetColumns(count: number): number {
  return Math.max(1, Math.ceil(Math.sqrt(count)));
}

/** One picture of all, left to right in rows of `columns`, on white. E_OPTION when `columns` is below 1. */
export function contactSheet(pictures: Pictures, columns = sheetColumns(pictures.count)): Pictures {
  checkPictures(pictures);
  if (!Number.isInteger(columns) || columns < 1)
    throw new VaekitError("E_OPTION", `invalid columns: got ${columns}, expected 1 or more`);
  const { count, height, width, channels, pixels } = pictures;
  const across = Math.min(columns, count);
  const rows = Math.ceil(count / across);
  const sheetWidth = across * (width + GAP) - GAP;
  const sheetHeight = rows * (height + GAP) - GAP;
  const out = new Uint8Array(sheetHeight * sheetWidth * channels).fill(WHITE);
  const line = width * channels;
  for (let i = 0; i < count; i++) {
    const top = Math.floor(i / across) * (height + GAP);
    const left = (i % across) * (width + GAP);
    for (let y = 0; y < height; y++) {
      const from = (i * height + y) * line;
      out.set(pixels.subarray(from, from + line), ((top + y) * sheetWidth + left) * channels);
    }
  }
  return { count: 1, height: sheetHeight, width: sheetWidth, channels, pixels: out };
}

/** Each pixel as a square of `factor` x `factor`. */
export function enlarge(pictures: Pictures, factor: number): Pictures {
  const { count, height, width, channels, pixels } = pictures;
  const out = new Uint8Array(pixels.length * factor * factor);
  let to = 0;
  for (let row = 0; row < count * height; row++) {
    const start = to;
    for (let x = 0; x < width; x++) {
      const from = (row * width + x) * channels;
      for (let k = 0; k < factor; k++, to += channels) out.set(pixels.subarray(from, from + channels), to);
    }
    const line = to - start;
    for (let k = 1; k < factor; k++, to += line) out.copyWithin(to, start, start + line);
  }
  return { ...pictures, height: height * factor, width: width * factor, pixels: out };
}

/** E_SHAPE unless there are pictures, of 1 or 3 channels, and pixels for all of them. */
export function checkPictures({ count, height, width, channels, pixels }: Pictures): void {
  const expected = count * height * width * channels;
  if (count < 1 || pixels.length !== expected || (channels !== 1 && channels !== 3)) {
    throw new VaekitError(
      "E_SHAPE",
      `pictures [${count}, ${height}, ${width}, ${channels}]: got ${pixels.length} bytes, expected ${expected}, 1 or 3 channels, one picture or more`,
    );
  }
}
