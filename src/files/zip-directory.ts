/** The central directory of a zip archive: which entries there are and where their bytes lie. */

import { VaekitError } from "../errors.js";
import { isBomb } from "./inflate.js";
import type { Ranges } from "./ranges.js";

/** One file of an archive. Folders are not listed. */
export interface ZipEntry {
  /** Path inside the archive with forward slashes, never absolute, never with "..". */
  readonly name: string;
  readonly size: number;
  readonly compressedSize: number;
  readonly crc: number;
  /** 0 stored, 8 DEFLATE. */
  readonly method: number;
  /** Where the entry's local header begins. */
  readonly offset: number;
}

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const END64_SIGNATURE = 0x06064b50;
const END64_BYTES = 56;
const LOCATOR_SIGNATURE = 0x07064b50;
const LOCATOR_BYTES = 20;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const ZIP64_EXTRA = 1;
const IS_ZIP64 = 0xffffffff;
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const LATIN1 = new TextDecoder("latin1");
const FLAG_ENCRYPTED = 1;
const FLAG_UTF8 = 1 << 11;
const MAX_COMMENT_BYTES = 0xffff;
/** An archive of more entries than this is taken for an attack. */
const MAX_ENTRIES = 5_000_000;

/** The entries of the archive `name`. E_FILE when it is truncated, damaged, encrypted, or made to do harm. */
export async function readDirectory(ranges: Ranges, name: string): Promise<ZipEntry[]> {
  const { count, offset, size } = await findDirectory(ranges, name);
  const bytes = await ranges.read(offset, size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const entries: ZipEntry[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + ENTRY_BYTES > size || view.getUint32(at, true) !== ENTRY_SIGNATURE) {
      throw invalid(name, `entry ${i} of its directory is damaged`);
    }
    const lengths = [28, 30, 32].map((field) => view.getUint16(at + field, true)); // name, extra, comment
    const end = at + ENTRY_BYTES + lengths[0] + lengths[1] + lengths[2];
    if (end > size) throw invalid(name, `entry ${i} of its directory is cut short`);
    const entry = readEntry(bytes.subarray(at, end), lengths[0], lengths[1], name);
    if (entry) entries.push(entry);
    at = end;
  }
  if (at !== size) throw invalid(name, `its directory has ${size} bytes, ${count} entries take ${at}`);
  refuseBombs(entries, offset, name);
  return entries;
}

/** Finds the end record (last in the file, before a comment) and, for large archives, its 64-bit twin. */
async function findDirectory(ranges: Ranges, name: string) {
  const tailStart = Math.max(0, ranges.size - END_BYTES - MAX_COMMENT_BYTES);
  const tail = await ranges.read(tailStart, ranges.size - tailStart);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.length);
  let at = tail.length - END_BYTES;
  while (
    at >= 0 &&
    !(view.getUint32(at, true) === END_SIGNATURE && at + END_BYTES + view.getUint16(at + 20, true) === tail.length)
  )
    at--;
  if (at < 0) throw invalid(name, "no end of a zip archive found: it is truncated, or no zip archive");
  let count = view.getUint16(at + 10, true);
  let size = view.getUint32(at + 12, true);
  let offset = view.getUint32(at + 16, true);
  const endOffset = tailStart + at;
  if (count === 0xffff || size === IS_ZIP64 || offset === IS_ZIP64) {
    const wide = await findZip64(ranges, endOffset, name);
    if (wide) ({ count, size, offset } = wide);
  }
  if (offset + size > endOffset)
    throw invalid(name, `its directory would end at byte ${offset + size} of ${ranges.size}`);
  if (count > MAX_ENTRIES) throw invalid(name, `it lists ${count} entries, expected at most ${MAX_ENTRIES}`);
  if (count * ENTRY_BYTES > size) throw invalid(name, `a directory of ${size} bytes cannot hold ${count} entries`);
  return { count, size, offset };
}

async function findZip64(ranges: Ranges, endOffset: number, name: string) {
  if (endOffset < LOCATOR_BYTES) return null;
  const locator = viewOf(await ranges.read(endOffset - LOCATOR_BYTES, LOCATOR_BYTES));
  if (locator.getUint32(0, true) !== LOCATOR_SIGNATURE) return null;
  const at = Number(locator.getBigUint64(8, true));
  if (at + END64_BYTES > endOffset) throw invalid(name, "its zip64 record lies outside the file");
  const record = viewOf(await ranges.read(at, END64_BYTES));
  if (record.getUint32(0, true) !== END64_SIGNATURE) throw invalid(name, "its zip64 record is damaged");
  const [count, size, offset] = [32, 40, 48].map((field) => Number(record.getBigUint64(field, true)));
  return { count, size, offset };
}

/** One record of the directory; null for a folder. */
function readEntry(bytes: Uint8Array, nameLength: number, extraLength: number, archive: string): ZipEntry | null {
  const view = viewOf(bytes);
  const flags = view.getUint16(8, true);
  const method = view.getUint16(10, true);
  const name = entryName(bytes.subarray(ENTRY_BYTES, ENTRY_BYTES + nameLength), flags, archive);
  if (name.endsWith("/")) return null;
  if (flags & FLAG_ENCRYPTED) throw invalid(archive, `entry "${name}" is encrypted`, "Pack it without a password.");
  const crc = view.getUint32(16, true);
  let compressedSize = view.getUint32(20, true);
  let size = view.getUint32(24, true);
  let offset = view.getUint32(42, true);
  const extra = viewOf(bytes.subarray(ENTRY_BYTES + nameLength, ENTRY_BYTES + nameLength + extraLength));
  for (let at = 0; at + 4 <= extraLength; ) {
    const length = extra.getUint16(at + 2, true);
    if (extra.getUint16(at, true) === ZIP64_EXTRA) {
      let field = at + 4;
      const next = (): number => {
        if (field + 8 > Math.min(extraLength, at + 4 + length))
          throw invalid(archive, `entry "${name}" has a damaged zip64 field`);
        field += 8;
        return Number(extra.getBigUint64(field - 8, true));
      };
      if (size === IS_ZIP64) size = next();
      if (compressedSize === IS_ZIP64) compressedSize = next();
      if (offset === IS_ZIP64) offset = next();
    }
    at += 4 + length;
  }
  return { name, size, compressedSize, crc, method, offset };
}

/** The entry's name, with forward slashes. Names that would leave the folder they are unpacked in are refused. */
function entryName(bytes: Uint8Array, flags: number, archive: string): string {
  let name: string;
  try {
    name = UTF8.decode(bytes);
  } catch {
    if (flags & FLAG_UTF8) throw invalid(archive, "the name of an entry is no valid UTF-8");
    name = LATIN1.decode(bytes);
  }
  name = name.replaceAll("\\", "/");
  if (
    name === "" ||
    name.includes("\0") ||
    name.startsWith("/") ||
    /^[a-zA-Z]:/.test(name) ||
    name.split("/").includes("..")
  ) {
    throw invalid(
      archive,
      `entry ${JSON.stringify(name)} has a name that would leave its folder`,
      "Do not unpack this archive.",
    );
  }
  return name;
}

function refuseBombs(entries: readonly ZipEntry[], directory: number, name: string): void {
  let compressed = 0;
  let size = 0;
  for (const entry of entries) {
    if (entry.offset + LOCAL_BYTES + entry.compressedSize > directory) {
      throw invalid(
        name,
        `entry "${entry.name}" would end at byte ${entry.offset + LOCAL_BYTES + entry.compressedSize} of ${directory}`,
      );
    }
    refuseBomb(entry.size, entry.compressedSize, `entry "${entry.name}"`, name);
    compressed += entry.compressedSize + LOCAL_BYTES;
    size += entry.size;
  }
  if (compressed > directory) throw invalid(name, "its entries overlap", "Do not unpack this archive.");
  refuseBomb(size, compressed, "it", name);
}

function refuseBomb(size: number, compressed: number, what: string, archive: string): void {
  if (isBomb(size, compressed)) {
    throw invalid(archive, `${what} unpacks ${compressed} bytes to ${size}: a zip bomb`, "Do not unpack this archive.");
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function invalid(name: string, what: string, hint = "The archive is damaged; copy or download it again."): VaekitError {
  return new VaekitError("E_FILE", `${name}: ${what}`, hint);
}
