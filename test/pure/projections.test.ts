/** Projections: neighbours stay neighbours, the same seed gives the same map, places lead back to latents. */

import { UMAP } from "umap-js";
import { describe, expect, test } from "vitest";
import { pca } from "../../src/eval/pca.js";
import { projectionFor, projections } from "../../src/eval/projections/list.js";
import { emptyNearest, fillNearest } from "../../src/eval/projections/nearest.js";
import type { LatentCloud } from "../../src/eval/projections/projection.js";
import { projectByUmap } from "../../src/eval/projections/umap.js";
import { fuzzyUnion, neighbourWeights } from "../../src/eval/projections/umap-layout.js";
import { Philox } from "../../src/random.js";

const seed = 3;

/** Records of `classes` round clusters, in turns, far apart in `width` dimensions. */
function mixture(count: number, width: number, classes: number): LatentCloud {
  const mu = new Philox(1).normals(new Float32Array(count * width));
  for (let i = 0; i < count; i++) mu[i * width + (i % classes)] += 8;
  return { mu, logvar: new Float32Array(mu.length), count, width };
}

/** Share of each record's `k` nearest in the plane that are of its class. */
function purity(points: Float32Array, classes: number, k = 8): number {
  const count = points.length / 2;
  const nearest = emptyNearest(count, k + 1);
  fillNearest(nearest, points, points, 2, 0, count);
  let same = 0;
  nearest.indices.forEach((other, i) => {
    const self = Math.floor(i / (k + 1));
    if (other !== self && other % classes === self % classes) same++;
  });
  return same / (count * k);
}

/** Share of the `k` nearest in the plane that are among the `k` nearest of all latents. */
function kept(points: Float32Array, { mu, count, width }: LatentCloud, k = 10): number {
  const [plane, all] = [emptyNearest(count, k + 1), emptyNearest(count, k + 1)];
  fillNearest(plane, points, points, 2, 0, count);
  fillNearest(all, mu, mu, width, 0, count);
  let same = 0;
  for (let i = 0; i < count; i++) {
    const near = new Set(all.indices.subarray(i * (k + 1), (i + 1) * (k + 1)));
    for (const other of plane.indices.subarray(i * (k + 1), (i + 1) * (k + 1)))
      if (other !== i && near.has(other)) same++;
  }
  return same / (count * k);
}

describe("UMAP", () => {
  test("keeps the clusters of a mixture apart, also of records that are placed among landmarks", async () => {
    const { points } = await projectByUmap(mixture(600, 6, 4), { seed }, 150);
    expect(points.every(Number.isFinite)).toBe(true);
    expect(purity(points, 4)).toBeGreaterThan(0.98);
  });

  test("keeps as many neighbours as another implementation does", async () => {
    // One cloud without clusters, where neighbours are hard to keep.
    const cloud = mixture(400, 5, 1);
    const { points } = await projectByUmap(cloud, { seed });
    const random = new Philox(seed);
    const other = new UMAP({ random: () => random.uniform(), nEpochs: 200 });
    const rows = Array.from({ length: 400 }, (_, i) => Array.from(cloud.mu.subarray(5 * i, 5 * i + 5)));
    const theirs = Float32Array.from(other.fit(rows).flat());
    const chance = 10 / 399;
    expect(kept(theirs, cloud)).toBeGreaterThan(8 * chance);
    expect(kept(points, cloud)).toBeGreaterThan(kept(theirs, cloud) - 0.03);
  });

  test("with the same seed gives the same places, with another one others", async () => {
    const cloud = mixture(200, 4, 2);
    const [first, again, other] = await Promise.all(
      [seed, seed, seed + 1].map((seed) => projectByUmap(cloud, { seed }, 80)),
    );
    expect(again.points).toEqual(first.points);
    expect(other.points).not.toEqual(first.points);
  });

  test("of copies of one record is finite", async () => {
    const mu = new Float32Array(60 * 3).fill(0.5);
    const { points } = await projectByUmap({ mu, logvar: mu, count: 60, width: 3 }, { seed }, 30);
    expect(points.every(Number.isFinite)).toBe(true);
  });

  test("stops when it is told to", async () => {
    const signal = AbortSignal.abort();
    await expect(projectByUmap(mixture(100, 3, 2), { seed, signal })).rejects.toThrow(/abort/);
  });

  test("stops in the middle of its work", async () => {
    const aborter = new AbortController();
    const onProgress = () => aborter.abort();
    const work = projectByUmap(mixture(2000, 8, 2), { seed, signal: aborter.signal, onProgress });
    await expect(work).rejects.toThrow(/abort/);
  });

  test("leads from a cluster's middle back to latents of that cluster", async () => {
    const cloud = mixture(300, 4, 3);
    const { points, latentsAt } = await projectByUmap(cloud, { seed });
    const z = latentsAt(points.slice(0, 6));
    for (let i = 0; i < 3; i++) {
      const own = Array.from(z.subarray(4 * i, 4 * i + 4));
      expect(own.indexOf(Math.max(...own))).toBe(i % 3);
      expect(own[i % 3]).toBeGreaterThan(6);
    }
  });

  test("weights of a record's neighbours sum to log2 k, the nearest weighs 1", () => {
    const k = 8;
    const distances = Float32Array.from({ length: 2 * k }, (_, i) => 1 + (i % k) * (i < k ? 0.5 : 40));
    const weights = neighbourWeights({ k, indices: new Int32Array(2 * k), distances });
    for (const from of [0, k]) {
      const own = weights.subarray(from, from + k);
      expect(own[0]).toBe(1);
      expect(own.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(Math.log2(k), 3);
    }
  });

  test("an edge of two directions weighs a + b - ab", () => {
    const nearest = { k: 1, indices: Int32Array.of(1, 0, 1), distances: new Float32Array(3) };
    const { heads, tails, weights } = fuzzyUnion(nearest, Float32Array.of(0.5, 0.25, 0.75));
    expect(Array.from(heads)).toEqual([0, 1]);
    expect(Array.from(tails)).toEqual([1, 2]);
    expect(weights[0]).toBeCloseTo(0.5 + 0.25 - 0.125, 6);
    expect(weights[1]).toBe(0.75);
  });
});

test("nearest neighbours are those of a sorted list of all distances", () => {
  const points = new Philox(5).normals(new Float32Array(40 * 3));
  const nearest = emptyNearest(40, 5);
  fillNearest(nearest, points, points, 3, 0, 40);
  for (let q = 0; q < 40; q++) {
    const distance = (i: number) => Math.hypot(...[0, 1, 2].map((j) => points[3 * q + j] - points[3 * i + j]));
    const sorted = Array.from({ length: 40 }, (_, i) => i).sort((a, b) => distance(a) - distance(b));
    expect(Array.from(nearest.indices.subarray(5 * q, 5 * q + 5))).toEqual(sorted.slice(0, 5));
    expect(nearest.distances[5 * q + 4]).toBeCloseTo(distance(sorted[4]), 5);
  }
});

test("places on principal components lead to latents that project to these places", async () => {
  const { mu, ...cloud } = mixture(100, 5, 2);
  const { points, latentsAt } = await projectionFor("pca", 5).project({ mu, ...cloud }, { seed });
  const places = Float32Array.of(0, 0, 1.5, -2, ...points.slice(0, 2));
  const again = pca(mu, 5, 2).project(latentsAt(places));
  places.forEach((place, i) => {
    expect(again[i]).toBeCloseTo(place, 5);
  });
});

test("of more than two latents those are drawn that vary most, and the others stay at their means", async () => {
  const mu = new Philox(4).normals(new Float32Array(50 * 4)).map((value, i) => value * [0.1, 3, 0.2, 2][i % 4]);
  const { points, axes, latentsAt } = await projectionFor("latents", 4).project(
    { mu, logvar: mu, count: 50, width: 4 },
    { seed },
  );
  expect(axes).toEqual(["mu_1", "mu_3"]);
  expect(Array.from(points.subarray(0, 2))).toEqual([mu[1], mu[3]]);
  const mean = (j: number) => mu.reduce((sum, value, i) => sum + (i % 4 === j ? value / 50 : 0), 0);
  const z = latentsAt(Float32Array.of(0, 0, 7, -8));
  expect([z[5], z[7]]).toEqual([7, -8]);
  expect(z[4]).toBeCloseTo(mean(0), 5);
  expect(z[6]).toBeCloseTo(mean(2), 5);
});

test("auto takes two latents as they are, and the main directions of more", () => {
  expect([1, 2, 3, 64].map((width) => projectionFor("auto", width).name)).toEqual(["latents", "latents", "pca", "pca"]);
});

test("a projection that does not exist is refused with those that do", () => {
  expect(() => projectionFor("tsne", 3)).toThrow(/unknown projection "tsne"/);
});

test.each(projections.names())("%s takes one record, and one latent", async (name) => {
  for (const [count, width] of [
    [1, 3],
    [1, 1],
    [20, 1],
  ]) {
    const mu = new Philox(2).normals(new Float32Array(count * width));
    const { points, latentsAt } = await projections.get(name).project({ mu, logvar: mu, count, width }, { seed });
    expect(points).toHaveLength(2 * count);
    expect(points.every(Number.isFinite)).toBe(true);
    expect(latentsAt(points)).toHaveLength(count * width);
  }
});
