/** How far a record lies from everything that was trained on: evidence that it is strange beside its own density. */

import type { Columns } from "../../data/dataset.js";
import { type Field, fieldsOf } from "../../fields/list.js";
import { concat, constant, input, type Tensor } from "../../graph/ops.js";
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
  /** Ways to measure: what coordinates are multiplied with, [ways, width]. */
  readonly scalings: Float32Array;
  readonly squashed: boolean;
}

/** Mean and standard deviation of what ordinary records have. */
export interface Scale {
  readonly mean: number;
  readonly deviation: number;
}
export interface Landmarks extends Reference {
  /** Of the distance by each way to measure. */
  readonly distances: readonly Scale[];
  readonly nats: Scale;
}

export interface OpenReference {
  /** Distances of `count` records, by each way to measure. */
  distances(columns: Columns, count: number): Promise<readonly Float32Array[]>;
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
  { values, count, width, rounds, scalings, squashed }: Reference,
  engine: Engine,
): Promise<OpenReference> {
  const x = input("x", [BATCH, width]);
  const ways = scalings.length / width;
  const outputs: Record<string, Tensor> = {};
  for (let way = 0; way < ways; way++) {
    const scaling = scalings.subarray(way * width, (way + 1) * width);
    const points = values.map((value, i) => value * scaling[i % width]);
    const squares = Float32Array.from({ length: count }, (_, i) =>
      points.subarray(i * width, (i + 1) * width).reduce((sum, value) => sum + value * value, 0),
    );
    // |x - p|^2 = |x|^2 + (-2 p, |p|^2) . (x, 1); the smallest is found before |x|^2 is added.
    const own = x.mul(constant(scaling));
    const wide = new Float32Array(count * (width + 1));
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < width; j++) wide[i * (width + 1) + j] = -2 * points[i * width + j];
      wide[i * (width + 1) + width] = squares[i];
    }
    const one = own.slice(1, 0, 1).mul(0).add(1);
    const products = concat([own, one], 1).matmul(constant(wide, [count, width + 1]), { transposeB: true });
    const smallest = products.reshape([-1, rounds, count / rounds]).min(2);
    outputs[`distance${way}`] = smallest.add(own.square().sum(1, true)).maximum(0).sqrt().mean(1);
  }
  const bank = engine.bank([]);
  const executable = await engine.compile(program("distances", outputs), bank);
  return {
    async distances(columns, records) {
      const feeds = { x: coordinatesOf(fields, columns, records, squashed) };
      const found = await executable.run(feeds, { [BATCH]: records });
      return Array.from({ length: ways }, (_, way) => found[`distance${way}`] as Float32Array);
    },
    async dispose() {
      await executable.dispose();
      bank.dispose();
    },
  };
}

/**
 * One figure of all evidence, the higher, the stranger: the mean of nats and distances, each in standard deviations of what
 * ordinary records have.
 */
export function blended(
  { distances, nats }: Pick<Landmarks, "distances" | "nats">,
  far: readonly number[],
  costs: number,
) {
  const standard = (value: number, { mean, deviation }: Scale) => (value - mean) / deviation;
  const all = [standard(costs, nats), ...distances.map((scale, way) => standard(far[way], scale))];
  return all.reduce((a, b) => a + b, 0) / all.length;
}

/**
 * Distances of points that landmarks were made of, by each way to measure: `own` says which landmarks a point is part of, and
 * those do not count.
 */
export function distancesWithin(
  points: Points,
  { values, count, width, rounds, scalings }: Reference,
  own: (point: number, landmark: number) => boolean,
): Float64Array[] {
  const ways = scalings.length / width;
  const inRound = count / rounds;
  return Array.from({ length: ways }, (_, way) =>
    Float64Array.from({ length: points.count }, (_, point) => {
      let sum = 0;
      let counted = 0;
      for (let round = 0; round < rounds; round++) {
        let nearest = Number.POSITIVE_INFINITY;
        for (let landmark = round * inRound; landmark < (round + 1) * inRound; landmark++) {
          if (own(point, landmark)) continue;
          let distance = 0;
          for (let j = 0; j < width && distance < nearest; j++) {
            const gap = (points.values[point * width + j] - values[landmark * width + j]) * scalings[way * width + j];
            distance += gap * gap;
          }
          if (distance < nearest) nearest = distance;
        }
        if (nearest === Number.POSITIVE_INFINITY) continue;
        sum += Math.sqrt(nearest);
        counted++;
      }
      return counted > 0 ? sum / counted : 0;
    }),
  );
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
