/** Opening arrays of pictures by address, with no disk. */

import { gzipSync } from "fflate";
import { describe, expect, test } from "vitest";
import type { OpenOptions } from "../../src/data/dataset.js";
import { openDataset } from "../../src/data/open.js";
import { writeNpy } from "../../src/files/npy.js";
import { type NpzArray, writeNpz } from "../../src/files/npz.js";
import { errorOf } from "../helpers/damage.js";
import { idxFile } from "../helpers/idx-file.js";
import { memoryHost } from "../helpers/memory-host.js";

const ramp = (count: number) => Uint8Array.from({ length: count }, (_, i) => i);
const digits = {
  "set/train-images-idx3-ubyte": idxFile([5, 2, 2], ramp(20)),
  "set/train-labels-idx1-ubyte": idxFile([5], Uint8Array.of(7, 7, 9, 0, 9)),
  "set/t10k-images-idx3-ubyte.gz": gzipSync(idxFile([3, 2, 2], ramp(12))),
  "set/t10k-labels-idx1-ubyte.gz": gzipSync(idxFile([3], Uint8Array.of(1, 2, 3))),
};
const open = (text: string, files: Record<string, Uint8Array | string>, options: OpenOptions = {}) =>
  openDataset(text, options, memoryHost(files));

describe("a folder of IDX files", () => {
  test("opens as its training part, with labels from the sibling file", async () => {
    const data = await open("set", digits);
    expect(data.count).toBe(5);
    expect(data.schema.fields).toEqual({ image: { kind: "image", height: 2, width: 2, channels: 1 } });
    expect(data.labels).toEqual({ names: ["0", "7", "9"], indices: Int32Array.of(1, 1, 2, 0, 2) });
    expect(data.read([1, 0])).toEqual({ image: Uint8Array.of(4, 5, 6, 7, 0, 1, 2, 3) });
  });

  test("opens by part and index, gzipped or plain", async () => {
    expect((await open("set#test", digits)).count).toBe(3);
    const one = await open("set#test/2", digits);
    expect(await one.read([0])).toEqual({ image: Uint8Array.of(8, 9, 10, 11) });
    expect(one.id(0)).toBe("2");
    expect((await open("set/4", digits)).id(0)).toBe("4");
  });

  test("says which parts there are, and how many records", async () => {
    const part = await errorOf(() => open("set#valid", digits));
    expect([part.code, part.message, part.hint]).toEqual(["E_DATA", 'set: no part "valid"', "It has test, train."]);
    expect((await errorOf(() => open("set#test/3", digits))).message).toBe("set#test/3: no record 3, it has 3 (0..2)");
  });

  test("labels that are too few are an error, a missing label file is not", async () => {
    const few = { ...digits, "set/train-labels-idx1-ubyte": idxFile([4], ramp(4)) };
    expect((await errorOf(() => open("set", few))).message).toMatch(
      /train-labels-idx1-ubyte: labels of shape \[4\], expected one for each of 5/,
    );
    const { "set/train-labels-idx1-ubyte": _, ...without } = digits;
    expect((await open("set", without)).labels).toBeNull();
  });

  test("a label file is no set of pictures", async () => {
    expect((await errorOf(() => open("set/train-labels-idx1-ubyte", digits))).message).toMatch(/which are labels/);
  });

  test("a single file opens too, with its labels", async () => {
    expect((await open("set/train-images-idx3-ubyte", digits)).labels?.names).toEqual(["0", "7", "9"]);
  });
});

describe("limit", () => {
  test("takes a seeded sample in the source's order", async () => {
    const data = await open("set", digits, { limit: 3, seed: 1 });
    const ids = [0, 1, 2].map((i) => Number(data.id(i)));
    expect(data.count).toBe(3);
    expect(ids).toEqual([...ids].sort());
    expect(data.fingerprint).not.toBe((await open("set", digits)).fingerprint);
    expect((await open("set", digits, { limit: 99 })).count).toBe(5);
  });

  test("does not apply to a record named by its index", async () => {
    expect((await open("set#train/4", digits, { limit: 2 })).id(0)).toBe("4");
  });
});

describe("an npz file", () => {
  const pictures = { shape: [4, 2, 2, 3], values: ramp(48) };
  const labels = { shape: [4], values: ["cat", "dog", "cat", "ant"] };

  test("gives its pictures and labels by the usual names", async () => {
    for (const [image, label] of [
      ["images", "labels"],
      ["x", "y"],
      ["arr_0", "y"],
      ["whatever", "y"],
    ]) {
      const data = await open("x.npz", {
        "x.npz": writeNpz(
          new Map<string, NpzArray>([
            [image, pictures],
            [label, labels],
          ]),
        ),
      });
      expect(data.schema.fields.image).toMatchObject({ height: 2, width: 2, channels: 3 });
      expect(data.labels).toEqual({ names: ["ant", "cat", "dog"], indices: Int32Array.of(1, 2, 1, 0) });
    }
  });

  test("gives a part by its key, as Keras and MedMNIST name them", async () => {
    const one = { shape: [1, 2, 2], values: ramp(4) };
    const numbers = { shape: [4, 1], values: Uint8Array.of(1, 0, 1, 0) };
    const keras = {
      "m.npz": writeNpz(
        new Map<string, NpzArray>([
          ["x_test", one],
          ["x_train", pictures],
          ["y_train", labels],
        ]),
      ),
    };
    expect((await open("m.npz", keras)).count).toBe(4);
    expect((await open("m.npz#test", keras)).count).toBe(1);
    expect((await open("m.npz#x_train", keras)).labels?.names).toEqual(["ant", "cat", "dog"]);
    const med = {
      "m.npz": writeNpz(
        new Map<string, NpzArray>([
          ["train_images", pictures],
          ["train_labels", numbers],
          ["val_images", one],
        ]),
      ),
    };
    expect((await open("m.npz#train", med)).labels?.names).toEqual(["0", "1"]);
    expect((await open("m.npz#val", med)).labels).toBeNull();
  });

  test("with several arrays of unknown names asks which", async () => {
    const error = await errorOf(() =>
      open("x.npz", {
        "x.npz": writeNpz(
          new Map<string, NpzArray>([
            ["a", pictures],
            ["b", pictures],
          ]),
        ),
      }),
    );
    expect(error.message).toBe("x.npz: which array holds the pictures? It has a, b");
    expect(error.hint).toBe("Name it: x.npz#KEY.");
  });
});

describe("an array", () => {
  const npy = (shape: number[], values: Parameters<typeof writeNpy>[1]) => ({ "x.npy": writeNpy(shape, values) });

  test("of floats in 0..1 stays floats, of doubles becomes floats", async () => {
    expect((await open("x.npy", npy([1, 1, 2], Float32Array.of(0, 1)))).read([0])).toEqual({
      image: Float32Array.of(0, 1),
    });
    expect((await open("x.npy", npy([1, 1, 2], Float64Array.of(0, 0.5)))).read([0])).toEqual({
      image: Float32Array.of(0, 0.5),
    });
    expect((await open("x.npy", npy([1, 1, 2], BigInt64Array.of(0n, 255n)))).read([0])).toEqual({
      image: Uint8Array.of(0, 255),
    });
  });

  test.each([
    [
      "a table",
      npy([3, 4], new Uint8Array(12)),
      /x\.npy: got an array of shape \[3, 4\], which is a table; pictures \[N, H, W\] or \[N, H, W, C\] are expected/,
    ],
    ["a single number", npy([], new Uint8Array(1)), /shape \[\], expected pictures/],
    ["channels first", npy([2, 3, 8, 8], new Uint8Array(384)), /8 channels, expected 1 or 3/],
    ["an alpha channel", npy([2, 8, 8, 4], new Uint8Array(512)), /4 channels/],
    ["no records", npy([0, 8, 8], new Uint8Array(0)), /holds no pictures/],
    ["NaN", npy([2, 1, 2], Float32Array.of(0, 1, 0, Number.NaN)), /record 1 holds NaN/],
    [
      "an infinite value",
      npy([2, 1, 2], Float32Array.of(0, 1, 0, Number.POSITIVE_INFINITY)),
      /record 1 holds Infinity/,
    ],
    [
      "0..255 as floats",
      npy([2, 1, 2], Float32Array.of(0, 1, 255, 0)),
      /record 1 holds 255, floats are expected in 0\.\.1/,
    ],
    ["-1..1", npy([1, 1, 2], Float32Array.of(-1, 1)), /record 0 holds -1/],
    ["whole numbers too large", npy([1, 1, 2], Int32Array.of(0, 256)), /record 0 holds "256"/],
    ["text", npy([1, 1, 2], ["a", "b"]), /record 0 holds "a"/],
  ])("of %s is refused with its place", async (_what, files, message) => {
    const error = await errorOf(() => open("x.npy", files));
    expect(error.code).toBe("E_DATA");
    expect(error.message).toMatch(message);
  });

  test("of bytes 0 and 1 is told to be black", async () => {
    const told: string[] = [];
    const data = await open("x.npy", npy([1, 1, 2], Uint8Array.of(0, 1)), { onNotice: (notice) => told.push(notice) });
    expect(told).toEqual(data.notices);
    expect(told[0]).toMatch(/no value is above 1 of 255/);
  });

  test("is brought to a size and to channels when asked", async () => {
    const white = npy([2, 8, 4], new Uint8Array(64).fill(200));
    const data = await open("x.npy", white, { size: [2, 2], channels: 3 });
    expect(data.schema.fields.image).toEqual({ kind: "image", height: 2, width: 2, channels: 3 });
    expect(data.read([1])).toEqual({ image: new Uint8Array(12).fill(200) });
    expect(data.notices).toEqual(["x.npy: pictures of 8x4x1 are brought to 2x2x3"]);
    // Top half white, bottom half black, cropped and shrunk to four rows.
    const halves = npy(
      [1, 8, 8],
      Float32Array.from({ length: 64 }, (_, i) => (i < 32 ? 1 : 0)),
    );
    const small = (await open("x.npy", halves, { size: 4 })).read([0]) as { image: Float32Array };
    expect([...small.image.subarray(0, 4)]).toEqual([1, 1, 1, 1]);
    expect([...small.image.subarray(12)]).toEqual([0, 0, 0, 0]);
    const colour = npy([1, 1, 1, 3], Uint8Array.of(255, 0, 0));
    expect((await open("x.npy", colour, { channels: 1 })).read([0])).toEqual({ image: Uint8Array.of(76) });
  });

  test("of one record or one colour opens", async () => {
    expect((await open("x.npy", npy([1, 4, 4], new Uint8Array(16)))).count).toBe(1);
  });
});

describe("what cannot be opened", () => {
  test.each([
    [{ size: 0 }, /invalid size: got 0, expected "auto", or whole numbers 1..1024/],
    [{ size: -1 }, /invalid size: got -1/],
    [{ size: 1e9 }, /invalid size: got 1000000000/],
    [{ size: 2.5 }, /invalid size: got 2.5/],
    [{ size: [8, 0] as const }, /invalid size: got \[8,0\]/],
    [{ channels: 2 as 1 }, /invalid channels: got 2/],
    [{ limit: 0 }, /invalid limit: got 0/],
    [{ seed: -1 }, /invalid seed: got -1/],
  ])("an option that cannot be: %j", async (options, message) => {
    const error = await errorOf(() => open("set", digits, options));
    expect(error.code).toBe("E_OPTION");
    expect(error.message).toMatch(message);
  });

  test("a path where there is nothing", async () => {
    const error = await errorOf(() => open("missing/photos", {}));
    expect(error.code).toBe("E_PATH");
    expect(error.message).toBe("missing/photos: no such file or folder, and no data set of this name");
    expect(error.hint).toMatch(/pictures\.npz/);
  });

  test("a file or folder that no source knows says what was seen", async () => {
    expect((await errorOf(() => open("a.xyz", { "a.xyz": "hello" }))).message).toMatch(/a file of 5 bytes named \.xyz/);
    expect((await errorOf(() => open("f", { "f/a.txt": "hello" }))).message).toMatch(/a folder of 1 \(a\.txt/);
  });
});
