/** Files as the database can read them: unpacked, and text as UTF-8. What is not so is copied, made so, to a temporary file. */

import { isUtf8 } from "node:buffer";
import { open, rm } from "node:fs/promises";
import { VaekitError } from "../../errors.js";
import { writeAll } from "../atomic.js";
import { pathError } from "../system-error.js";
import type { TemporaryFolder } from "./temporary-folder.js";
import { packingOf, unpackedChunks } from "./unpack.js";

export interface PlainFile {
  /** As a person calls it. */
  readonly name: string;
  /** Where its plain bytes lie. */
  readonly path: string;
}
export interface PlainText extends PlainFile {
  /** Its beginning, without a byte order mark. */
  readonly head: string;
  /** Whether that is all there is. */
  readonly whole: boolean;
  readonly notices: readonly string[];
}
export interface PlainOptions {
  readonly folder: TemporaryFolder;
  readonly signal?: AbortSignal;
}

/** As much of a text as its form is judged by. */
const HEAD_BYTES = 1 << 20;
const REPEATED = "Copy or export the file again.";

let copies = 0;

/** The file at `name`, unpacked. E_FILE, E_PATH, E_OUT, E_INTERRUPTED. */
export async function plainFile(name: string, { folder, signal }: PlainOptions): Promise<PlainFile> {
  const packing = await packingOf(name);
  if (packing === null) return { name, path: name };
  const path = folder.path(`unpacked-${copies++}`);
  await writeChunks(path, unpackedChunks(name, packing, signal));
  return { name, path };
}

type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";

/**
 * The text file at `name`, unpacked, in UTF-8 without a byte order mark: UTF-16 is known by its mark, and what is not
 * UTF-8 is taken to be Windows-1252, of which Latin-1 is a part. E_FILE for NUL characters; E_PATH, E_OUT, E_INTERRUPTED.
 */
export async function plainText(name: string, { folder, signal }: PlainOptions): Promise<PlainText> {
  const packing = await packingOf(name);
  let path = name;
  if (packing !== null) path = folder.path(`unpacked-${copies++}`);
  const source = () => unpackedChunks(path, null, signal);

  const survey = new Survey(name);
  const surveyed = survey.of(unpackedChunks(name, packing, signal));
  if (packing === null) for await (const _ of surveyed);
  else await writeChunks(path, surveyed);

  const { encoding, marked } = survey;
  const notices: string[] = [];
  if (encoding === "windows-1252") notices.push(`${name}: it is not UTF-8 and is read as Windows-1252 (Latin-1)`);
  if (encoding !== "utf-8" || marked) {
    const copy = folder.path(`text-${copies++}`);
    await writeChunks(copy, recoded(source(), encoding, name));
    if (packing !== null) await rm(path);
    path = copy;
  }
  const { text, whole } = await headOf(path);
  return { name, path, head: text, whole, notices };
}

/** What the bytes of a text are, found while they pass. */
class Survey {
  encoding: Encoding = "utf-8";
  /** Whether a byte order mark stands at the beginning. */
  marked = false;
  #carry = new Uint8Array(0);
  #read = 0;
  constructor(readonly name: string) {}

  async *of(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    let isFirst = true;
    for await (const chunk of chunks) {
      if (isFirst) this.#begin(chunk);
      isFirst = false;
      if (!this.encoding.startsWith("utf-16")) this.#checkNul(chunk);
      if (this.encoding === "utf-8") this.#checkUtf8(chunk);
      this.#read += chunk.length;
      yield chunk;
    }
    if (this.encoding === "utf-8" && this.#carry.length > 0) this.encoding = "windows-1252";
  }

  #begin([a, b, c]: Uint8Array): void {
    if (a === 0xff && b === 0xfe) this.encoding = "utf-16le";
    else if (a === 0xfe && b === 0xff) this.encoding = "utf-16be";
    else this.marked = a === 0xef && b === 0xbb && c === 0xbf;
  }

  #checkNul(chunk: Uint8Array): void {
    const at = chunk.indexOf(0);
    if (at >= 0) throw nulError(this.name, `byte ${this.#read + at + 1}`);
  }

  #checkUtf8(chunk: Uint8Array): void {
    const bytes = this.#carry.length === 0 ? chunk : Buffer.concat([this.#carry, chunk]);
    const end = completeEnd(bytes);
    if (!isUtf8(bytes.subarray(0, end))) this.encoding = "windows-1252";
    this.#carry = Uint8Array.from(bytes.subarray(end));
  }
}

function nulError(name: string, place: string): VaekitError {
  return new VaekitError(
    "E_FILE",
    `${name}: a NUL character at ${place}: this is no text, or UTF-16 without a byte order mark`,
    "Save it as UTF-8.",
  );
}

/** Where the last whole character of UTF-8 ends. */
function completeEnd(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    if (byte < 0x80) break;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}

async function* recoded(
  chunks: AsyncIterable<Uint8Array>,
  encoding: Encoding,
  name: string,
): AsyncGenerator<Uint8Array, void> {
  const decoder = new TextDecoder(encoding); // which drops the mark
  const encoder = new TextEncoder();
  let line = 1;
  const checked = (text: string) => {
    const at = text.indexOf("\0");
    if (at >= 0) throw nulError(name, `line ${line + text.slice(0, at).split("\n").length - 1}`);
    if (encoding.startsWith("utf-16")) line += text.split("\n").length - 1;
    return encoder.encode(text);
  };
  for await (const chunk of chunks) yield checked(decoder.decode(chunk, { stream: true }));
  yield checked(decoder.decode());
}

/** A copy with lines that end in LF alone, for files whose lines end in different ways. */
export async function evenLines(file: PlainFile, { folder, signal }: PlainOptions): Promise<string> {
  const path = folder.path(`lines-${copies++}`);
  await writeChunks(path, evened(unpackedChunks(file.path, null, signal)));
  return path;
}

const [LF, CR] = [10, 13];

async function* evened(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let afterReturn = false;
  for await (const chunk of chunks) {
    const out = new Uint8Array(chunk.length);
    let length = 0;
    for (const byte of chunk) {
      if (byte !== LF || !afterReturn) out[length++] = byte === CR ? LF : byte;
      afterReturn = byte === CR;
    }
    yield out.subarray(0, length);
  }
}

async function writeChunks(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, "wx").catch((error) => {
    throw pathError("E_OUT", path, error);
  });
  try {
    for await (const chunk of chunks) {
      await writeAll(file, chunk).catch((error) => {
        throw pathError("E_OUT", path, error);
      });
    }
  } finally {
    await file.close();
  }
}

async function headOf(path: string): Promise<{ text: string; whole: boolean }> {
  try {
    const file = await open(path, "r");
    try {
      const { size } = await file.stat();
      const bytes = new Uint8Array(Math.min(size, HEAD_BYTES));
      for (let done = 0; done < bytes.length; ) {
        const { bytesRead } = await file.read(bytes, done, bytes.length - done, done);
        if (bytesRead === 0) throw new VaekitError("E_FILE", `${path}: cut short while it was read`, REPEATED);
        done += bytesRead;
      }
      return { text: new TextDecoder().decode(bytes.subarray(0, completeEnd(bytes))), whole: size <= HEAD_BYTES };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw pathError("E_PATH", path, error);
  }
}
