/** Data addresses and the order of records. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAddress, withIndex } from "../../src/data/address.js";
import { batchCount, batches } from "../../src/data/batches.js";
import type { Dataset } from "../../src/data/dataset.js";
import { pictureDataset } from "../../src/data/pictures.js";
import { epochOrder, shuffled } from "../../src/data/shuffle.js";
import { sampleIndices, splitIndices } from "../../src/data/split.js";
import { subset } from "../../src/data/subset.js";
import { errorOf } from "../helpers/damage.js";

/** Five pictures of one pixel, 0..4. */
const five = (): Dataset =>
  pictureDataset(
    { count: 5, height: 1, width: 1, channels: 1, pixels: Uint8Array.of(0, 1, 2, 3, 4) },
    { name: "five", fingerprint: "f", labels: { names: ["even", "odd"], indices: Int32Array.of(0, 1, 0, 1, 0) } },
  );

describe("an address", () => {
  test.each([
    ["mnist", "mnist", null, null],
    ["mnist#test", "mnist", "test", null],
    ["mnist#test/12", "mnist", "test", 12],
    ["x.npz#images", "x.npz", "images", null],
    ["faces.zip#train/cats/3", "faces.zip", "train/cats", 3],
    ["folder/3.png", "folder/3.png", null, null],
    ["folder/3", "folder/3", null, null],
    ["C:\\data#a/0", "C:\\data", "a", 0],
    ["-", "-", null, null],
  ])("%s", (text, source, part, index) => {
    expect(parseAddress(text)).toEqual({ text, source, part, index });
  });

  test("a trailing number may also be read as an index", () => {
    expect(withIndex(parseAddress("mnist/12"))).toEqual({ text: "mnist/12", source: "mnist", part: null, index: 12 });
    expect(withIndex(parseAddress("mnist"))).toBeNull();
    expect(withIndex(parseAddress("mnist#test"))).toBeNull();
  });

  test.each(["", "#test", "mnist#", "mnist#/3", "  #x"])("%j is refused", async (text) => {
    expect((await errorOf(() => parseAddress(text))).code).toBe("E_OPTION");
  });

  test("an index beyond all numbers is refused", async () => {
    expect((await errorOf(() => parseAddress("a#b/99999999999999999999"))).message).toMatch(/too large/);
  });
});

describe("records", () => {
  test("are split into training and validation without loss or overlap", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        fc.nat(),
        (count, fraction, seed) => {
          const { train, valid } = splitIndices(count, fraction, seed);
          expect([...train, ...valid].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
          expect([...train]).toEqual([...train].sort((a, b) => a - b));
          expect(train.length).toBeGreaterThan(0);
          if (fraction > 0 && count > 1) expect(valid.length).toBeGreaterThan(0);
        },
      ),
    );
    expect(splitIndices(1000, 0.1, 7).valid.length).toBe(100);
    expect(splitIndices(1000, 0.1, 7)).toEqual(splitIndices(1000, 0.1, 7));
    expect(splitIndices(1000, 0.1, 7)).not.toEqual(splitIndices(1000, 0.1, 8));
  });

  test("a fraction that leaves nothing to train on is refused", async () => {
    for (const fraction of [1, -0.1, Number.NaN]) {
      expect((await errorOf(() => splitIndices(10, fraction, 0))).code).toBe("E_OPTION");
    }
  });

  test("come in another order each epoch, the same in every run", () => {
    expect(epochOrder(100, 7, 3)).toEqual(epochOrder(100, 7, 3));
    expect(epochOrder(100, 7, 3)).not.toEqual(epochOrder(100, 7, 4));
    expect([...shuffled(Uint32Array.of(5, 7, 9), 7, 0)].sort()).toEqual([5, 7, 9]);
  });

  test("a sample is in the source's order", () => {
    const sample = sampleIndices(1000, 50, 1);
    expect(sample.length).toBe(50);
    expect([...sample]).toEqual([...new Set(sample)].sort((a, b) => a - b));
    expect([...sampleIndices(3, 10, 1)]).toEqual([0, 1, 2]);
  });

  test("a subset numbers its records anew and keeps their labels", async () => {
    const some = subset(subset(five(), Uint32Array.of(4, 3, 1)), Uint32Array.of(2, 0));
    expect(some.count).toBe(2);
    expect(await some.read([0, 1])).toEqual({ image: Uint8Array.of(1, 4) });
    expect([...some.labels!.indices]).toEqual([1, 0]);
    expect(some.id(0)).toBe("1");
    expect(some.fingerprint).not.toBe(subset(five(), Uint32Array.of(1, 2)).fingerprint);
    expect((await errorOf(() => some.read([2]))).message).toBe("five: no record 2, it has 2 (0..1)");
  });
});

describe("batches", () => {
  const read = async (dataset: Dataset, options: Parameters<typeof batches>[2]) => {
    const seen: number[][] = [];
    for await (const { columns } of batches(dataset, Uint32Array.of(4, 3, 2, 1, 0), options))
      seen.push([...columns.image]);
    return seen;
  };

  test("cover the order; the last may be kept or dropped; a run may begin in the middle", async () => {
    expect(await read(five(), { batchSize: 2 })).toEqual([[4, 3], [2, 1], [0]]);
    expect(await read(five(), { batchSize: 2, remainder: "drop" })).toEqual([
      [4, 3],
      [2, 1],
    ]);
    expect(await read(five(), { batchSize: 2, from: 2 })).toEqual([[0]]);
    expect(await read(five(), { batchSize: 9, remainder: "drop" })).toEqual([]);
    expect(batchCount(5, { batchSize: 2 })).toBe(3);
  });

  test("are read one ahead where reading takes time, and an error comes out where it belongs", async () => {
    const asked: number[] = [];
    const slow: Dataset = {
      ...five(),
      read: async (indices) => {
        asked.push(indices[0]);
        if (indices[0] === 2) throw new Error("the disk is gone");
        return five().read(indices);
      },
    };
    const steps = batches(slow, Uint32Array.of(0, 1, 2), { batchSize: 1 });
    await steps.next();
    expect(asked).toEqual([0, 1]);
    await steps.next();
    await expect(steps.next()).rejects.toThrow("the disk is gone");
  });
});
