/** Counts what of some bytes is UTF-8 and what is not, and says where it first is not. */

const LF = 10;
/** Bytes that stand for no character in Windows-1252. */
const UNDEFINED_1252 = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d]);

/** Bytes come in pieces; a character may lie in two of them. The Encoding Standard's decoder, section 8.1.1. */
export class Utf8Tally {
  bytes = 0;
  /** Bytes that are not ASCII. */
  high = 0;
  /** Characters of several bytes. */
  characters = 0;
  /** Places that are no UTF-8. */
  invalid = 0;
  /** Bytes that are no Windows-1252 either. */
  undefined = 0;
  /** Where the first such place is, from 1. */
  firstLine = 0;
  firstByte = 0;
  #line = 1;
  /** Bytes that the character under way still needs, and between which the next one lies. */
  #needed = 0;
  #low = 0x80;
  #high = 0xbf;

  push(chunk: Uint8Array): void {
    for (const byte of chunk) {
      this.bytes++;
      if (byte >= 0x80) {
        this.high++;
        if (UNDEFINED_1252.has(byte)) this.undefined++;
      }
      if (this.#needed > 0) {
        if (byte >= this.#low && byte <= this.#high) {
          [this.#low, this.#high] = [0x80, 0xbf];
          if (--this.#needed === 0) this.characters++;
          continue;
        }
        this.#fail(this.bytes - 1);
      }
      if (byte >= 0x80) this.#begin(byte);
      else if (byte === LF) this.#line++;
    }
  }

  end(): void {
    if (this.#needed > 0) this.#fail(this.bytes);
  }

  #begin(byte: number): void {
    if (byte < 0xc2 || byte > 0xf4) this.#fail(this.bytes);
    else this.#needed = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    if (byte === 0xe0) this.#low = 0xa0;
    if (byte === 0xed) this.#high = 0x9f;
    if (byte === 0xf0) this.#low = 0x90;
    if (byte === 0xf4) this.#high = 0x8f;
  }

  #fail(at: number): void {
    this.#needed = 0;
    [this.#low, this.#high] = [0x80, 0xbf];
    if (this.invalid++ > 0) return;
    this.firstLine = this.#line;
    this.firstByte = at;
  }
}
