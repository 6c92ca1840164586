/** How far a record lies from everything that was trained on: evidence that it is strange beside its own density. */

import type { Columns } from "../../data/dataset.js";
import { type Field, fieldsOf } from "../../fields/list.js";
import { constant, input } from "../../graph/ops.js";
import { program } from "../../graph/program.js";
import type { ModelConfig } from "../../model/config.js";
import { BATCH } from "../../model/programs.js";
import type { Engine } from "../../runtime/engine.js";
import type { Points } from "./aggregate.js";
import { coordinatesOf } from "./coordinates.js";

/** Mean and standard deviation of what records that were kept aside have. */
export interface Scale {
  readonly mean: number;
  readonly deviation: number;
}

/** What is kept of the training records, in the coordinates of their fields. */
export interface Landmarks extends Points {
  /**
   * The landmarks come in so many rounds of equally many; a distance is the mean over rounds of that to the nearest of the
   * round. One round of all is the distance to the nearest neighbour; many of few is robust against anomalies among the
   * training records (Sugiyama & Borgwardt 2013).
   */
  readonly rounds: number;
  readonly distance: Scale;
  readonly nats: Scale;
}

export interface OpenLandmarks {
  readonly landmarks: Landmarks;
  /** Distances of `count` records. */
  distances(columns: Columns, count: number): Promise<Float64Array>;
  dispose(): Promise<void>;
}

/** The landmarks on an engine. */
export async function openLandmarks(
  { schema }: Pick<ModelConfig, "schema">,
  landmarks: Landmarks,
  engine: Engine,
): Promise<OpenLandmarks> {
  const fields = fieldsOf(schema);
  const measure = await openDistance(fields, landmarks, engine);
  return { landmarks, distances: measure.distances, dispose: measure.dispose };
}

/** Mean distance to the nearest landmark of each round. */
export async function openDistance(
  fields: readonly Field[],
  { values, count, width, rounds }: Pick<Landmarks, "values" | "count" | "width" | "rounds">,
  engine: Engine,
): Promise<Pick<OpenLandmarks, "distances" | "dispose">> {
  const squares = Float32Array.from({ length: count }, (_, i) => {
    let sum = 0;
    for (let j = i * width; j < (i + 1) * width; j++) sum += values[j] * values[j];
    return sum;
  });
  const x = input("x", [BATCH, width]);
  const gaps = x
    .matmul(constant(values, [count, width]), { transposeA: false, transposeB: true })
    .mul(-2)
    .add(constant(squares))
    .add(x.square().sum(1, true));
  const nearest = gaps
    .reshape([-1, rounds, count / rounds])
    .min(2)
    .maximum(0)
    .sqrt();
  const bank = engine.bank([]);
  const executable = await engine.compile(program("distance", { distance: nearest.mean(1) }), bank);
  return {
    async distances(columns, records) {
      const { distance } = await executable.run({ x: coordinatesOf(fields, columns, records) }, { [BATCH]: records });
      return Float64Array.from(distance as Float32Array);
    },
    async dispose() {
      await executable.dispose();
      bank.dispose();
    },
  };
}

/** How much the distance counts beside the nats, both in standard deviations: chosen on sets that no figure is quoted of. */
const DISTANCE_WEIGHT = 2;

/** One figure of both: the higher, the stranger. */
export function blended({ distance, nats }: Pick<Landmarks, "distance" | "nats">, far: number, costs: number): number {
  const standard = (value: number, { mean, deviation }: Scale) => (value - mean) / deviation;
  return (DISTANCE_WEIGHT * standard(far, distance) + standard(costs, nats)) / (DISTANCE_WEIGHT + 1);
}

/** Of these values. */
export function scaleOf(values: Float64Array): Scale {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) || 1 };
}
