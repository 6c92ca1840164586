/** Decoded pixels in one file of the cache, so that pictures are decoded once, and read back faster than training asks. */

import { open, readdir, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { Columns, Dataset, OpenOptions } from "../../data/dataset.js";
import type { PictureSize } from "../../data/picture-size.js";
import { checkIndex, IMAGE, pictureDataset, pictureSchema } from "../../data/pictures.js";
import { MEMORY_BYTES } from "../../data/sources/large-array.js";
import { VaekitError } from "../../errors.js";
import { writeAll, writeAtomic } from "../atomic.js";
import { cacheFolder } from "../cache.js";
import { decodeAll } from "./decode.js";
import type { PictureItem } from "./picture-item.js";
import { readSpoolFooter, type SpoolFooter, spoolFooter } from "./spool-file.js";

/** Sets this small are decoded each time; a file in the cache would not pay. */
const SMALL_COUNT = 500;
const SMALL_BYTES = 8 * 2 ** 20;
/** Files of the cache that nobody opened for this long are removed. */
const KEEP_MILLISECONDS = 30 * 24 * 3600 * 1000;

export interface SpoolRequest {
  readonly key: string;
  readonly name: string;
  readonly options: OpenOptions;
  /** Bytes of pixels held in memory; above, they stay on the disk. Default 256 MB. */
  readonly memoryBytes?: number;
}
export interface Spool {
  readonly dataset: Dataset;
  /** Per record, its place among the items (broken ones have none). */
  readonly kept: Uint32Array;
}

/** Opens the pixels of `items`: from the cache if they are there, else decoded now. Errors as of `itemsDataset`. */
export async function openSpool(
  items: readonly PictureItem[],
  size: PictureSize,
  request: SpoolRequest,
): Promise<Spool> {
  const folder = join(cacheFolder(), "pictures");
  const path = join(folder, `${request.key}.u8`);
  const memoryBytes = request.memoryBytes ?? MEMORY_BYTES;
  const cached = await readSpoolFooter(path);
  const isOurs = cached?.items === items.length && sizeText(cached) === sizeText(size);
  if (cached && isOurs) {
    await utimes(path, new Date(), new Date()).catch(() => {});
    for (const notice of cached.notices) request.options.onNotice?.(notice);
    return fromFile(path, cached, request, memoryBytes);
  }
  const small = items.length <= SMALL_COUNT && items.reduce((sum, item) => sum + item.size, 0) <= SMALL_BYTES;
  const record = size.height * size.width * size.channels;
  if (items.length > SMALL_COUNT) {
    request.options.onNotice?.(
      `decoding ${items.length} pictures to ${sizeText(size)}${small ? "" : `; they are kept in ${folder}`}`,
    );
  }
  if (items.length * record > memoryBytes) {
    return fromFile(path, await decodeToFile(items, size, path, request), request, memoryBytes);
  }
  const pixels = new Uint8Array(items.length * record);
  let length = 0;
  const decoded = await decodeAll(items, size, request, async (chunk) => {
    pixels.set(chunk, length);
    length += chunk.length;
  });
  const footer = spoolFooter(items.length, size, decoded);
  const used = pixels.subarray(0, length);
  const notices = small ? [] : await keep(path, folder, used, footer);
  for (const notice of notices) request.options.onNotice?.(notice);
  return inMemory(used, { ...footer, notices: [...footer.notices, ...notices] }, request);
}

/** Decodes straight into the cache file. E_OUT when the cache cannot be written. */
async function decodeToFile(
  items: readonly PictureItem[],
  size: PictureSize,
  path: string,
  request: SpoolRequest,
): Promise<SpoolFooter> {
  let footer: SpoolFooter | null = null;
  await writeAtomic(path, async (file) => {
    let length = 0;
    const write = async (bytes: Uint8Array) => {
      await writeAll(file, bytes);
      length += bytes.length;
    };
    footer = spoolFooter(items.length, size, await decodeAll(items, size, request, write));
    await write(footer.bytes);
    return length;
  });
  return footer!;
}

/** Writes the cache file; a cache that cannot be written costs time, so it is told and no error. */
async function keep(path: string, folder: string, pixels: Uint8Array, footer: SpoolFooter): Promise<string[]> {
  try {
    await writeAtomic(path, async (file) => {
      await writeAll(file, pixels);
      await writeAll(file, footer.bytes);
      return pixels.length + footer.bytes.length;
    });
    await removeOld(folder);
    return [];
  } catch (error) {
    if (!(error instanceof VaekitError)) throw error;
    return [`decoded pictures are not kept for the next time: ${error.message}`];
  }
}

async function removeOld(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const info = await stat(path).catch(() => null);
    if (info && Date.now() - info.mtimeMs > KEEP_MILLISECONDS) await rm(path, { force: true }).catch(() => {});
  }
}

async function fromFile(path: string, footer: SpoolFooter, request: SpoolRequest, memoryBytes: number): Promise<Spool> {
  const bytes = footer.count * footer.height * footer.width * footer.channels;
  const file = await open(path, "r");
  if (bytes > memoryBytes) return onDisk(file, footer, request);
  try {
    const pixels = new Uint8Array(bytes);
    for (let done = 0; done < bytes; ) {
      const { bytesRead } = await file.read(pixels, done, bytes - done, done);
      if (bytesRead === 0)
        throw new VaekitError("E_FILE", `${path}: truncated: got ${done} bytes of pixels, expected ${bytes}`);
      done += bytesRead;
    }
    return inMemory(pixels, footer, request);
  } finally {
    await file.close();
  }
}

function inMemory(pixels: Uint8Array, footer: SpoolFooter, { name, key }: SpoolRequest): Spool {
  const { count, height, width, channels, notices } = footer;
  const array = { count, height, width, channels, pixels };
  return { kept: footer.kept, dataset: pictureDataset(array, { name, labels: null, fingerprint: key, notices }) };
}

/** Records are read when they are asked for, each by one positioned read. */
function onDisk(file: Awaited<ReturnType<typeof open>>, footer: SpoolFooter, { name, key }: SpoolRequest): Spool {
  const { count, height, width, channels, notices } = footer;
  const size = height * width * channels;
  const read = async (indices: ArrayLike<number>): Promise<Columns> => {
    const out = new Uint8Array(indices.length * size);
    await Promise.all(
      Array.from(indices, async (index, i) => {
        const { bytesRead } = await file.read(out, i * size, size, checkIndex(index, count, name) * size);
        if (bytesRead !== size)
          throw new VaekitError("E_FILE", `${name}: the cache file was cut short while it was read`);
      }),
    );
    return { [IMAGE]: out };
  };
  const schema = pictureSchema({ height, width, channels });
  const close = () => file.close();
  return {
    kept: footer.kept,
    dataset: { name, count, schema, bytes: true, labels: null, fingerprint: key, notices, id: String, read, close },
  };
}

function sizeText({ height, width, channels }: PictureSize): string {
  return `${height}x${width} ${channels === 1 ? "grey" : "colour"}`;
}
