/** Several categorical distributions side by side, of unequal size: all columns of a table in a handful of ops. */

import { constant, type Tensor } from "../graph/ops.js";
import type { Dist } from "./dist.js";

/** One choice among `count`. */
export interface Segment {
  /** Place of the code among a record's values; a code below 0 is hidden: neither seen nor judged. */
  readonly at: number;
  readonly count: number;
  /** Whether codes stand in an order, so that the middle is their median; else it is the likeliest. */
  readonly ordered: boolean;
  /** Place of log p(value | code), nats, which is not learned; null: there is nothing more to a value. */
  readonly within: number | null;
  /** Place of a number 0..1 that says where in its code a value lies; null as above. */
  readonly position: number | null;
}
export interface SegmentLayout<S extends Segment = Segment> {
  readonly segments: readonly (S & {
    /** Number of its first code among all codes. */
    readonly start: number;
  })[];
  /** Codes of all segments. */
  readonly codes: number;
  /** Values of a record. */
  readonly values: number;
}

/** Columns `places` of x [N, V], [N, places]. */
export function columnsAt(x: Tensor, places: readonly number[]): Tensor {
  return x.gather(constant(Int32Array.from(places), [places.length], "int32"), 1);
}

/** Logits lie within this: no sum of exponentials overflows or vanishes, and no code is less likely than e^-40 of another. */
const LARGEST_LOGIT = 20;
/** Rows whose length is a multiple of this are summed in the same order wherever they lie in memory. */
const PACKET = 4;
/**
 * Probabilities to the first power tell which is the largest, without vanishing; relative to that one, to the second power, they
 * have all of their mass at the likeliest code.
 */
const SHARPEN = 8;
const SHARPEST = 64;
/** Exponentials of less are 0, of which there is no logarithm. */
const SMALLEST_LOG = -80;

export function padded(length: number): number {
  return Math.ceil(length / PACKET) * PACKET;
}

/**
 * p(values) = prod_s softmax(logits of segment s)[code_s] p(value | code_s), log p in nats. A segment whose code is below 0
 * counts as certain: it is hidden. `out` [N, padded(codes)] are free numbers of which logits are made, a value [N, values]
 * has all fields side by side. Elements are the segments, [N, padded(segments)], the last ones 0.
 */
export function segments(out: Tensor, layout: SegmentLayout): Dist {
  const all = placed(layout);
  const { member, spread } = all;
  const logits = out.clip(-LARGEST_LOGIT, LARGEST_LOGIT);
  /** Logarithm of the sum of exponentials of each segment [N, segments]. */
  const logTotals = lazy(() => logits.exp().matmul(member).log());
  /** Log-probabilities of all codes [N, codes]. */
  const logProbs = lazy(() => logits.sub(logTotals().matmul(spread)));

  const isSeen = (x: Tensor): Tensor => columnsAt(x, all.at).add(0.5).step().mul(constant(all.isSegment));
  /** log p(code) per segment. */
  const ofCodes = (x: Tensor): Tensor => {
    const index = columnsAt(x, all.at).maximum(0).add(constant(all.start)).cast("int32");
    return logits.takeAlongAxis(index, 1).sub(logTotals()).mul(isSeen(x));
  };
  const elements = (x: Tensor): Tensor => {
    const within = columnsAt(x, all.within).mul(constant(all.hasWithin));
    return ofCodes(x).add(within.mul(isSeen(x)));
  };
  /** The values whose codes are the first at which the running sums of `probabilities` reach `share` [N, segments]. */
  const valuesAt = (probabilities: Tensor, share: Tensor, position: Tensor): Tensor => {
    // Each segment's probabilities sum to 1. What lies before a segment is taken off: the sum of hundreds would round codes away.
    const reached = probabilities.sub(constant(all.before)).cumsum(1);
    const below = share.matmul(spread).sub(reached).step();
    const codes = below.matmul(member).minimum(constant(all.last)).mul(constant(all.isSegment));
    return codes
      .matmul(constant(all.codePlaces, [all.width, layout.values]))
      .add(position.matmul(constant(all.positionPlaces, [all.width, layout.values])));
  };
  const half = constant(0.5).broadcastTo([out.shape[0], all.width]);
  const middle = lazy(() => {
    const plain = logProbs();
    const largest = plain.mul(constant(all.power)).exp().matmul(member).log().div(constant(all.powerOf));
    const sharp = plain.sub(largest.matmul(spread)).mul(constant(all.sharpest)).maximum(SMALLEST_LOG);
    const normalised = sharp.sub(sharp.exp().matmul(member).log().matmul(spread));
    return valuesAt(normalised.exp().mul(constant(all.isCode)), half, half);
  });
  return {
    name: "segments",
    parameters: { logits },
    shape: [out.shape[0], layout.values],
    noise: "uniform",
    noiseSize: 2 * all.width,
    density: "everywhere",
    space: "discrete",
    sample: (eps) => ({
      z: valuesAt(
        logProbs().exp().mul(constant(all.isCode)),
        eps.slice(1, 0, all.width),
        eps.slice(1, all.width, 2 * all.width),
      ),
      logq: "none",
    }),
    logProb: (x) => elements(x).sum(-1),
    elements,
    // Densities within codes tell of the unit that a number is in, and not of how strange it is.
    surprise: (x) => ofCodes(middle()).sub(ofCodes(x)).mul(isSeen(x)),
    /** The median where codes stand in an order, else the likeliest code. */
    get mean() {
      return middle();
    },
    get mode() {
      return middle();
    },
    kl: () => null,
    stop: () => segments(out.stop(), layout),
  };
}

/** The layout as constants. Lists per segment are filled up to `width`, those per code to a whole number of packets. */
function placed({ segments, codes, values }: SegmentLayout) {
  const width = padded(segments.length);
  const wide = padded(codes);
  const perSegment = (value: (segment: SegmentLayout["segments"][number]) => number, filler = 0) =>
    Array.from({ length: width }, (_, i) => (i < segments.length ? value(segments[i]) : filler));
  const member = new Float32Array(wide * width);
  const spread = new Float32Array(width * wide);
  const power = new Float32Array(wide).fill(1);
  const sharpest = new Float32Array(wide).fill(1);
  const isCode = new Float32Array(wide);
  const before = new Float32Array(wide);
  const codePlaces = new Float32Array(width * values);
  const positionPlaces = new Float32Array(width * values);
  for (const [s, { start, count, ordered, at, position }] of segments.entries()) {
    for (let code = start; code < start + count; code++) {
      member[code * width + s] = 1;
      spread[s * wide + code] = 1;
      power[code] = ordered ? 1 : SHARPEN;
      sharpest[code] = ordered ? 1 : SHARPEST;
      isCode[code] = 1;
    }
    before[start] = s === 0 ? 0 : 1;
    codePlaces[s * values + at] = 1;
    if (position !== null) positionPlaces[s * values + position] = 1;
  }
  // Filling segments have one code each, which they share with the first, so that no logarithm is taken of 0.
  for (let s = segments.length; s < width; s++) member[s] = 1;
  return {
    width,
    member: constant(member, [wide, width]),
    spread: constant(spread, [width, wide]),
    at: perSegment(({ at }) => at),
    start: perSegment(({ start }) => start),
    last: perSegment(({ count }) => count - 1),
    before,
    within: perSegment(({ within }) => within ?? 0),
    hasWithin: perSegment(({ within }) => (within === null ? 0 : 1)),
    isSegment: perSegment(() => 1),
    power,
    powerOf: perSegment(({ ordered }) => (ordered ? 1 : SHARPEN), 1),
    sharpest,
    isCode,
    codePlaces,
    positionPlaces,
  };
}

function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
