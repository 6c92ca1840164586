/** Unpacks gzip files (RFC 1952) of one member, checking size and checksum. */

import { VaekitError } from "../errors.js";
import { inflate } from "./inflate.js";

const FLAG_HEADER_CRC = 2;
const FLAG_EXTRA = 4;
const FLAG_NAME = 8;
const FLAG_COMMENT = 16;
const TRAILER_BYTES = 8;

/** Whether `bytes` begin like a gzip file. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length > 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The unpacked bytes of the gzip file `name`. E_FILE when it is truncated, damaged or no gzip. */
export function gunzip(bytes: Uint8Array, name: string): Uint8Array {
  if (!isGzip(bytes)) throw invalid(name, "not a gzip file (it does not begin with 1f 8b)");
  const start = headerEnd(bytes);
  if (bytes[2] !== 8) throw invalid(name, `unknown gzip compression method ${bytes[2]}, expected 8`);
  if (start === null || start + TRAILER_BYTES > bytes.length) {
    throw invalid(name, `truncated gzip file: it ends after ${bytes.length} bytes, inside its header`);
  }
  const end = bytes.length - TRAILER_BYTES;
  const trailer = new DataView(bytes.buffer, bytes.byteOffset + end, TRAILER_BYTES);
  const expected = { crc: trailer.getUint32(0, true), size: trailer.getUint32(4, true) };
  return inflate(bytes.subarray(start, end), expected, `${name}: gzip data`);
}

/** Where the compressed data begins, or null when the header is cut short. */
function headerEnd(bytes: Uint8Array): number | null {
  const flags = bytes[3];
  let at = 10;
  if (flags & FLAG_EXTRA) at += 2 + (bytes[at] | (bytes[at + 1] << 8));
  for (const flag of [FLAG_NAME, FLAG_COMMENT]) {
    if (!(flags & flag)) continue;
    const zero = bytes.indexOf(0, at);
    if (zero < 0) return null;
    at = zero + 1;
  }
  if (flags & FLAG_HEADER_CRC) at += 2;
  return at <= bytes.length ? at : null;
}

function invalid(name: string, what: string): VaekitError {
  return new VaekitError("E_FILE", `${name}: ${what}`, "The file is damaged; copy or download it again.");
}
