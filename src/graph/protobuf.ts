/** Writes protocol buffers: varints, fixed floats and length-delimited fields. */

export class ProtobufWriter {
  private bytes = new Uint8Array(256);
  private length = 0;

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }
  /** A whole number up to 2^53, or a negative one as 64-bit two's complement. */
  private rawVarint(value: number): void {
    this.reserve(10);
    if (value < 0) {
      let big = BigInt.asUintN(64, BigInt(value));
      while (big > 127n) {
        this.bytes[this.length++] = Number(big & 127n) | 128;
        big >>= 7n;
      }
      this.bytes[this.length++] = Number(big);
      return;
    }
    let rest = value;
    while (rest > 127) {
      this.bytes[this.length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.length++] = rest;
  }
  varint(field: number, value: number): this {
    this.rawVarint(field * 8);
    this.rawVarint(value);
    return this;
  }
  float(field: number, value: number): this {
    this.rawVarint(field * 8 + 5);
    this.reserve(4);
    new DataView(this.bytes.buffer).setFloat32(this.length, value, true);
    this.length += 4;
    return this;
  }
  data(field: number, bytes: Uint8Array): this {
    this.rawVarint(field * 8 + 2);
    this.rawVarint(bytes.length);
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
    return this;
  }
  text(field: number, text: string): this {
    return this.data(field, new TextEncoder().encode(text));
  }
  message(field: number, build: (message: ProtobufWriter) => void): this {
    const inner = new ProtobufWriter();
    build(inner);
    return this.data(field, inner.finish());
  }
  finish(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}
