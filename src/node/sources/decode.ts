/** Decodes many pictures side by side, in order, with little memory. */

import type { OpenOptions } from "../../data/dataset.js";
import type { PictureSize } from "../../data/picture-size.js";
import { VaekitError } from "../../errors.js";
import { decodePicture } from "../pictures.js";
import type { PictureItem } from "./picture-item.js";

export interface Decoded {
  /** Places of the items that could not be decoded. */
  readonly broken: readonly number[];
  readonly notices: readonly string[];
}

/** Pictures in work at a time; the system's thread pool has four threads. */
const PARALLEL = 6;
/** Pictures per chunk handed on. */
const CHUNK = 256;
/** Broken files that are named. */
const NAMED = 5;
const PROGRESS_MILLISECONDS = 5_000;

/** Decodes `items` to `size` and hands their pixels to `write`, in order, chunk by chunk. E_DATA when all are broken. */
export async function decodeAll(
  items: readonly PictureItem[],
  size: PictureSize,
  { name, options }: { name: string; options: OpenOptions },
  write: (pixels: Uint8Array) => Promise<void>,
): Promise<Decoded> {
  const broken: { at: number; reason: string }[] = [];
  let resized = 0;
  let told = Date.now();
  for (let start = 0; start < items.length; start += CHUNK) {
    const chunk = items.slice(start, start + CHUNK);
    const pixels: (Uint8Array | null)[] = new Array(chunk.length).fill(null);
    await parallel(chunk.length, async (i) => {
      checkSignal(options.signal, name);
      try {
        const decoded = await decodePicture(await chunk[i].read(), size, chunk[i].id);
        pixels[i] = decoded.pixels;
        if (decoded.header.height !== size.height || decoded.header.width !== size.width) resized++;
      } catch (error) {
        broken.push({ at: start + i, reason: error instanceof Error ? error.message : String(error) });
      }
    });
    await write(
      concatenate(
        pixels.filter((picture) => picture !== null),
        size,
      ),
    );
    if (Date.now() - told > PROGRESS_MILLISECONDS) {
      options.onNotice?.(`${name}: decoded ${start + chunk.length} of ${items.length} pictures`);
      told = Date.now();
    }
  }
  broken.sort((a, b) => a.at - b.at);
  if (broken.length === items.length) throw noneDecodes(items.length, name, broken[0]?.reason ?? "");
  const notices = noticesOf(items, size, name, broken, resized);
  for (const notice of notices) options.onNotice?.(notice);
  return { broken: broken.map(({ at }) => at), notices };
}

function noticesOf(
  items: readonly PictureItem[],
  { height, width }: PictureSize,
  name: string,
  broken: readonly { at: number; reason: string }[],
  resized: number,
): string[] {
  const notices: string[] = [];
  if (resized > 0) {
    const which = resized === items.length - broken.length ? "all" : `${resized} of ${items.length}`;
    notices.push(`${name}: ${which} pictures have another size; they are cropped and resized to ${height}x${width}`);
  }
  if (broken.length > 0) {
    const named = broken
      .slice(0, NAMED)
      .map(({ reason }) => reason)
      .join("; ");
    notices.push(
      `${name}: ${broken.length} of ${items.length} pictures cannot be read and are skipped: ${named}${broken.length > NAMED ? "; ..." : ""}`,
    );
  }
  return notices;
}

/** Calls `work` for 0..count-1, a few at a time; the first error ends it. */
async function parallel(count: number, work: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, count) }, worker));
}

function concatenate(pictures: readonly Uint8Array[], { height, width, channels }: PictureSize): Uint8Array {
  const record = height * width * channels;
  const out = new Uint8Array(pictures.length * record);
  pictures.forEach((picture, i) => {
    out.set(picture, i * record);
  });
  return out;
}

/** E_INTERRUPTED once the signal says so. */
export function checkSignal(signal: AbortSignal | undefined, name: string): void {
  if (signal?.aborted) throw new VaekitError("E_INTERRUPTED", `${name}: stopped while its pictures were read`);
}

/** The error for a set of which nothing is left. */
export function noneDecodes(count: number, name: string, reason: string): VaekitError {
  const what =
    count === 1 ? "its picture cannot be decoded" : `none of its ${count} pictures can be decoded; the first`;
  return new VaekitError(
    "E_DATA",
    `${name}: ${what}: ${reason}`,
    "Check the files; PNG, JPEG, WebP, GIF and AVIF are read.",
  );
}
