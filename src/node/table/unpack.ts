/** Bytes of files, unpacked where they are gzip or Zstandard, whatever their names say. */

import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { Decompress } from "fzstd";
import { VaekitError } from "../../errors.js";
import { pathError, systemCode } from "../system-error.js";

type Packing = "gzip" | "Zstandard";

const MAGIC: readonly (readonly [Packing, readonly number[]])[] = [
  ["gzip", [0x1f, 0x8b]],
  ["Zstandard", [0x28, 0xb5, 0x2f, 0xfd]],
];
const MAGIC_BYTES = 4;
const CHUNK_BYTES = 1 << 20;

/** How the file is packed; null for not at all. E_PATH where there is none. */
export async function packingOf(path: string): Promise<Packing | null> {
  try {
    const file = await open(path, "r");
    try {
      const beginning = new Uint8Array(MAGIC_BYTES);
      const { bytesRead } = await file.read(beginning, 0, MAGIC_BYTES, 0);
      const isLike = (magic: readonly number[]) =>
        bytesRead >= magic.length && magic.every((byte, i) => beginning[i] === byte);
      return MAGIC.find(([, magic]) => isLike(magic))?.[0] ?? null;
    } finally {
      await file.close();
    }
  } catch (error) {
    throw pathError("E_PATH", path, error);
  }
}

/** The unpacked bytes, piece by piece. E_FILE when what is packed is cut short or damaged; E_PATH; E_INTERRUPTED. */
export async function* unpackedChunks(
  path: string,
  packing: Packing | null,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const source = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  try {
    const chunks: AsyncIterable<Uint8Array> =
      packing === "gzip" ? gunzipped(source) : packing === "Zstandard" ? unzstd(source) : source;
    for await (const chunk of chunks) {
      if (signal?.aborted) throw new VaekitError("E_INTERRUPTED", `${path}: stopped while it was read`);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof VaekitError) throw error;
    const code = systemCode(error);
    if (packing === null || (code !== undefined && !code.startsWith("Z_"))) throw pathError("E_PATH", path, error);
    const message = error instanceof Error ? error.message : String(error);
    const what = /unexpected (end of file|EOF)/.test(message) ? "cut short" : `damaged (${message})`;
    throw new VaekitError("E_FILE", `${path}: the ${packing} data is ${what}`, "Copy or download the file again.", {
      cause: error,
    });
  } finally {
    source.destroy();
  }
}

/** Reads that fail have to reach the reader of what is unpacked. */
function gunzipped(source: ReturnType<typeof createReadStream>): AsyncIterable<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  source.on("error", (error) => gunzip.destroy(error));
  return source.pipe(gunzip);
}

async function* unzstd(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const ready: Uint8Array[] = [];
  const decompress = new Decompress((chunk) => {
    ready.push(chunk);
  });
  for await (const chunk of source) {
    decompress.push(chunk);
    yield* ready.splice(0);
  }
  decompress.push(new Uint8Array(0), true);
  yield* ready;
}
