/** Walks through latent space, as latents and as pictures. */

import * as z from "zod";
import type { Pictures } from "../host.js";
import type { Runner } from "../model/runner.js";
import { look } from "./option.js";
import { decodePictures } from "./pictures.js";

/** How the walk goes. */
export const interpolateOptions = z.strictObject({
  steps: z.int().min(2).max(10_000).default(16).describe("records on the way, both ends included").register(look, {}),
  path: z
    .enum(["linear", "spherical"])
    .default("linear")
    .describe("straight, or along a great circle, which keeps the distance from the origin")
    .register(look, {}),
});

/** The decoder's means along the path between two latents, `steps` pictures with both ends. E_SHAPE for wrong sizes. */
export async function walkBetween(
  runner: Runner,
  ends: readonly [Float32Array, Float32Array],
  { signal, ...options }: z.output<typeof interpolateOptions> & { readonly signal?: AbortSignal },
): Promise<Pictures> {
  return decodePictures(runner, latentsBetween(ends, options), { signal });
}

/** Latents [steps, latent] along the path between two, with both ends. */
export function latentsBetween(
  [from, to]: readonly [Float32Array, Float32Array],
  { steps, path }: z.output<typeof interpolateOptions>,
): Float32Array {
  const latents = new Float32Array(steps * from.length);
  for (let step = 0; step < steps; step++) {
    const between = paths[path](from, to, step / (steps - 1));
    latents.set(between, step * from.length);
  }
  return latents;
}

type Path = (from: Float32Array, to: Float32Array, share: number) => Float32Array;

const linear: Path = (from, to, share) => from.map((start, i) => start + (to[i] - start) * share);

/**
 * Along the great circle between the directions, while the length goes evenly from one to the other (Shoemake 1985;
 * White 2016). Straight where the directions agree, are opposite, or one end is the origin.
 */
const spherical: Path = (from, to, share) => {
  const [a, b] = [Math.hypot(...from), Math.hypot(...to)];
  const cosine = from.reduce((sum, value, i) => sum + value * to[i], 0) / (a * b);
  const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
  if (!(Math.sin(angle) > SMALLEST_SINE)) return linear(from, to, share);
  const length = a + (b - a) * share;
  const wa = (Math.sin((1 - share) * angle) / Math.sin(angle) / a) * length;
  const wb = (Math.sin(share * angle) / Math.sin(angle) / b) * length;
  return from.map((start, i) => wa * start + wb * to[i]);
};
const SMALLEST_SINE = 1e-6;

const paths: Readonly<Record<"linear" | "spherical", Path>> = { linear, spherical };

/** Milliseconds per frame: a walk of 16 takes 1.3 s each way. */
const FRAME_MILLISECONDS = 80;
/** How many frames the ends are held, so that the eye has time to see them. */
const END_FRAMES = 6;

/** How `thereAndBack` is shown. */
export const walkAnimation = { frameMilliseconds: FRAME_MILLISECONDS };

/** The frames of an endless animation: the walk, and back again, with a rest at both ends. */
export function thereAndBack(walk: Pictures): Pictures {
  const { count, height, width, channels, pixels } = walk;
  const rest = (end: number) => Array.from({ length: END_FRAMES }, () => end);
  const there = Array.from({ length: count - 2 }, (_, i) => i + 1);
  const order = [...rest(0), ...there, ...rest(count - 1), ...there.toReversed()];
  const size = height * width * channels;
  const frames = new Uint8Array(order.length * size);
  order.forEach((index, i) => {
    frames.set(pixels.subarray(index * size, (index + 1) * size), i * size);
  });
  return { count: order.length, height, width, channels, pixels: frames };
}
