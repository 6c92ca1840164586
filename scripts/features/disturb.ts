/** What is done to a picture before the feature net sees it: moved, turned over, and sometimes blurred or made noisy. */

import { FEATURE_SIZE } from "../../src/eval/features/net.js";
import type { Philox } from "../../src/random.js";

const { height: SIDE, channels: CHANNELS } = FEATURE_SIZE;
const ROW = SIDE * CHANNELS;

/** Largest shift in pixels. */
const SHIFT = 2;
/** Shares of pictures with a flaw, and how strong it is: passes of a 3x3 binomial blur, standard deviation of the noise. */
const BLURRED = 0.25;
const MAX_PASSES = 3;
const NOISY = 0.15;
const NOISE = [0.02, 0.15] as const;

/** Questions about flaws: is it blurred, is it noisy. */
export const FLAWS = 2;

/** Writes the bytes [32, 32, 3] to `out` in 0..1, disturbed; which flaws it got, 0 or 1 each. */
export function disturb(bytes: Uint8Array, out: Float32Array, flips: boolean, random: Philox): number[] {
  const whole = (below: number) => Math.floor(random.uniform() * below);
  const [down, right] = [whole(2 * SHIFT + 1) - SHIFT, whole(2 * SHIFT + 1) - SHIFT];
  const flipped = flips && random.uniform() < 0.5;
  const kept = (at: number) => Math.min(SIDE - 1, Math.max(0, at));
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const from = kept(y + down) * ROW + kept((flipped ? SIDE - 1 - x : x) + right) * CHANNELS;
      for (let c = 0; c < CHANNELS; c++) out[y * ROW + x * CHANNELS + c] = bytes[from + c] / 255;
    }
  }
  const blurred = random.uniform() < BLURRED;
  const passes = blurred ? 1 + whole(MAX_PASSES) : 0;
  for (let pass = 0; pass < passes; pass++) blur(out);
  const noisy = random.uniform() < NOISY;
  if (noisy) addNoise(out, NOISE[0] + (NOISE[1] - NOISE[0]) * random.uniform(), random);
  return [Number(blurred), Number(noisy)];
}

/** One pass of (1 2 1) / 4 along rows and along columns, edges repeated. */
function blur(pixels: Float32Array): void {
  const once = (stride: number, of: (at: number) => number) => {
    const before = pixels.slice();
    for (let i = 0; i < pixels.length; i++) {
      const low = of(i) > 0 ? i - stride : i;
      const high = of(i) < SIDE - 1 ? i + stride : i;
      pixels[i] = (before[low] + 2 * before[i] + before[high]) / 4;
    }
  };
  once(CHANNELS, (i) => Math.floor(i / CHANNELS) % SIDE);
  once(ROW, (i) => Math.floor(i / ROW));
}

/** Adds normal noise and keeps values in 0..1. */
function addNoise(pixels: Float32Array, deviation: number, random: Philox): void {
  const noise = random.normals(new Float32Array(pixels.length));
  for (let i = 0; i < pixels.length; i++) pixels[i] = Math.min(1, Math.max(0, pixels[i] + deviation * noise[i]));
}
