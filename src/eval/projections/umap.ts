/** Projection: UMAP (McInnes, Healy & Melville 2018), fitted to landmarks; the other records are placed among them. */

import { sampleIndices } from "../../data/split.js";
import { Philox } from "../../random.js";
import { LANDMARK_STREAM, LAYOUT_STREAM } from "../streams.js";
import { emptyNearest, fillNearest, type Nearest } from "./nearest.js";
import { pcaProjection } from "./pca.js";
import type { LatentCloud, Projected, Projection, ProjectOptions } from "./projection.js";
import { type Edges, fuzzyUnion, type Layout, layoutEpoch, neighbourWeights } from "./umap-layout.js";

/** Records that are laid out together; every other one finds its place among its nearest of them. */
const LANDMARKS = 2500;
const NEIGHBOURS = 15;
/** The layout starts from the principal components, brought to this reach, so that far clusters start far apart. */
const REACH = 10;
const EPOCHS = 300;
/** Records that are placed among landmarks need little: they start at the mean of their neighbours. */
const PLACING_EPOCHS = 30;
const PLACING_RATE = 0.25;
/** Fewer records have too few neighbours to speak of. */
const LEAST_RECORDS = 8;
/** Neighbours in the plane whose latents are averaged for the way back. */
const BACK_NEIGHBOURS = 6;

/** Of one latent, or of very few records, their principal components. */
export const umap: Projection = {
  name: "umap",
  suits: () => 0,
  maxRecords: 20_000,
  project: (cloud, options) => projectByUmap(cloud, options),
};

export async function projectByUmap(cloud: LatentCloud, options: ProjectOptions, most = LANDMARKS): Promise<Projected> {
  const { mu, count, width } = cloud;
  if (width < 2 || count < LEAST_RECORDS) return pcaProjection.project(cloud, options);
  const landmarks = sampleIndices(count, most, options.seed, LANDMARK_STREAM);
  const others = complement(landmarks, count);
  const work = workOf(landmarks.length, others.length, options);
  const random = new Philox(options.seed, LAYOUT_STREAM);

  const fixed = rows(mu, landmarks, width);
  const anchors = await layLandmarks(fixed, width, random, work);
  const placed = await placeOthers(rows(mu, others, width), fixed, anchors, width, random, work);
  const points = new Float32Array(2 * count);
  landmarks.forEach((record, i) => {
    points.set(anchors.subarray(2 * i, 2 * i + 2), 2 * record);
  });
  others.forEach((record, i) => {
    points.set(placed.subarray(2 * i, 2 * i + 2), 2 * record);
  });
  const among = others.length > 0 ? ` by ${landmarks.length.toLocaleString("en")} landmarks` : "";
  return {
    points,
    axes: ["", ""],
    how: `UMAP of ${width} latents${among}`,
    inverse: "the mean latents of the records nearest to this place",
    latentsAt: (places) => meanLatents(places, points, mu, width),
  };
}

/** Counts what is done, lets others run now and then, and stops when it is told to. */
interface Work {
  /** After `units` more. */
  step(units: number): Promise<void>;
}

/** Milliseconds of work between two looks at what else there is to do. */
const BREATH = 50;

function workOf(landmarks: number, others: number, { signal, onProgress }: ProjectOptions): Work {
  const total = landmarks * EPOCHS + others * PLACING_EPOCHS;
  signal?.throwIfAborted();
  let done = 0;
  let breathed = performance.now();
  return {
    async step(units) {
      done += units;
      if (performance.now() - breathed < BREATH) return;
      onProgress?.(Math.min(done, total), total);
      await new Promise((resolve) => setTimeout(resolve));
      signal?.throwIfAborted();
      breathed = performance.now();
    },
  };
}

/** Places [n, 2] of landmarks [n, width]. */
async function layLandmarks(values: Float32Array, width: number, random: Philox, work: Work): Promise<Float32Array> {
  const k = Math.min(NEIGHBOURS, values.length / width - 1);
  const nearest = withoutSelf(await nearestOf(values, values, width, k + 1, work));
  const { pca } = await import("../pca.js");
  const points = pca(values, width, 2).project(values);
  const reach = points.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  // A little noise, so that copies of a record can part.
  const noise = random.normals(new Float32Array(points.length));
  for (let i = 0; i < points.length; i++) points[i] = (points[i] / reach) * REACH + noise[i] * 1e-3;
  const edges = fuzzyUnion(nearest, neighbourWeights(nearest));
  await optimise({ points, anchors: points, edges, epochs: EPOCHS, learningRate: 1, random }, work);
  return points;
}

/** Places [n, 2] of other records [n, width] among landmarks that stay where they are. */
async function placeOthers(
  values: Float32Array,
  landmarks: Float32Array,
  anchors: Float32Array,
  width: number,
  random: Philox,
  work: Work,
): Promise<Float32Array> {
  const nearest = await nearestOf(values, landmarks, width, NEIGHBOURS, work);
  const weights = neighbourWeights(nearest);
  const points = new Float32Array((2 * values.length) / width);
  const heads = Int32Array.from(weights, (_, i) => Math.floor(i / nearest.k));
  const totals = new Float32Array(points.length / 2);
  weights.forEach((weight, i) => {
    totals[heads[i]] += weight;
  });
  weights.forEach((weight, i) => {
    const share = weight / totals[heads[i]];
    for (let d = 0; d < 2; d++) points[2 * heads[i] + d] += share * anchors[2 * nearest.indices[i] + d];
  });
  const edges: Edges = { heads, tails: nearest.indices, weights };
  await optimise({ points, anchors, edges, epochs: PLACING_EPOCHS, learningRate: PLACING_RATE, random }, work);
  return points;
}

async function optimise(layout: Layout, work: Work): Promise<void> {
  const heaviest = layout.edges.weights.reduce((most, weight) => Math.max(most, weight), 0);
  for (let epoch = 0; epoch < layout.epochs; epoch++) {
    layoutEpoch(layout, epoch, heaviest);
    await work.step(layout.points.length / 2);
  }
}

/** Queries at a time between two breaths. */
const CHUNK = 128;

async function nearestOf(
  queries: Float32Array,
  points: Float32Array,
  width: number,
  k: number,
  work: Work,
): Promise<Nearest> {
  const count = queries.length / width;
  const nearest = emptyNearest(count, k);
  for (let from = 0; from < count; from += CHUNK) {
    fillNearest(nearest, queries, points, width, from, Math.min(count, from + CHUNK));
    await work.step(0);
  }
  return nearest;
}

/** Each point's neighbours but itself; where enough copies of it hide it, but the last. */
function withoutSelf({ k, indices, distances }: Nearest): Nearest {
  const count = indices.length / k;
  const out = emptyNearest(count, k - 1);
  for (let i = 0; i < count; i++) {
    const self = indices.subarray(i * k, (i + 1) * k).indexOf(i);
    const left = self < 0 ? k - 1 : self;
    for (let j = 0, to = i * (k - 1); j < k; j++) {
      if (j === left) continue;
      out.indices[to] = indices[i * k + j];
      out.distances[to++] = distances[i * k + j];
    }
  }
  return out;
}

function meanLatents(places: Float32Array, points: Float32Array, mu: Float32Array, width: number): Float32Array {
  const count = places.length / 2;
  const k = Math.min(BACK_NEIGHBOURS, points.length / 2);
  const nearest = emptyNearest(count, k);
  fillNearest(nearest, places, points, 2, 0, count);
  const z = new Float32Array(count * width);
  for (let i = 0; i < count; i++) {
    const farthest = nearest.distances[(i + 1) * k - 1] || 1;
    const weights = Array.from({ length: k }, (_, j) => Math.exp(-2 * (nearest.distances[i * k + j] / farthest) ** 2));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    weights.forEach((weight, j) => {
      const record = nearest.indices[i * k + j];
      for (let d = 0; d < width; d++) z[i * width + d] += (weight / total) * mu[record * width + d];
    });
  }
  return z;
}

function rows(values: Float32Array, indices: Uint32Array, width: number): Float32Array {
  const out = new Float32Array(indices.length * width);
  indices.forEach((index, i) => {
    out.set(values.subarray(index * width, (index + 1) * width), i * width);
  });
  return out;
}

/** The numbers 0..count-1 that are not among `some`, which ascend. */
function complement(some: Uint32Array, count: number): Uint32Array {
  const others = new Uint32Array(count - some.length);
  for (let i = 0, next = 0, to = 0; i < count; i++) {
    if (some[next] === i) next++;
    else others[to++] = i;
  }
  return others;
}
