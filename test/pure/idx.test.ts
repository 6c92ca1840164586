/** IDX files, as MNIST comes in. */

import fc from "fast-check";
import { gzipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { parseIdx } from "../../src/files/idx.js";
import { errorOf, parseDamaged } from "../helpers/damage.js";
import { idxFile } from "../helpers/idx-file.js";

describe("idx", () => {
  test("bytes of any shape come back", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(6), { minLength: 1, maxLength: 4 }), (shape) => {
        const values = Uint8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i);
        expect(parseIdx(idxFile(shape, values), "x")).toEqual({ shape, values });
      }),
    );
  });

  test("floats and whole numbers are big-endian", () => {
    const floats = Uint8Array.from([0, 0, 13, 1, 0, 0, 0, 2, 0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0]);
    expect(parseIdx(floats, "x").values).toEqual(Float32Array.of(1, -2));
    const shorts = Uint8Array.from([0, 0, 11, 1, 0, 0, 0, 1, 1, 0]);
    expect(parseIdx(shorts, "x").values).toEqual(Int16Array.of(256));
  });

  test("a gzipped file opens like a plain one", () => {
    const plain = idxFile([20, 28, 28], new Uint8Array(20 * 784).fill(7));
    expect(parseIdx(gzipSync(plain), "x.gz")).toEqual(parseIdx(plain, "x"));
  });

  test("a download that was cut off says what is missing", async () => {
    const plain = idxFile([10, 28, 28], new Uint8Array(7840));
    const error = await errorOf(() => parseIdx(plain.subarray(0, 5000), "train-images-idx3-ubyte"));
    expect(error.code).toBe("E_FILE");
    expect(error.message).toBe("train-images-idx3-ubyte: truncated IDX file: got 5000 bytes, expected 7856");
    const packed = gzipSync(Uint8Array.from({ length: 60_000 }, (_, i) => (i * i) % 251));
    for (const length of [5, 12, 100, packed.length - 9, packed.length - 1]) {
      const cut = await errorOf(() => parseIdx(packed.subarray(0, length), "t.gz"));
      expect(cut.code).toBe("E_FILE");
      expect(cut.message).toMatch(/^t\.gz: /);
    }
  });

  test("a file that packs very well opens, and is refused when it lies about its size", async () => {
    const zeros = idxFile([5000, 28, 28], new Uint8Array(5000 * 784));
    const packed = gzipSync(zeros);
    expect(packed.length).toBeLessThan(20_000);
    expect(parseIdx(packed, "x.gz").shape).toEqual([5000, 28, 28]);
    const size = new DataView(packed.buffer, packed.byteOffset + packed.length - 4);
    for (const claimed of [zeros.length - 1, zeros.length + 1, 2 ** 32 - 1]) {
      size.setUint32(0, claimed, true);
      expect((await errorOf(() => parseIdx(packed, "x.gz"))).code).toBe("E_FILE");
    }
  });

  test("a gzip bomb is refused by what it declares", async () => {
    const bomb = gzipSync(
      new Uint8Array(300_000).map((_, i) => i * i * i),
      { level: 0 },
    );
    new DataView(bomb.buffer, bomb.byteOffset + bomb.length - 4).setUint32(0, 280 * 2 ** 20, true);
    expect((await errorOf(() => parseIdx(bomb, "x.gz"))).message).toMatch(/unpacks 300\d+ bytes to 293601280: a bomb/);
  });

  test("a file that is something else says how it begins", async () => {
    expect((await errorOf(() => parseIdx(new TextEncoder().encode("<html>"), "x"))).message).toMatch(
      /begins with 3c 68 74 6d/,
    );
    expect((await errorOf(() => parseIdx(new Uint8Array(0), "x"))).message).toMatch(/begins with no bytes/);
  });

  test("a header that claims more than there is asks for no memory", async () => {
    const error = await errorOf(() =>
      parseIdx(Uint8Array.from([0, 0, 14, 2, 255, 255, 255, 255, 255, 255, 255, 255]), "x"),
    );
    expect(error.message).toMatch(/got 12 bytes, expected 1475739525/);
  });

  test("damaged files give an error or an array that fits its shape; damaged gzip gives errors or the same", async () => {
    const plain = idxFile(
      [6, 5, 5],
      Uint8Array.from({ length: 150 }, (_, i) => i),
    );
    for (const { shape, values } of await parseDamaged(plain, (bytes) => parseIdx(bytes, "x"))) {
      expect(values.length).toBe(shape.reduce((a, b) => a * b, 1));
    }
    const right = parseIdx(plain, "x");
    for (const answer of await parseDamaged(gzipSync(plain), (bytes) => parseIdx(bytes, "x")))
      expect(answer).toEqual(right);
  });
});
