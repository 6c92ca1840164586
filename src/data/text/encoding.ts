/** How the bytes of a text file are to be read as characters. */

import { VaekitError } from "../../errors.js";
import { Utf8Tally } from "./utf8-tally.js";

export type TextEncoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";

export interface EncodingFound {
  readonly encoding: TextEncoding;
  /** Whether there is something in it that cannot be read. */
  readonly damaged: boolean;
  readonly notices: readonly string[];
}

/** Gives the bytes from the beginning, as often as it is called. */
export type Bytes = () => AsyncIterable<Uint8Array>;

const GLANCE_BYTES = 1 << 16;
/** Half of the bytes of Latin text in UTF-16 are NUL, all on one side. */
const NUL_SHARE = 0.3;
const FEWEST_NULS = 4;
/** A tenth of the bytes of a packed or compiled file are control characters. */
const CONTROL_SHARE = 0.05;
/** Windows-1252 serves languages of Latin letters, in which others than ASCII's are few. */
const HIGH_SHARE = 0.25;
const ORDER = { "utf-16le": "little-endian", "utf-16be": "big-endian" } as const;
const UTF_32 = [
  [0xff, 0xfe, 0, 0],
  [0, 0, 0xfe, 0xff],
];

/**
 * Looks at all bytes: UTF-8, checked strictly; UTF-16 by its mark, or by NUL bytes on one side; else Windows-1252, of which
 * Latin-1 is a part, where that can be. All but UTF-8 are told in a notice. E_FILE, saying where, for what is no text
 * (NULs, control characters), for UTF-8 with damage (unless it is `tolerant`: then it is `damaged`) and for other encodings.
 */
export async function encodingOf(bytes: Bytes, name: string, tolerant = false): Promise<EncodingFound> {
  const head = await beginning(bytes);
  if (UTF_32.some((mark) => mark.every((byte, i) => head[i] === byte)))
    throw new VaekitError("E_FILE", `${name}: it is UTF-32, expected UTF-8`, "Save it as UTF-8.");
  const wide = utf16Of(head);
  if (wide) {
    const damage = await damageIn(decodedText(bytes(), wide));
    if (damage !== null && !tolerant) throw damaged(name, `not valid UTF-16 (${ORDER[wide]})`, `line ${damage}`);
    const notice = `${name}: it is UTF-16 (${ORDER[wide]}) and is read as such`;
    return { encoding: wide, damaged: damage !== null, notices: [notice] };
  }
  if (hasControls(head)) throw binary(name, "many control characters");
  const { nul, isUtf8 } = await surveyed(bytes);
  if (nul !== null && !tolerant) throw binary(name, `NUL at byte ${nul + 1}`);
  if (isUtf8) return { encoding: "utf-8", damaged: nul !== null, notices: [] };

  const tally = new Utf8Tally();
  for await (const chunk of bytes()) tally.push(chunk);
  tally.end();
  const place = `line ${tally.firstLine}, byte ${tally.firstByte}`;
  if (tally.characters >= tally.invalid) {
    if (!tolerant) throw damaged(name, "invalid UTF-8", place);
    return { encoding: "utf-8", damaged: true, notices: [] };
  }
  if (tally.undefined > 0 || tally.high > tally.bytes * HIGH_SHARE)
    throw new VaekitError(
      "E_FILE",
      `${name}: neither UTF-8 nor Windows-1252 (${place} is not), expected UTF-8`,
      "Convert it from the encoding that it has, as with: iconv -f GB18030 -t UTF-8",
    );
  const notice = `${name}: it is not UTF-8 (${place} is not) and is read as Windows-1252 (Latin-1)`;
  return { encoding: "windows-1252", damaged: nul !== null, notices: [notice] };
}

/** The characters, piece by piece, without a byte order mark; U+FFFD stands for what cannot be read. */
export async function* decodedText(
  chunks: AsyncIterable<Uint8Array>,
  encoding: TextEncoding,
): AsyncGenerator<string, void> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

/** Whether a file that begins so may be text in Unicode. */
export function looksLikeText(head: Uint8Array): boolean {
  if (head.length === 0) return false;
  return utf16Of(head) !== null || (!hasControls(head) && !head.includes(0) && decoded(head, "utf-8") !== null);
}

async function beginning(bytes: Bytes): Promise<Uint8Array> {
  for await (const chunk of bytes()) return chunk.subarray(0, GLANCE_BYTES);
  return new Uint8Array(0);
}

/** UTF-16 by its byte order mark, or by the NULs beside ASCII characters; null for another encoding. */
function utf16Of(head: Uint8Array): "utf-16le" | "utf-16be" | null {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  const nuls = [0, 0]; // at even and odd places
  for (let i = 0; i < head.length; i++) if (head[i] === 0) nuls[i % 2]++;
  const encoding = nuls[1] > nuls[0] ? "utf-16le" : "utf-16be";
  const [few, many] = nuls.sort((a, b) => a - b);
  if (many < FEWEST_NULS || many < (head.length / 2) * NUL_SHARE || few > many / 10) return null;
  return /(?!\s)\p{Cc}/u.test(decoded(head, encoding) ?? "\0") ? null : encoding;
}

/** Null where it is not in this encoding. It may end within a character. */
function decoded(head: Uint8Array, encoding: TextEncoding): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(head, { stream: true });
  } catch {
    return null;
  }
}

/** More than a few control characters, beside blanks, ends of lines and pages, backspace, and what colours terminals. */
function hasControls(head: Uint8Array): boolean {
  let controls = 0;
  for (const byte of head) if (byte < 0x20 && !(byte >= 0x08 && byte <= 0x0d) && byte !== 0x1b) controls++;
  return controls > head.length * CONTROL_SHARE;
}

/** The place of the first NUL, and whether all is UTF-8. */
async function surveyed(bytes: Bytes): Promise<{ nul: number | null; isUtf8: boolean }> {
  let decoder: TextDecoder | null = new TextDecoder("utf-8", { fatal: true });
  let nul: number | null = null;
  let read = 0;
  const check = (chunk?: Uint8Array) => {
    try {
      decoder?.decode(chunk, { stream: chunk !== undefined });
    } catch {
      decoder = null;
    }
  };
  for await (const chunk of bytes()) {
    const at: number = nul === null ? chunk.indexOf(0) : -1;
    if (at >= 0) nul = read + at;
    read += chunk.length;
    check(chunk);
  }
  check();
  return { nul, isUtf8: decoder !== null };
}

/** The first line with NUL or with what could not be read; null for none. */
async function damageIn(pieces: AsyncIterable<string>): Promise<number | null> {
  let line = 1;
  for await (const piece of pieces) {
    const at = piece.search(/[\0\ufffd]/);
    line += piece.slice(0, at < 0 ? piece.length : at).split("\n").length - 1;
    if (at >= 0) return line;
  }
  return null;
}

function binary(name: string, why: string): VaekitError {
  const hint = "Data can be text in UTF-8; tables, pictures and archives are known by their extension.";
  return new VaekitError("E_FILE", `${name}: a binary file (${why}), expected text`, hint);
}

function damaged(name: string, what: string, place: string): VaekitError {
  const hint = "Mend it or copy the file again, or leave out what cannot be read: --on-error skip.";
  return new VaekitError("E_FILE", `${name}: ${what} in ${place}`, hint);
}
