/** Nearest points and near pairs, against comparing everything with everything. */

import { describe, expect, test } from "vitest";
import { nearPairs } from "../../src/eval/near-pairs.js";
import { nearest, scaledCodes } from "../../src/eval/nearest.js";
import { Philox } from "../../src/random.js";

const COUNT = 240;
const clouds: readonly (readonly [what: string, width: number, points: Float32Array])[] = [
  ["normal", 3, new Philox(1).normals(new Float32Array(COUNT * 3))],
  ["normal in many dimensions", 12, new Philox(2).normals(new Float32Array(COUNT * 12))],
  [
    "on a grid, with many equal ones",
    2,
    new Philox(3).uniforms(new Float32Array(COUNT * 2)).map((x) => Math.floor(9 * x)),
  ],
  ["all the same", 4, new Float32Array(COUNT * 4).fill(2)],
  ["on a line", 1, new Philox(4).normals(new Float32Array(COUNT))],
];
function distance(points: Float32Array, width: number, a: number, b: number): number {
  let sum = 0;
  for (let j = 0; j < width; j++) sum += (points[a * width + j] - points[b * width + j]) ** 2;
  return Math.sqrt(sum);
}

describe.each(clouds)("points %s", (_, width, points) => {
  test.each([0, 0.3, 1.1])("pairs within %f", (radius) => {
    const expected: string[] = [];
    for (let a = 0; a < COUNT; a++)
      for (let b = a + 1; b < COUNT; b++) if (distance(points, width, a, b) <= radius) expected.push(`${a} ${b}`);
    const { pairs, isComplete } = nearPairs(points, width, radius);
    expect(isComplete).toBe(true);
    expect(pairs.map(({ a, b }) => `${a} ${b}`).sort()).toEqual(expected.sort());
    for (const { a, b, distance: got } of pairs.slice(0, 50)) expect(got).toBeCloseTo(distance(points, width, a, b), 5);
  });

  test("the nearest ones, without those that are left out", () => {
    for (const query of [0, 13, COUNT - 1]) {
      const others = Array.from({ length: COUNT }, (_, i) => i).filter((i) => i !== query && i % 5 !== 0);
      const expected = others
        .map((i) => distance(points, width, query, i))
        .sort((a, b) => a - b)
        .slice(0, 9);
      const found = nearest(points.subarray(query * width, (query + 1) * width), points, 9, (i) => !others.includes(i));
      found.forEach((near, i) => {
        expect(near.distance).toBeCloseTo(expected[i], 5);
      });
      expect(new Set(found.map(({ index }) => index)).size).toBe(9);
      expect(found.every(({ index }) => others.includes(index))).toBe(true);
    }
  });
});

test("too many pairs are given up, which is said", () => {
  const { pairs, isComplete } = nearPairs(new Float32Array(100_000), 1, 1, 1000);
  expect(isComplete).toBe(false);
  expect(pairs).toHaveLength(1000);
  expect(nearPairs(new Float32Array(5), 1, 1, 10)).toMatchObject({ isComplete: true, pairs: { length: 10 } });
});

test("fewer points than asked for, and none, are no trouble", () => {
  expect(nearest(Float32Array.of(0), Float32Array.of(3, 1), 5).map(({ index }) => index)).toEqual([1, 0]);
  expect(nearest(Float32Array.of(0), new Float32Array(), 5)).toEqual([]);
  expect(nearPairs(new Float32Array(), 3, 1).pairs).toEqual([]);
});

test("a latent that the model does not use counts for nothing", () => {
  // The first is known to a tenth; the second has the prior's spread in every record.
  const codes = scaledCodes(Float32Array.of(0, 0.4, 1, 0, 0, -0.4), [0.01, 1]);
  expect(Array.from(codes)).toEqual([0, 0.4, 10, 0, 0, -0.4].map(Math.fround));
});
