/** Writes PNG files: 8 bits a channel, grey or colour, without interlacing (ISO/IEC 15948). */

import { zlibSync } from "fflate";
import { crc32 } from "./crc32.js";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const GREY = 0;
const COLOUR = 2;
/** Filter types that rows are tried with: as it is, less the byte to the left, less the byte above. */
const FILTERS = [0, 1, 2];
const COMPRESSION_LEVEL = 9;

/** The bytes of a picture [height, width, channels], channels 1 or 3, as a PNG file. */
export function writePng(
  { height, width, channels }: { readonly height: number; readonly width: number; readonly channels: number },
  pixels: Uint8Array,
): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, channels === 1 ? GREY : COLOUR], 8);
  const data = zlibSync(filtered(pixels, height, width * channels, channels), { level: COMPRESSION_LEVEL });
  const chunks = [chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", new Uint8Array())];
  const bytes = new Uint8Array(SIGNATURE.length + chunks.reduce((sum, { length }) => sum + length, 0));
  bytes.set(SIGNATURE);
  let at = SIGNATURE.length;
  for (const part of chunks) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Rows with their filter before them: the one whose bytes, read as signed numbers, are smallest in sum. */
function filtered(pixels: Uint8Array, height: number, line: number, step: number): Uint8Array {
  const out = new Uint8Array(height * (line + 1));
  for (let y = 0; y < height; y++) {
    const row = pixels.subarray(y * line, (y + 1) * line);
    const above = y > 0 ? pixels.subarray((y - 1) * line, y * line) : new Uint8Array(line);
    let least = Number.POSITIVE_INFINITY;
    for (const filter of FILTERS) {
      const candidate = row.map((value, i) => value - foretold(filter, row, above, i, step));
      const cost = candidate.reduce((sum, value) => sum + Math.min(value, 256 - value), 0);
      if (cost >= least) continue;
      least = cost;
      out[y * (line + 1)] = filter;
      out.set(candidate, y * (line + 1) + 1);
    }
  }
  return out;
}

function foretold(filter: number, row: Uint8Array, above: Uint8Array, i: number, step: number): number {
  if (filter === 0) return 0;
  return filter === 1 ? (row[i - step] ?? 0) : above[i];
}

/** Length, type, data, and the checksum over type and data. */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(data.length + 8, crc32(bytes.subarray(4, data.length + 8)));
  return bytes;
}
