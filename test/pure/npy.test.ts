/** NumPy arrays: what Python writes is read, what is written Python reads, what is damaged is refused. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type NpyNumbers, parseNpy, writeNpy } from "../../src/files/npy.js";
import { errorOf, parseDamaged } from "../helpers/damage.js";

/** An npy file as NumPy lays it out, with any header. */
function npy(header: string, data: ArrayLike<number>, version = 1): Uint8Array {
  const text = new TextEncoder().encode(`${header}\n`);
  const length = version === 1 ? [text.length & 255, text.length >> 8] : [text.length & 255, text.length >> 8, 0, 0];
  return Uint8Array.from([
    0x93,
    ...new TextEncoder().encode("NUMPY"),
    version,
    0,
    ...length,
    ...text,
    ...Array.from(data),
  ]);
}
const header = (descr: string, shape: string, fortran = "False") =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`;

describe("npy", () => {
  test("an array of any type and shape comes back as it was written", () => {
    const makers: ((length: number) => NpyNumbers)[] = [
      (n) => Uint8Array.from({ length: n }, (_, i) => i * 7),
      (n) => Int8Array.from({ length: n }, (_, i) => i * 7),
      (n) => Int16Array.from({ length: n }, (_, i) => i * -700),
      (n) => Uint16Array.from({ length: n }, (_, i) => i * 700),
      (n) => Int32Array.from({ length: n }, (_, i) => i * -70_000),
      (n) => Uint32Array.from({ length: n }, (_, i) => i * 70_000),
      (n) => BigInt64Array.from({ length: n }, (_, i) => BigInt(i) * -(10n ** 15n)),
      (n) => BigUint64Array.from({ length: n }, (_, i) => BigInt(i) * 10n ** 15n),
      (n) => Float32Array.from({ length: n }, (_, i) => i / 7),
      (n) => Float64Array.from({ length: n }, (_, i) => i / 7),
    ];
    fc.assert(
      fc.property(fc.array(fc.nat(5), { maxLength: 4 }), fc.constantFrom(...makers), (shape, make) => {
        const values = make(shape.reduce((product, size) => product * size, 1));
        const parsed = parseNpy(writeNpy(shape, values), "x.npy");
        expect(parsed.shape).toEqual(shape);
        expect(parsed.values).toEqual(values);
      }),
    );
  });

  test("strings come back, also those outside the basic plane and the empty one", () => {
    const words = ["", "cat", "čtyři", "😀😀"];
    expect(parseNpy(writeNpy([2, 2], words), "x.npy")).toEqual({ type: "U5", shape: [2, 2], values: words });
  });

  test("big-endian numbers are read in their order", () => {
    expect(parseNpy(npy(header(">i2", "(2,)"), [1, 0, 255, 254]), "x").values).toEqual(Int16Array.of(256, -2));
    expect(parseNpy(npy(header(">f4", "(1,)"), [0x3f, 0x80, 0, 0]), "x").values).toEqual(Float32Array.of(1));
  });

  test("half precision is widened, with its smallest and infinite values", () => {
    const bytes = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7c00, 0x3555).buffer;
    const { values } = parseNpy(npy(header("<f2", "(5,)"), new Uint8Array(bytes)), "x");
    expect(Array.from(values as Float32Array)).toEqual([1, -2, 2 ** -24, Number.POSITIVE_INFINITY, 0.333251953125]);
  });

  test("booleans are 0 and 1", () => {
    expect(parseNpy(npy(header("|b1", "(3,)"), [0, 1, 255]), "x")).toEqual({
      type: "b1",
      shape: [3],
      values: Uint8Array.of(0, 1, 1),
    });
  });

  test("Fortran order is turned into rows", () => {
    // [[1, 2, 3], [4, 5, 6]] column by column
    const parsed = parseNpy(npy(header("|u1", "(2, 3)", "True"), [1, 4, 2, 5, 3, 6]), "x");
    expect(Array.from(parsed.values as Uint8Array)).toEqual([1, 2, 3, 4, 5, 6]);
    const cube = parseNpy(npy(header("|u1", "(2, 2, 2)", "True"), [0, 4, 2, 6, 1, 5, 3, 7]), "x");
    expect(Array.from(cube.values as Uint8Array)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test("versions 2 and 3, a zero-dimensional array and Python 2's longs are read", () => {
    for (const version of [2, 3]) expect(parseNpy(npy(header("|u1", "(2,)"), [1, 2], version), "x").shape).toEqual([2]);
    expect(parseNpy(npy(header("|u1", "()"), [9]), "x")).toEqual({ type: "u1", shape: [], values: Uint8Array.of(9) });
    expect(parseNpy(npy(header("|u1", "(1L, 2L)"), [1, 2]), "x").shape).toEqual([1, 2]);
  });

  test("pickled objects are refused before anything is unpickled", async () => {
    const error = await errorOf(() => parseNpy(npy(header("|O", "(2,)"), [0x80, 4]), "x.npy"));
    expect(error.code).toBe("E_FILE");
    expect(error.message).toMatch(/x\.npy: holds Python objects.*not read/);
  });

  test("records, complex numbers and dates are refused by name", async () => {
    expect(
      (
        await errorOf(() =>
          parseNpy(npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", []), "x"),
        )
      ).message,
    ).toMatch(/structured/);
    expect((await errorOf(() => parseNpy(npy(header("<c8", "(1,)"), new Uint8Array(8)), "x"))).message).toMatch(
      /"c8" are not read/,
    );
    expect((await errorOf(() => parseNpy(npy(header("<M8[ns]", "(1,)"), new Uint8Array(8)), "x"))).message).toMatch(
      /M8/,
    );
  });

  test("a truncated file says how many bytes there are and how many there should be", async () => {
    const bytes = writeNpy([10, 4, 4], new Uint8Array(160));
    const error = await errorOf(() => parseNpy(bytes.subarray(0, 200), "x.npy"));
    expect(error.message).toBe("x.npy: truncated npy file: got 200 bytes, expected 288");
    for (const length of [0, 5, 6, 9, 20])
      expect((await errorOf(() => parseNpy(bytes.subarray(0, length), "x"))).code).toBe("E_FILE");
  });

  test("a header that claims a petabyte is refused before memory is asked for", async () => {
    for (const shape of ["(1125899906842624,)", "(99999999, 99999999, 99999999)", "(0, 1125899906842624)"]) {
      const bytes = npy(header("<f8", shape), [1, 2, 3]);
      expect((await errorOf(() => parseNpy(bytes, "x"))).code).toBe("E_FILE");
    }
    expect((await errorOf(() => parseNpy(npy(header("<U0", "(999999999,)"), []), "x"))).code).toBe("E_FILE");
  });

  test("damaged files give an error or an array that fits its shape", async () => {
    const files = [
      writeNpy(
        [4, 3, 3],
        Float32Array.from({ length: 36 }, (_, i) => i),
      ),
      writeNpy([3], ["ab", "c", "déf"]),
    ];
    for (const file of files) {
      for (const { shape, values } of await parseDamaged(file, (bytes) => parseNpy(bytes, "x"))) {
        expect(values.length).toBe(shape.reduce((product, size) => product * size, 1));
      }
    }
  });
});
