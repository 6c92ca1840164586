/** Weights: written and read back bit for bit; files that lie about their contents are refused. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseSafetensors, type Safetensor, writeSafetensors } from "../../src/files/safetensors.js";
import { errorOf, parseDamaged } from "../helpers/damage.js";

/** A file with any header. */
function file(header: unknown, data = new Uint8Array(0)): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const out = new Uint8Array(8 + json.length + data.length);
  new DataView(out.buffer).setBigUint64(0, BigInt(json.length), true);
  out.set(json, 8);
  out.set(data, 8 + json.length);
  return out;
}

const tensor = fc.array(fc.nat(4), { maxLength: 3 }).chain((shape) => {
  const count = shape.reduce((product, size) => product * size, 1);
  const of = (make: (length: number) => Safetensor["values"]) => ({ shape, values: make(count) });
  return fc.constantFrom<Safetensor>(
    of((n) => Float32Array.from({ length: n }, (_, i) => i / 3)),
    of((n) => Float64Array.from({ length: n }, (_, i) => i / 3)),
    of((n) => Int32Array.from({ length: n }, (_, i) => -i)),
    of((n) => BigInt64Array.from({ length: n }, (_, i) => -BigInt(i))),
    of((n) => Uint8Array.from({ length: n }, (_, i) => i)),
  );
});

describe("safetensors", () => {
  test("any tensors and metadata come back as they were written", () => {
    const name = fc.string({ minLength: 1 }).filter((text) => text !== "__metadata__");
    fc.assert(
      fc.property(fc.array(fc.tuple(name, tensor)), fc.dictionary(fc.string(), fc.string()), (entries, metadata) => {
        const tensors = new Map(entries);
        const parsed = parseSafetensors(writeSafetensors(tensors, metadata), "x.safetensors");
        expect(new Map([...parsed.tensors].map(([key, { shape, values }]) => [key, { shape, values }]))).toEqual(
          tensors,
        );
        expect({ ...parsed.metadata }).toEqual({ ...metadata });
      }),
    );
  });

  test("tensors lie aligned, so that reading copies nothing", () => {
    const bytes = writeSafetensors(
      new Map<string, Safetensor>([
        ["flags", { shape: [3], values: new Uint8Array(3) }],
        ["weight", { shape: [2], values: Float32Array.of(1, 2) }],
        ["steps", { shape: [1], values: BigInt64Array.of(7n) }],
      ]),
    );
    for (const { values } of parseSafetensors(bytes, "x").tensors.values()) expect(values.buffer).toBe(bytes.buffer);
  });

  test("a truncated file is refused wherever it was cut", async () => {
    const bytes = writeSafetensors(new Map([["w", { shape: [4], values: new Float32Array(4) }]]));
    for (let length = 0; length < bytes.length; length++) {
      expect((await errorOf(() => parseSafetensors(bytes.subarray(0, length), "w.safetensors"))).code).toBe("E_FILE");
    }
  });

  test.each([
    [
      "a header longer than the file",
      Uint8Array.from([255, 255, 255, 255, 0, 0, 0, 0, 123, 125]),
      /header has 4294967295 bytes/,
    ],
    ["a header that is no JSON", file("{nope"), /no JSON/],
    ["a header that is a list", file([]), /no JSON object/],
    [
      "overlapping tensors",
      file(
        { a: { dtype: "U8", shape: [4], data_offsets: [0, 4] }, b: { dtype: "U8", shape: [4], data_offsets: [2, 6] } },
        new Uint8Array(6),
      ),
      /"b" begins at 2, expected 4/,
    ],
    [
      "a gap between tensors",
      file(
        { a: { dtype: "U8", shape: [2], data_offsets: [0, 2] }, b: { dtype: "U8", shape: [2], data_offsets: [4, 6] } },
        new Uint8Array(6),
      ),
      /"b" begins at 4, expected 2/,
    ],
    ["bytes left over", file({ a: { dtype: "U8", shape: [2], data_offsets: [0, 2] } }, new Uint8Array(3)), /left over/],
    [
      "a shape that does not fit",
      file({ a: { dtype: "F32", shape: [2], data_offsets: [0, 4] } }, new Uint8Array(4)),
      /has 4 bytes, expected 8/,
    ],
    [
      "offsets the wrong way round",
      file({ a: { dtype: "U8", shape: [0], data_offsets: [4, 0] } }, new Uint8Array(4)),
      /-4 bytes/,
    ],
    [
      "a negative size",
      file({ a: { dtype: "U8", shape: [-1], data_offsets: [0, 1] } }, new Uint8Array(1)),
      /invalid shape/,
    ],
    [
      "an unknown type",
      file({ a: { dtype: "BF16", shape: [1], data_offsets: [0, 2] } }, new Uint8Array(2)),
      /type "BF16", which is not read/,
    ],
    ["metadata that is no text", file({ __metadata__: { epoch: 3 } }), /"epoch" is no string/],
  ])("%s is refused", async (_what, bytes, message) => {
    const error = await errorOf(() => parseSafetensors(bytes, "w.safetensors"));
    expect(error.code).toBe("E_FILE");
    expect(error.message).toMatch(message);
  });

  test("damaged files give an error or tensors that fit their shapes", async () => {
    const bytes = writeSafetensors(
      new Map<string, Safetensor>([
        ["encoder.weight", { shape: [3, 4], values: Float32Array.from({ length: 12 }, (_, i) => i) }],
        ["count", { shape: [2], values: BigInt64Array.of(1n, 2n) }],
      ]),
      { format: "vaekit" },
    );
    for (const { tensors } of await parseDamaged(bytes, (damaged) => parseSafetensors(damaged, "x"))) {
      for (const { shape, values } of tensors.values()) {
        expect(values.length).toBe(shape.reduce((product, size) => product * size, 1));
      }
    }
  });
});
