/** The cache file of decoded pixels: all pixels, then a footer that says what they are. */

import { open } from "node:fs/promises";
import type { PictureSize } from "../../data/picture-size.js";
import type { Decoded } from "./decode.js";

export interface SpoolFooter extends PictureSize {
  /** Records there are. */
  readonly count: number;
  /** Items there were, broken ones too. */
  readonly items: number;
  /** Per record, its place among the items. */
  readonly kept: Uint32Array;
  readonly notices: readonly string[];
  /** The footer as it stands in the file. */
  readonly bytes: Uint8Array;
}

const MAGIC = "VAEKIT-PIXELS-1\n";
/** Length of the JSON (uint32) and the magic. */
const TRAILER_BYTES = 4 + MAGIC.length;
const MAX_JSON_BYTES = 256 * 2 ** 20;

/** JSON, its length and the magic; at the end, because only then it is known which pictures are broken. */
export function spoolFooter(items: number, size: PictureSize, { broken, notices }: Decoded): SpoolFooter {
  const facts = { ...size, items, broken, notices };
  const json = new TextEncoder().encode(JSON.stringify(facts));
  const bytes = new Uint8Array(json.length + TRAILER_BYTES);
  bytes.set(json);
  new DataView(bytes.buffer).setUint32(json.length, json.length, true);
  bytes.set(new TextEncoder().encode(MAGIC), json.length + 4);
  return { ...footerOf(facts), bytes };
}

type Facts = PictureSize & { items: number; broken: readonly number[]; notices: readonly string[] };

function footerOf({ height, width, channels, items, broken, notices }: Facts): Omit<SpoolFooter, "bytes"> {
  const skipped = new Set(broken);
  const kept = Uint32Array.from({ length: items }, (_, i) => i).filter((i) => !skipped.has(i));
  return { height, width, channels, items, count: kept.length, kept, notices };
}

/** The footer of the file at `path`; null when there is no such file or it is not whole (then it is made anew). */
export async function readSpoolFooter(path: string): Promise<SpoolFooter | null> {
  const file = await open(path, "r").catch(() => null);
  if (!file) return null;
  try {
    const { size } = await file.stat();
    const trailer = new Uint8Array(TRAILER_BYTES);
    if (size < TRAILER_BYTES) return null;
    await file.read(trailer, 0, TRAILER_BYTES, size - TRAILER_BYTES);
    const length = new DataView(trailer.buffer).getUint32(0, true);
    const isWhole =
      new TextDecoder().decode(trailer.subarray(4)) === MAGIC &&
      length <= Math.min(MAX_JSON_BYTES, size - TRAILER_BYTES);
    if (!isWhole) return null;
    const json = new Uint8Array(length);
    await file.read(json, 0, length, size - TRAILER_BYTES - length);
    const facts = JSON.parse(new TextDecoder().decode(json)) as Facts;
    const { height, width, channels, items, broken, notices } = facts;
    const count = items - new Set(broken).size;
    // Before anything is made of that size.
    const isSane = [height, width, channels, count].every((number) => Number.isSafeInteger(number) && number > 0);
    if (!isSane || !Array.isArray(notices) || notices.some((notice) => typeof notice !== "string")) return null;
    if (count * height * width * channels + length + TRAILER_BYTES !== size) return null;
    const footer = footerOf(facts);
    return footer.count === count ? { ...footer, bytes: new Uint8Array(0) } : null;
  } catch {
    return null;
  } finally {
    await file.close();
  }
}
