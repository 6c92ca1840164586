/** Pictures that are changed at random: mirrored and moved, edges repeated, the data itself untouched. */

import { expect, test } from "vitest";
import { image } from "../../src/fields/image.js";
import { compose } from "../../src/model/compose.js";
import { Philox } from "../../src/random.js";
import { modelProblem } from "../../src/train/problem.js";
import { configOf, memoryDataset } from "../helpers/models.js";

const SHAPE = { kind: "image", height: 2, width: 3, channels: 2 } as const;
/** Pixels [2, 3] of two channels: 1 and 10, 2 and 20... */
const PICTURE = Float32Array.from([1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60]);

function changed(pictures: Float32Array, options: { flip?: boolean; shift?: number }, seed = 1): Float32Array {
  const augmentation = { flip: false, shift: 0, ...options };
  return image.augmenter!.apply(pictures, SHAPE, augmentation, new Philox(seed), new Float32Array(pictures.length));
}

/** The first channel of each changed picture, as text. */
function seen(options: { flip?: boolean; shift?: number }, draws: number): Map<string, number> {
  const many = new Float32Array(PICTURE.length * draws);
  for (let i = 0; i < draws; i++) many.set(PICTURE, i * PICTURE.length);
  const out = changed(many, options);
  const counts = new Map<string, number>();
  for (let i = 0; i < draws; i++) {
    const picture = out.subarray(i * PICTURE.length, (i + 1) * PICTURE.length);
    const [first, second] = [0, 1].map((channel) => picture.filter((_, j) => j % 2 === channel));
    expect([...second]).toEqual([...first].map((value) => 10 * value));
    counts.set(first.join(""), (counts.get(first.join("")) ?? 0) + 1);
  }
  return counts;
}

test("a flip mirrors left and right, half of the time", () => {
  const counts = seen({ flip: true }, 1000);
  expect([...counts.keys()].sort()).toEqual(["123456", "321654"]);
  expect(Math.abs(counts.get("321654")! - 500)).toBeLessThan(80);
});

test("a shift moves by up to so many pixels in both directions and repeats the edge", () => {
  const counts = seen({ shift: 1 }, 900);
  expect([...counts.keys()].sort()).toEqual(
    ["123456", "112445", "233566", "123123", "112112", "233233", "456456", "445445", "566566"].sort(),
  );
  for (const count of counts.values()) expect(Math.abs(count - 100)).toBeLessThan(45);
  expect(seen({ flip: true, shift: 1 }, 2000).size).toBe(18);
});

test("only training batches are changed, from the run's generator, and never the data's own memory", async () => {
  const pixels = Float32Array.from({ length: 4 * 16 }, (_, i) => i / 64);
  const kept = pixels.slice();
  const shared = { ...memoryDataset(pixels, [4, 4, 1]), read: () => ({ image: pixels }) };
  const model = compose(configOf([4, 4, 1]));
  const records = Uint32Array.of(0, 1, 2, 3);
  const feeds = (options: { flip: boolean; shift: number }, random: Philox) =>
    modelProblem(model, shared, records, { ...options, binarize: false }).feeds(
      records,
      random,
      (_, n) => new Float32Array(n),
    );
  const random = new Philox(3);
  const { image: plain } = await feeds({ flip: false, shift: 0 }, random);
  expect(plain).toBe(pixels);
  expect(random.state().position).toBe(0);
  const { image: moved } = await feeds({ flip: true, shift: 2 }, random);
  expect(moved).not.toEqual(kept);
  expect(random.state().position).toBe(12);
  expect(pixels).toEqual(kept);
});
