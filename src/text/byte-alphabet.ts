/** Bytes as characters that can be seen, as GPT-2 writes them (Radford et al. 2019): tokens of byte-level BPE. */

/** Printable in Latin-1, and their own characters; the others are U+0100, U+0101 and so on. */
const isPrintable = (byte: number): boolean =>
  (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;

const bytes = Array.from({ length: 256 }, (_, byte) => byte);

/** Bytes in the order of their characters. */
export const ALPHABET_BYTES: readonly number[] = [
  ...bytes.filter(isPrintable),
  ...bytes.filter((byte) => !isPrintable(byte)),
];

const shifted = bytes.filter((byte) => !isPrintable(byte));
const characterOf = (byte: number): string =>
  String.fromCodePoint(isPrintable(byte) ? byte : 256 + shifted.indexOf(byte));

/** Characters in order; the one at i stands for ALPHABET_BYTES[i]. */
export const ALPHABET: readonly string[] = ALPHABET_BYTES.map(characterOf);

const byteOf = new Map(ALPHABET.map((character, i) => [character, ALPHABET_BYTES[i]]));

/** The bytes that a token stands for; null for a character outside the alphabet. */
export function bytesOfToken(token: string): Uint8Array | null {
  const found = Array.from(token, (character) => byteOf.get(character));
  return found.includes(undefined) ? null : Uint8Array.from(found as number[]);
}
