/** landmarks.safetensors: what of the training rows later rows are compared with, each point the mean of several rows. */

import type { Dataset } from "../../data/dataset.js";
import { sampleIndices } from "../../data/split.js";
import { aggregated, type Points } from "../../eval/landmarks/aggregate.js";
import { coordinatesOf, coordinateWidth } from "../../eval/landmarks/coordinates.js";
import { openDistance, scaleOf } from "../../eval/landmarks/landmarks.js";
import { SCORE_SAMPLES, SCORE_SEED, scoreRecords } from "../../eval/score.js";
import { type Field, fieldsOf } from "../../fields/list.js";
import { Philox } from "../../random.js";
import type { Engine } from "../../runtime/engine.js";
import { landmarksBytes } from "../../store/landmarks.js";
import { LANDMARKS } from "../../store/layout.js";
import { LANDMARK_STREAM } from "../streams.js";
import type { Result } from "./result.js";

/** Training rows that are grouped, and rows in a group: fewer than three would tell of single rows. */
const ROWS = 5000;
const GROUP = 3;
/** Numbers in all points: what is measured stays quick. */
const MOST_NUMBERS = 20_000_000;
/** Rows that scales are measured on; with fewer kept aside the training rows are measured against each other. */
const MEASURED = 1000;
const LEAST_ASIDE = 50;
const LEAST_ROWS = 2 * GROUP * 2;

export const landmarks: Result = {
  name: "landmarks",
  async make({
    runner,
    config,
    data,
    isAside,
    training,
    seed,
    engine,
    isPrivate,
  }): Promise<Record<string, Uint8Array>> {
    const fields = fieldsOf(config.schema);
    const width = coordinateWidth(fields);
    if (
      isPrivate ||
      width === null ||
      training.count < LEAST_ROWS ||
      width * Math.min(ROWS, training.count) > MOST_NUMBERS
    )
      return {};
    const random = new Philox(seed, LANDMARK_STREAM);
    const points = await pointsOf(fields, training, sampleIndices(training.count, ROWS, seed), width);
    const all = aggregated(points, GROUP, random);
    const asideRows = isAside && data.count >= LEAST_ASIDE ? data : null;
    const far = asideRows
      ? await distances(fields, all, asideRows, engine)
      : await distancesWithin(fields, points, training, engine, random);
    const measured = asideRows ?? training;
    const order = sampleIndices(measured.count, MEASURED, seed);
    const nats: number[] = [];
    const options = { samples: SCORE_SAMPLES, seed: SCORE_SEED, explain: false };
    for await (const batch of scoreRecords(runner, measured, order, options)) nats.push(...batch.nats);
    const scales = { distance: scaleOf(far), nats: scaleOf(Float64Array.from(nats)) };
    return { [LANDMARKS]: landmarksBytes({ ...all, rounds: 1, ...scales }) };
  },
};

async function pointsOf(fields: readonly Field[], data: Dataset, indices: Uint32Array, width: number): Promise<Points> {
  const values = coordinatesOf(fields, await data.read(indices), indices.length);
  return { values, count: indices.length, width };
}

async function distances(
  fields: readonly Field[],
  points: Points,
  data: Dataset,
  engine: Engine,
): Promise<Float64Array> {
  const measure = await openDistance(fields, { ...points, rounds: 1 }, engine);
  try {
    const indices = Uint32Array.from({ length: Math.min(MEASURED, data.count) }, (_, i) => i);
    return await measure.distances(await data.read(indices), indices.length);
  } finally {
    await measure.dispose();
  }
}

/** Distances of each half of the rows to the groups of the other half. */
async function distancesWithin(
  fields: readonly Field[],
  { values, count, width }: Points,
  data: Dataset,
  engine: Engine,
  random: Philox,
): Promise<Float64Array> {
  const half = Math.floor(count / 2);
  const parts = [
    { values: values.subarray(0, half * width), count: half, width, others: [half, count] },
    { values: values.subarray(half * width), count: count - half, width, others: [0, half] },
  ];
  const indices = sampleIndices(data.count, count, 0);
  const found: number[] = [];
  for (const { others, ...points } of parts) {
    const measure = await openDistance(fields, { ...aggregated(points, GROUP, random), rounds: 1 }, engine);
    const rows = indices.subarray(others[0], others[1]);
    found.push(...(await measure.distances(await data.read(rows), rows.length)));
    await measure.dispose();
  }
  return Float64Array.from(found);
}
