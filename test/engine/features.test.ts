/** The shipped feature net: that it is the one its name says, that it sees what pictures show, and that distances grow with damage. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PictureArray } from "../../src/data/pictures.js";
import { type Features, openFeatures } from "../../src/eval/features/features.js";
import { FEATURE_NET, FEATURES } from "../../src/eval/features/net.js";
import { SCALES_AND_BIASES, WEIGHT_BYTES } from "../../src/eval/features/weights.js";
import { compareFeatures } from "../../src/eval/pictures/compare.js";
import { distances } from "../../src/eval/pictures/list.js";
import type { FeatureSet } from "../../src/eval/pictures/metric.js";
import { crc32 } from "../../src/files/crc32.js";
import { comparePictures } from "../../src/index.js";
import { device, open } from "../../src/node.js";
import { Philox } from "../../src/random.js";
import type { Engine } from "../../src/runtime/engine.js";

/** Figures are named after the net, so weights that change need another name: then this table gets another line. */
const KNOWN: Readonly<Record<string, number>> = { vk64: 1068495708 };
const COUNT = 300;

let engine: Engine;
let features: Features;
let digits: { pictures: PictureArray; labels: Int32Array };
let others: PictureArray;

async function part(first: number, count: number): Promise<{ pictures: PictureArray; labels: Int32Array }> {
  const data = await open("mnist#test");
  const indices = Uint32Array.from({ length: count }, (_, i) => first + i);
  const pixels = (await data.read(indices)).image as PictureArray["pixels"];
  const labels = Int32Array.from(indices, (i) => data.labels!.indices[i]);
  return { pictures: { count, height: 28, width: 28, channels: 1, pixels }, labels };
}

beforeAll(async () => {
  engine = await device("cpu", { threads: 1 });
  features = await openFeatures(engine);
  digits = await part(0, COUNT);
  others = (await part(COUNT, COUNT)).pictures;
});
afterAll(async () => {
  await features.dispose();
  await engine.dispose();
});

test("the weights are those that the name stands for", () => {
  const bytes = new TextEncoder().encode(WEIGHT_BYTES + SCALES_AND_BIASES);
  expect(bytes.length).toBeLessThan(200_000);
  expect({ [FEATURE_NET]: crc32(bytes) }).toEqual({ [FEATURE_NET]: KNOWN[FEATURE_NET] });
});

test("digits of a kind lie near each other: the nearest other digit is mostly the same", async () => {
  const { values, width } = await features.of(digits.pictures);
  expect(width).toBe(FEATURES);
  let right = 0;
  for (let i = 0; i < COUNT; i++) {
    let [nearest, least] = [-1, Number.POSITIVE_INFINITY];
    for (let j = 0; j < COUNT; j++) {
      if (i === j) continue;
      let sum = 0;
      for (let k = 0; k < width; k++) sum += (values[i * width + k] - values[j * width + k]) ** 2;
      if (sum < least) [nearest, least] = [j, sum];
    }
    right += Number(digits.labels[i] === digits.labels[nearest]);
  }
  expect(right / COUNT).toBeGreaterThan(0.93);
});

describe("distances between digits and other digits", () => {
  const damaged = (damage: (value: number, i: number, all: ArrayLike<number>) => number): PictureArray => ({
    ...others,
    pixels: Uint8Array.from(others.pixels, (value, i) => Math.min(255, Math.max(0, damage(value, i, others.pixels)))),
  });
  const blur = (value: number, i: number, all: ArrayLike<number>) =>
    (2 * value + (all[i - 1] ?? 0) + (all[i + 1] ?? 0) + (all[i - 28] ?? 0) + (all[i + 28] ?? 0)) / 6;
  const noise = (deviation: number) => {
    const draws = new Philox(1).normals(new Float32Array(COUNT * 28 * 28));
    return (value: number, i: number) => value + 255 * deviation * draws[i];
  };
  const figures = async (pictures: PictureArray) =>
    compareFeatures(await features.of(digits.pictures), await features.of(pictures), FEATURE_NET, distances);

  test("grow with blur and with noise", async () => {
    const clean = await figures(others);
    const blurred = await figures(damaged(blur));
    const noisy = await figures(damaged(noise(0.05)));
    const noisier = await figures(damaged(noise(0.2)));
    for (const name of Object.keys(clean)) {
      expect(blurred[name], name).toBeGreaterThan(1.5 * clean[name]);
      expect(noisy[name], name).toBeGreaterThan(1.5 * clean[name]);
      expect(noisier[name], name).toBeGreaterThan(1.5 * noisy[name]);
    }
  });

  test("are of two sets of as many pictures, and not too few", async () => {
    const few = { ...others, count: 60 };
    await expect(comparePictures(engine, few, few)).rejects.toMatchObject({
      code: "E_DATA",
      message: expect.stringContaining("at least 100"),
    });
  });
});

test("size, number type and channels of the same picture hardly matter", async () => {
  const grey: PictureArray = { ...digits.pictures, count: 50, pixels: digits.pictures.pixels.subarray(0, 50 * 784) };
  const colour = {
    ...grey,
    channels: 3,
    pixels: Uint8Array.from({ length: 50 * 784 * 3 }, (_, i) => grey.pixels[Math.floor(i / 3)]),
  };
  const floats = { ...grey, pixels: Float32Array.from(grey.pixels, (value) => value / 255) };
  const double = (i: number) =>
    grey.pixels[
      Math.floor(i / (56 * 56)) * 784 + Math.floor((Math.floor(i / 56) % 56) / 2) * 28 + Math.floor((i % 56) / 2)
    ];
  const large = {
    ...grey,
    height: 56,
    width: 56,
    pixels: Uint8Array.from({ length: 50 * 56 * 56 }, (_, i) => double(i)),
  };
  const reference = await features.of(grey);
  const gap = (set: FeatureSet) => {
    const squares = set.values.reduce((sum, value, i) => sum + (value - reference.values[i]) ** 2, 0);
    return Math.sqrt(squares / reference.values.reduce((sum, value) => sum + value ** 2, 0));
  };
  expect(gap(await features.of(colour))).toBe(0);
  expect(gap(await features.of(floats))).toBeLessThan(0.02);
  expect(gap(await features.of(large))).toBeLessThan(0.3);
});
