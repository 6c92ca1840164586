/** Pictures of bytes in files too large to hold: records are read from the file when they are asked for. */

import { VaekitError } from "../../errors.js";
import type { Files, Host } from "../../host.js";
import type { Address, Columns, Dataset, Labels, OpenOptions } from "../dataset.js";
import { pictureShape } from "../picture-array.js";
import { checkIndex, IMAGE, pictureSchema } from "../pictures.js";
import { sizeAskedFor } from "../resize.js";

/** Up to here pixels are held in memory. */
export const MEMORY_BYTES = 256 * 2 ** 20;
/** Enough for the header of any array file. */
const HEAD_BYTES = 70_000;
/** Pictures looked at, whether they are all black. */
const LOOK = 1000;
/** From both ends of the file, for the fingerprint. */
const DIGEST_BYTES = 2 ** 20;

/** An uncompressed array of bytes, row-major: where it begins in its file. */
export interface ByteLayout {
  readonly shape: readonly number[];
  readonly start: number;
}

export interface LargeArrayRequest {
  readonly path: string;
  readonly address: Address;
  readonly options: OpenOptions;
  readonly host: Host;
  /** From the file's first bytes; null where it holds something else than plain bytes. */
  layout(head: Uint8Array): ByteLayout | null;
  labels(count: number): Promise<Labels | null>;
  /** Default 256 MB. */
  readonly memoryBytes?: number;
}

/**
 * The pictures of a large file as a data set that leaves them there. Null where they have to be in memory: they fit, they
 * are not plain bytes, are to be brought to another size, are all black, or the file is not as long as its shape says.
 * The fingerprint is a digest of the file's size, time and ends. E_DATA for an array that is no pictures.
 */
export async function openLargeArray(request: LargeArrayRequest): Promise<Dataset | null> {
  const { path, address, options, host, layout, labels, memoryBytes = MEMORY_BYTES } = request;
  const { files } = host;
  const info = await files.stat(path);
  if (!info || info.size <= memoryBytes) return null;
  const found = layout(await files.read(path, 0, HEAD_BYTES));
  if (!found) return null;
  const { shape, start } = found;
  if (start + shape.reduce((product, length) => product * length, 1) !== info.size) return null;
  const [count, height, width, channels] = pictureShape(shape, path);
  const size = { height, width, channels };
  const asked = sizeAskedFor(size, options);
  if (asked.height !== height || asked.width !== width || asked.channels !== channels) return null;
  const pixels = height * width * channels;
  if (!(await files.read(path, start, LOOK * pixels)).some((value) => value > 1)) return null;

  const ends = [await files.read(path, 0, DIGEST_BYTES), await files.read(path, Math.max(0, info.size - DIGEST_BYTES))];
  const digests = await Promise.all(ends.map((bytes) => host.digest(bytes)));
  const facts = [info.size, info.modified, ...digests].join(" ");
  const digest = await host.digest(new TextEncoder().encode(facts));
  return {
    name: address.text,
    count,
    schema: pictureSchema(size),
    bytes: true,
    labels: await labels(count),
    fingerprint: `${digest}/${height}x${width}x${channels}`,
    notices: [],
    id: (index) => String(checkIndex(index, count, address.text)),
    async read(indices): Promise<Columns> {
      for (let i = 0; i < indices.length; i++) checkIndex(indices[i], count, address.text);
      return { [IMAGE]: await readRecords(files, path, start, pixels, indices) };
    },
    close: async () => {},
  };
}

/** Neighbours that are asked for one after another. */
interface Run {
  /** Place of the first among those asked for. */
  readonly at: number;
  readonly first: number;
  count: number;
}

async function readRecords(
  files: Files,
  path: string,
  start: number,
  size: number,
  indices: ArrayLike<number>,
): Promise<Uint8Array> {
  const out = new Uint8Array(indices.length * size);
  const runs: Run[] = [];
  for (let at = 0; at < indices.length; at++) {
    const last = runs.at(-1);
    if (last && indices[at] === last.first + last.count) last.count++;
    else runs.push({ at, first: indices[at], count: 1 });
  }
  const parts = await files.readParts(
    path,
    runs.map(({ first, count }) => ({ offset: start + first * size, length: count * size })),
  );
  for (const [i, { at, count }] of runs.entries()) {
    if (parts[i].length !== count * size) throw new VaekitError("E_FILE", `${path}: was cut short while it was read`);
    out.set(parts[i], at * size);
  }
  return out;
}
