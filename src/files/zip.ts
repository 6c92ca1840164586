/** Zip archives: entries read one at a time, so that an archive of any size takes little memory; written whole. */

import { zipSync } from "fflate";
import { VaekitError } from "../errors.js";
import { crc32 } from "./crc32.js";
import { inflate } from "./inflate.js";
import type { Ranges } from "./ranges.js";
import { readDirectory, type ZipEntry } from "./zip-directory.js";

export interface Zip {
  readonly entries: readonly ZipEntry[];
  /** The bytes of one entry, checked against its size and checksum. E_FILE when they are damaged. */
  read(entry: ZipEntry): Promise<Uint8Array>;
}

const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_BYTES = 30;
const EXTRA_BYTES = 64;
/** Zip without its 64-bit extension ends here. */
const MAX_ARCHIVE_BYTES = 0xffffffff;
/** The same bytes for the same files, whenever they are packed (zip's first day). */
const PACKED_ON = new Date(1980, 0, 1);

/** Opens the archive `name`; nothing but its directory is read. E_FILE when it is damaged or made to do harm. */
export async function openZip(ranges: Ranges, name: string): Promise<Zip> {
  const entries = await readDirectory(ranges, name);
  return { entries, read: (entry) => readEntry(ranges, entry, name) };
}

async function readEntry(ranges: Ranges, entry: ZipEntry, archive: string): Promise<Uint8Array> {
  const where = `${archive}: entry "${entry.name}"`;
  // One read: the header's extra field is rarely longer than what is read besides the name.
  const guess = LOCAL_BYTES + entry.name.length + EXTRA_BYTES + entry.compressedSize;
  const bytes = await ranges.read(entry.offset, Math.min(guess, ranges.size - entry.offset));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < LOCAL_BYTES || view.getUint32(0, true) !== LOCAL_SIGNATURE) {
    throw new VaekitError("E_FILE", `${where} is damaged (no local header)`, "Copy or download the archive again.");
  }
  const start = LOCAL_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
  const end = start + entry.compressedSize;
  if (entry.offset + end > ranges.size) throw new VaekitError("E_FILE", `${where} is cut short`);
  const compressed =
    end <= bytes.length ? bytes.subarray(start, end) : await ranges.read(entry.offset + start, entry.compressedSize);
  if (entry.method === 8) return inflate(compressed, entry, where);
  if (entry.method !== 0) {
    throw new VaekitError(
      "E_FILE",
      `${where} is packed by method ${entry.method}, expected 0 (stored) or 8 (DEFLATE)`,
      "Pack it again with an ordinary zip program.",
    );
  }
  if (compressed.length !== entry.size || crc32(compressed) !== entry.crc) {
    throw new VaekitError(
      "E_FILE",
      `${where}: its size or checksum (CRC-32) does not match`,
      "Copy or download the archive again.",
    );
  }
  return compressed;
}

/** The bytes of an archive, stored or (`compress`) deflated. E_OUT above 4 GB. */
export function writeZip(files: ReadonlyMap<string, Uint8Array>, compress = false): Uint8Array {
  const total = [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
  if (total > MAX_ARCHIVE_BYTES)
    throw new VaekitError("E_OUT", `an archive of ${total} bytes is above the 4 GB of the zip format`);
  return zipSync(Object.fromEntries(files), { level: compress ? 6 : 0, mtime: PACKED_ON });
}
