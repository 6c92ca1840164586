/** Decodes and encodes picture files, by sharp. */

import type { Metadata, Sharp } from "sharp";
import { VaekitError } from "../errors.js";
import type { Pictures } from "../host.js";

/** Pictures above this many pixels are refused: one would take a gigabyte to decode. */
export const MAX_PIXELS = 150_000_000;
/** Extensions of the formats that are read. */
export const PICTURE_EXTENSIONS = [".png", ".jpg", ".jpeg", ".webp", ".gif", ".avif"];

/** What the header of a picture says; height and width as it is to be seen, after its EXIF turn. */
export interface PictureHeader {
  readonly height: number;
  readonly width: number;
  readonly isGrey: boolean;
}
/** What a picture is brought to. */
export interface PictureTarget {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

/** Beginnings of the formats that are read. Others (SVG, TIFF, PDF) never reach the decoder, whatever their name. */
function formatOf(bytes: Uint8Array): string | null {
  const ascii = String.fromCharCode(...bytes.subarray(0, 32));
  if (ascii.startsWith("\x89PNG\r\n\x1a\n")) return "png";
  if (ascii.startsWith("\xff\xd8\xff")) return "jpeg";
  if (/^GIF8[79]a/.test(ascii)) return "gif";
  if (ascii.startsWith("RIFF") && ascii.startsWith("WEBP", 8)) return "webp";
  if (/^ftyp(avif|avis|mif1|msf1)/.test(ascii.slice(4))) return "avif";
  return null;
}

/** Whether the bytes begin like a picture that is read. */
export function isPicture(bytes: Uint8Array): boolean {
  return formatOf(bytes) !== null;
}

let module: Promise<typeof import("sharp")["default"]> | null = null;
/** The native module, loaded on first use. Pictures are decoded side by side, so each takes one thread. */
function loadSharp(): Promise<typeof import("sharp")["default"]> {
  module ??= import("sharp").then(
    ({ default: sharp }) => {
      sharp.concurrency(1);
      sharp.cache(false);
      return sharp;
    },
    (cause) => {
      const hint = "Install it for this system: npm install sharp";
      throw new VaekitError("E_DEVICE", "pictures need the package sharp, which does not load here", hint, { cause });
    },
  );
  return module;
}

async function openPicture(bytes: Uint8Array, name: string): Promise<{ picture: Sharp; metadata: Metadata }> {
  if (formatOf(bytes) === null) {
    const what = bytes.length === 0 ? "an empty file" : "no PNG, JPEG, WebP, GIF or AVIF picture";
    throw new VaekitError("E_FILE", `${name}: ${what}`);
  }
  const sharp = await loadSharp();
  try {
    // First frame only; a truncated or damaged picture is an error, not a half-grey picture.
    const picture = sharp(bytes, { failOn: "error", limitInputPixels: MAX_PIXELS, pages: 1 });
    return { picture, metadata: await picture.metadata() };
  } catch (cause) {
    throw damaged(name, cause);
  }
}

function damaged(name: string, cause: unknown): VaekitError {
  const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
  if (reason.includes("pixel limit")) {
    const most = `${MAX_PIXELS / 1e6} million`;
    return new VaekitError("E_FILE", `${name}: more than ${most} pixels`, "Make the picture smaller first.", { cause });
  }
  return new VaekitError("E_FILE", `${name}: cannot be decoded (${reason})`, undefined, { cause });
}

/** Reads the header of the picture `name`. E_FILE when it is broken or of another format. */
export async function pictureHeader(bytes: Uint8Array, name: string): Promise<PictureHeader> {
  return headerOf((await openPicture(bytes, name)).metadata);
}

function headerOf({ autoOrient, space, channels }: Metadata): PictureHeader {
  const isGrey = space === "b-w" || space === "grey16" || channels <= 2;
  return { height: autoOrient.height, width: autoOrient.width, isGrey };
}

/**
 * Decodes the picture `name` to uint8 [height, width, channels]: EXIF turn applied, alpha on white, cropped at its
 * centre to cover the target, first frame of an animation. E_FILE when it is broken or of another format.
 */
export async function decodePicture(
  bytes: Uint8Array,
  target: PictureTarget,
  name: string,
): Promise<{ pixels: Uint8Array; header: PictureHeader }> {
  const { picture, metadata } = await openPicture(bytes, name);
  const { height, width, channels } = target;
  try {
    const { data, info } = await picture
      .autoOrient()
      .flatten({ background: "#ffffff" })
      .resize(width, height, { fit: "cover", position: "centre" })
      .toColourspace(channels === 1 ? "b-w" : "srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return { pixels: withChannels(data, info.channels, channels), header: headerOf(metadata) };
  } catch (cause) {
    throw damaged(name, cause);
  }
}

/** sharp may give another number of channels than asked for (a grey picture as one): spread or pick. */
function withChannels(data: Uint8Array, from: number, to: number): Uint8Array {
  if (from === to) return data;
  const count = data.length / from;
  const out = new Uint8Array(count * to);
  for (let i = 0; i < count; i++) for (let c = 0; c < to; c++) out[i * to + c] = data[i * from + (from < 3 ? 0 : c)];
  return out;
}

/** Whether a picture in colour (by its header) shows only greys. Looked at in small. */
export async function looksGrey(bytes: Uint8Array, name: string): Promise<boolean> {
  const { pixels } = await decodePicture(bytes, { height: GREY_SIDE, width: GREY_SIDE, channels: 3 }, name);
  for (let i = 0; i < pixels.length; i += 3) {
    const spread =
      Math.max(pixels[i], pixels[i + 1], pixels[i + 2]) - Math.min(pixels[i], pixels[i + 1], pixels[i + 2]);
    if (spread > GREY_TOLERANCE) return false;
  }
  return true;
}
const GREY_SIDE = 48;
/** Conversions of colour round by a few levels of 255. */
const GREY_TOLERANCE = 4;

function raw({ height, width, channels }: Pictures, frames: number) {
  return { width, height: height * frames, channels: channels as 1 | 3, ...(frames > 1 ? { pageHeight: height } : {}) };
}

/** The first picture as a PNG file. */
export async function encodePng(picture: Pictures): Promise<Uint8Array> {
  const sharp = await loadSharp();
  return sharp(picture.pixels, { raw: raw(picture, 1) })
    .png({ compressionLevel: 9 })
    .toBuffer();
}

/** The pictures as frames of an endless animation, `milliseconds` each; one picture is a still. WebP loses nothing unless `quality` is given. */
export async function encodeAnimation(
  pictures: Pictures,
  format: "gif" | "webp",
  milliseconds: number,
  quality?: number,
): Promise<Uint8Array> {
  const sharp = await loadSharp();
  const { count } = pictures;
  const frames = sharp(pictures.pixels, { raw: raw(pictures, count), limitInputPixels: false });
  const timing = count > 1 ? { delay: new Array<number>(count).fill(Math.round(milliseconds)), loop: 0 } : {};
  // Frames that repeat are kept: a walk that stands still takes its time.
  const encoded =
    format === "gif"
      ? frames.gif({ ...timing, keepDuplicateFrames: true })
      : frames.webp({ ...timing, ...(quality === undefined ? { lossless: true } : { quality }) });
  return encoded.toBuffer();
}
