/** How far a record lies from everything that was trained on: evidence that it is strange beside its own density. */

import type { Columns } from "../../data/dataset.js";
import { type Field, fieldsOf } from "../../fields/list.js";
import { concat, constant, input } from "../../graph/ops.js";
import { program } from "../../graph/program.js";
import type { ModelConfig } from "../../model/config.js";
import { BATCH } from "../../model/programs.js";
import type { Engine } from "../../runtime/engine.js";
import type { Points } from "./aggregate.js";
import { coordinatesOf } from "./coordinates.js";

/** Points that distances are measured from, and how. */
export interface Reference extends Points {
  /**
   * The points come in so many rounds of equally many; a distance is the mean over rounds of that to the nearest of the
   * round. One round of all is the distance to the nearest neighbour; many of few is robust against anomalies among the
   * training records (Sugiyama & Borgwardt 2013).
   */
  readonly rounds: number;
  /** What coordinates are multiplied with before distances are measured, [width]. */
  readonly scaling: Float32Array;
  readonly squashed: boolean;
}

/** Mean and standard deviation of what ordinary records have. */
export interface Scale {
  readonly mean: number;
  readonly deviation: number;
}
export interface Landmarks extends Reference {
  readonly distance: Scale;
  readonly nats: Scale;
  /** How much the distance counts beside the nats. */
  readonly weight: number;
}

export interface OpenReference {
  /** Distances of `count` records. */
  distances(columns: Columns, count: number): Promise<Float32Array>;
  dispose(): Promise<void>;
}
export interface OpenLandmarks extends OpenReference {
  readonly landmarks: Landmarks;
}

/** The landmarks on an engine. */
export async function openLandmarks(
  { schema }: Pick<ModelConfig, "schema">,
  landmarks: Landmarks,
  engine: Engine,
): Promise<OpenLandmarks> {
  return { landmarks, ...(await openReference(fieldsOf(schema), landmarks, engine)) };
}

export async function openReference(
  fields: readonly Field[],
  { values, count, width, rounds, scaling, squashed }: Reference,
  engine: Engine,
): Promise<OpenReference> {
  const x = input("x", [BATCH, width]).mul(constant(scaling));
  // |x - p|^2 = |x|^2 + (-2 p, |p|^2) . (x, 1); the smallest is found before |x|^2 is added.
  const wide = new Float32Array(count * (width + 1));
  for (let i = 0; i < count; i++) {
    let square = 0;
    for (let j = 0; j < width; j++) {
      const point = values[i * width + j] * scaling[j];
      square += point * point;
      wide[i * (width + 1) + j] = -2 * point;
    }
    wide[i * (width + 1) + width] = square;
  }
  const one = x.slice(1, 0, 1).mul(0).add(1);
  const products = concat([x, one], 1).matmul(constant(wide, [count, width + 1]), { transposeB: true });
  const smallest = products.reshape([-1, rounds, count / rounds]).min(2);
  const distance = smallest.add(x.square().sum(1, true)).maximum(0).sqrt().mean(1);
  const bank = engine.bank([]);
  const executable = await engine.compile(program("distances", { distance }), bank);
  return {
    async distances(columns, records) {
      const feeds = { x: coordinatesOf(fields, columns, records, squashed) };
      return (await executable.run(feeds, { [BATCH]: records })).distance as Float32Array;
    },
    async dispose() {
      await executable.dispose();
      bank.dispose();
    },
  };
}

/** One figure of nats and distance, the higher, the stranger: their mean in standard deviations of ordinary records. */
export function blended(
  landmarks: Pick<Landmarks, "distance" | "nats" | "weight">,
  far: number,
  costs: number,
): number {
  const { distance, nats, weight } = landmarks;
  const standard = (value: number, { mean, deviation }: Scale) => (value - mean) / deviation;
  return (standard(costs, nats) + weight * standard(far, distance)) / (1 + weight);
}

/**
 * Distances of points that landmarks were made of: `own` says which landmarks a point is part of, and those do not count.
 */
export function distancesWithin(
  points: Points,
  { values, count, width, rounds, scaling }: Reference,
  own: (point: number, landmark: number) => boolean,
): Float64Array {
  const inRound = count / rounds;
  return Float64Array.from({ length: points.count }, (_, point) => {
    let sum = 0;
    let counted = 0;
    for (let round = 0; round < rounds; round++) {
      let nearest = Number.POSITIVE_INFINITY;
      for (let landmark = round * inRound; landmark < (round + 1) * inRound; landmark++) {
        if (own(point, landmark)) continue;
        let distance = 0;
        for (let j = 0; j < width && distance < nearest; j++) {
          const gap = (points.values[point * width + j] - values[landmark * width + j]) * scaling[j];
          distance += gap * gap;
        }
        if (distance < nearest) nearest = distance;
      }
      if (nearest === Number.POSITIVE_INFINITY) continue;
      sum += Math.sqrt(nearest);
      counted++;
    }
    return counted > 0 ? sum / counted : 0;
  });
}

/** A distance when so many coordinates that were always the same differ by 1. */
export function withOdd(distance: number, odd: number): number {
  return odd === 0 ? distance : Math.sqrt(distance * distance + odd);
}

/** Of these values. */
export function scaleOf(values: ArrayLike<number>): Scale {
  const list = Float64Array.from(values);
  const mean = list.reduce((a, b) => a + b, 0) / list.length;
  const variance = list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / list.length;
  return { mean, deviation: Math.sqrt(variance) || 1 };
}
