/** Many small pictures on few sheets, as large and as good as a number of bytes allows. */

import { fitPictures } from "../../data/resize.js";
import { pictureBytes } from "../../data/sinks/bytes.js";
import { sampleIndices } from "../../data/split.js";
import type { Host, Pictures } from "../../host.js";
import { PROBE_STREAM } from "../streams.js";
import { base64 } from "./base64.js";
import type { SpriteSheets } from "./page-data.js";

export interface SpriteWishes {
  /** The sheets' bytes as base64 text, together. */
  readonly bytes: number;
  /** The longer side is at most this many pixels. */
  readonly side: number;
  /** Default: as many as make a sheet that any browser decodes. */
  readonly columns?: number;
  readonly perSheet?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Pictures `indices` of whatever is put on the sheets. */
export type ReadPictures = (indices: Uint32Array) => Promise<Pictures>;

/** Formats by extension, the smaller one first. */
const FORMATS = [
  { extension: ".webp", type: "image/webp" },
  { extension: ".png", type: "image/png" },
];
/** First smaller files, then smaller pictures: of shares of the largest size, what is lost at these qualities. */
const SHARES = [1, 0.85, 0.7, 0.6, 0.5, 0.4, 0.3];
const QUALITIES = [undefined, 82, 64, 50];
const SHEET_SIDE = 2048;
const PROBED = 256;
/** Sheets of chosen pictures were a few per cent larger than a probe foretold. */
const CAUTION = 1.05;
/** Pictures read at a time. */
const CHUNK = 256;

interface Trial {
  readonly height: number;
  readonly width: number;
  readonly quality: number | undefined;
}

/** Sheets of `count` pictures; null where the host writes no format that pages show, or nothing fits. */
export async function makeSprites(
  count: number,
  read: ReadPictures,
  wishes: SpriteWishes,
  host: Host,
): Promise<SpriteSheets | null> {
  const format = FORMATS.find(({ extension }) => host.pictureSinks.some((sink) => sink.extensions.includes(extension)));
  if (!format) return null;
  const encode = (sheet: Pictures, quality: number | undefined) =>
    pictureBytes(`sheet${format.extension}`, sheet, { columns: 1, quality }, host) as Promise<Uint8Array>;
  const probe = await read(sampleIndices(count, PROBED, 0, PROBE_STREAM));
  for (const trial of trialsOf(probe, wishes.side)) {
    const sheet = sheetOf(sized(probe, trial), Math.ceil(Math.sqrt(probe.count)));
    const foretold = (CAUTION * count * base64Length((await encode(sheet, trial.quality)).length)) / probe.count;
    if (foretold > wishes.bytes) continue;
    const columns = wishes.columns ?? Math.max(1, Math.floor(SHEET_SIDE / trial.width));
    const perSheet = wishes.perSheet ?? columns * Math.max(1, Math.floor(SHEET_SIDE / trial.height));
    const sheets: string[] = [];
    let total = 0;
    for (let from = 0; from < count && total <= wishes.bytes; from += perSheet) {
      const pictures = await gather(from, Math.min(count, from + perSheet), read, trial, count, wishes);
      const bytes = await encode(sheetOf(pictures, columns), trial.quality);
      sheets.push(`data:${format.type};base64,${base64(bytes)}`);
      total += base64Length(bytes.length);
    }
    if (total <= wishes.bytes) return { height: trial.height, width: trial.width, columns, perSheet, sheets };
  }
  return null;
}

function* trialsOf({ height, width }: Pictures, side: number): Generator<Trial, void> {
  const largest = Math.min(1, side / Math.max(height, width));
  for (const share of SHARES) {
    const size = (length: number) => Math.max(1, Math.round(length * largest * share));
    for (const quality of QUALITIES) yield { height: size(height), width: size(width), quality };
  }
}

async function gather(
  from: number,
  to: number,
  read: ReadPictures,
  trial: Trial,
  count: number,
  { signal, onProgress }: SpriteWishes,
): Promise<Pictures> {
  let pixels: Uint8Array | null = null;
  let channels = 1;
  for (let start = from; start < to; start += CHUNK) {
    signal?.throwIfAborted();
    const part = Uint32Array.from({ length: Math.min(CHUNK, to - start) }, (_, i) => start + i);
    const pictures = sized(await read(part), trial);
    channels = pictures.channels;
    const size = trial.height * trial.width * channels;
    pixels ??= new Uint8Array((to - from) * size);
    pixels.set(pictures.pixels, (start - from) * size);
    onProgress?.(start + part.length, count);
  }
  return { count: to - from, height: trial.height, width: trial.width, channels, pixels: pixels as Uint8Array };
}

function sized(pictures: Pictures, { height, width }: Trial): Pictures {
  const fitted = fitPictures({ ...pictures, notices: [] }, { size: [height, width] }, "thumbnails");
  return { ...fitted, count: pictures.count, pixels: fitted.pixels as Uint8Array };
}

/** One picture of all, without gaps. */
function sheetOf({ count, height, width, channels, pixels }: Pictures, columns: number): Pictures {
  const rows = Math.ceil(count / columns);
  const line = width * channels;
  const out = new Uint8Array(rows * height * columns * line);
  for (let i = 0; i < count; i++) {
    const [top, left] = [Math.floor(i / columns) * height, (i % columns) * line];
    for (let y = 0; y < height; y++) {
      const start = (i * height + y) * line;
      out.set(pixels.subarray(start, start + line), (top + y) * columns * line + left);
    }
  }
  return { count: 1, height: rows * height, width: columns * width, channels, pixels: out };
}

const base64Length = (bytes: number) => 4 * Math.ceil(bytes / 3);
