/** How far values reach, and whether they pile up at an end: the mark that an activation or a clip leaves on them. */

import type { Pile, Reach } from "../../model/checkup.js";

/** Values this near to their latent's end, in its standard deviations, lie at it: of a normal one in 2,000 does. */
const NEAR = 0.02;
/** A latent has a pile when this share of its values lies at an end. */
const PILE_SHARE = 0.05;
/** A latent that moves less than this about its mean, as a share of its size or of 1, does not vary: float32 noise. */
const STILL = 1e-5;

/** Of values [count, latent]. */
export function reachOf(values: Float32Array, latent: number): Reach {
  const columns = Array.from({ length: latent }, (_, j) => columnOf(values, latent, j)).filter(({ varies }) => varies);
  const lows = columns.map(({ least }) => least).sort((a, b) => a - b);
  const highs = columns.map(({ most }) => most).sort((a, b) => a - b);
  const middle = Math.floor(columns.length / 2);
  return {
    varying: columns.length,
    least: lows[0] ?? 0,
    most: highs[columns.length - 1] ?? 0,
    typicalLeast: lows[middle] ?? 0,
    typicalMost: highs[middle] ?? 0,
    below: pileOf(columns.map(({ least, deviation, atLeast }) => ({ end: least, deviation, share: atLeast }))),
    above: pileOf(columns.map(({ most, deviation, atMost }) => ({ end: most, deviation, share: atMost }))),
  };
}

/** Latents whose values pile up at the same end: the median of the ends that have a pile, and those that agree with it. */
function pileOf(columns: readonly { end: number; deviation: number; share: number }[]): Pile | null {
  const piled = columns.filter(({ share }) => share >= PILE_SHARE).sort((a, b) => a.end - b.end);
  if (piled.length === 0) return null;
  const at = piled[Math.floor(piled.length / 2)].end;
  const agreeing = piled.filter(({ end, deviation }) => Math.abs(end - at) <= NEAR * deviation);
  return { at, latents: agreeing.length, share: agreeing.reduce((sum, { share }) => sum + share, 0) / agreeing.length };
}

function columnOf(values: Float32Array, latent: number, column: number) {
  const count = values.length / latent;
  let [least, most, sum, squares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (let i = column; i < values.length; i += latent) {
    least = Math.min(least, values[i]);
    most = Math.max(most, values[i]);
    sum += values[i];
  }
  const mean = sum / count;
  for (let i = column; i < values.length; i += latent) squares += (values[i] - mean) ** 2;
  const deviation = Math.sqrt(squares / count);
  let [atLeast, atMost] = [0, 0];
  for (let i = column; i < values.length; i += latent) {
    if (values[i] <= least + NEAR * deviation) atLeast += 1 / count;
    if (values[i] >= most - NEAR * deviation) atMost += 1 / count;
  }
  return { least, most, deviation, atLeast, atMost, varies: deviation > STILL * Math.max(1, Math.abs(mean)) };
}
