/** Data source: a zip archive of pictures; a part is one of its folders. */

import { open } from "node:fs/promises";
import { posix } from "node:path";
import { VaekitError } from "../../errors.js";
import type { Ranges } from "../../files/ranges.js";
import { openZip, type Zip } from "../../files/zip.js";
import type { ZipEntry } from "../../files/zip-directory.js";
import type { Source } from "../../host.js";
import { nodeFiles } from "../files.js";
import { pathError } from "../system-error.js";
import { composed } from "../walk.js";
import { isPictureName } from "./folder.js";
import { itemsDataset } from "./items.js";
import type { PictureItem } from "./picture-item.js";

const ZIP_BEGINNING = "PK\x03\x04";
/** A picture file larger than this is refused before it is unpacked. */
const MAX_PICTURE_BYTES = 256 * 2 ** 20;

export const zipSource: Source = {
  name: "zip",
  forms: ["pictures.zip", "pictures.zip#FOLDER"],
  async bid({ source }) {
    if ((await nodeFiles.stat(source))?.kind !== "file") return 0;
    if (/\.zip$/i.test(source)) return 0.9;
    if (/\.npz$/i.test(source)) return 0;
    const beginning = await nodeFiles.read(source, 0, ZIP_BEGINNING.length);
    return String.fromCharCode(...beginning) === ZIP_BEGINNING ? 0.5 : 0;
  },
  async open({ text, source, part }, options) {
    const { ranges, close } = await openRanges(source);
    try {
      const zip = await openZip(ranges, source);
      const entries = pictureEntries(zip, part, text, source);
      const labelled = entries.some(({ name }) => posix.dirname(inPart(name, part)) !== ".");
      const items = entries.map((entry) => zipItem(zip, entry, part, labelled));
      return await itemsDataset(items, { name: text }, options);
    } finally {
      await close();
    }
  },
};

function pictureEntries(zip: Zip, part: string | null, text: string, source: string): ZipEntry[] {
  const pictures = zip.entries.filter(({ name }) => isPictureName(name) && !/(^|\/)(\.|__MACOSX\/)/.test(name));
  if (pictures.length === 0) {
    throw new VaekitError(
      "E_DATA",
      `${source}: no picture among ${zip.entries.length} files of this archive`,
      "PNG, JPEG, WebP, GIF and AVIF are read.",
    );
  }
  const chosen =
    part === null ? pictures : pictures.filter(({ name }) => composed(name).startsWith(`${composed(part)}/`));
  if (chosen.length === 0) {
    const folders = [
      ...new Set(pictures.filter(({ name }) => name.includes("/")).map(({ name }) => name.split("/")[0])),
    ];
    throw new VaekitError(
      "E_DATA",
      `${text}: no part "${part}"`,
      `Folders in it: ${folders.slice(0, 20).join(", ") || "none"}.`,
    );
  }
  const large = chosen.find(({ size }) => size > MAX_PICTURE_BYTES);
  if (large)
    throw new VaekitError(
      "E_FILE",
      `${source}: entry "${large.name}" has ${large.size} bytes, expected at most ${MAX_PICTURE_BYTES}`,
    );
  return chosen;
}

function inPart(name: string, part: string | null): string {
  return part === null ? name : composed(name).slice(composed(part).length + 1);
}

/** The label is the folder the entry lies in; what lies at the top is labelled by its part, or "". */
function zipItem(zip: Zip, entry: ZipEntry, part: string | null, labelled: boolean): PictureItem {
  const id = composed(inPart(entry.name, part));
  const folder = composed(posix.basename(posix.dirname(entry.name)));
  return {
    id,
    label: labelled ? folder.replace(/^\.$/, "") : null,
    stamp: `${entry.size}:${entry.crc}`,
    size: entry.size,
    read: () => zip.read(entry),
  };
}

/** The archive, kept open while its pictures are decoded. */
async function openRanges(path: string): Promise<{ ranges: Ranges; close: () => Promise<void> }> {
  try {
    const file = await open(path, "r");
    const { size } = await file.stat();
    const read = async (offset: number, length: number) => {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      for (let done = 0; done < bytes.length; ) {
        const { bytesRead } = await file.read(bytes, done, bytes.length - done, offset + done);
        if (bytesRead === 0) throw new VaekitError("E_FILE", `${path}: the archive was cut short while it was read`);
        done += bytesRead;
      }
      return bytes;
    };
    return { ranges: { size, read }, close: () => file.close() };
  } catch (error) {
    throw pathError("E_PATH", path, error);
  }
}
