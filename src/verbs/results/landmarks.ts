/** landmarks.safetensors: what of the training rows later rows are compared with, each point the mean of several rows. */

import type { Dataset } from "../../data/dataset.js";
import { sampleIndices } from "../../data/split.js";
import { aggregated, type Points } from "../../eval/landmarks/aggregate.js";
import { coordinatesOf, coordinateWidth, rangeScaling } from "../../eval/landmarks/coordinates.js";
import { openReference, type Reference, scaleOf } from "../../eval/landmarks/landmarks.js";
import { SCORE_SAMPLES, SCORE_SEED, scoreRecords } from "../../eval/score.js";
import { type Field, fieldsOf } from "../../fields/list.js";
import { Philox } from "../../random.js";
import type { Engine } from "../../runtime/engine.js";
import { landmarksBytes } from "../../store/landmarks.js";
import { LANDMARKS } from "../../store/layout.js";
import { TrainingOptions } from "../../train/options.js";
import { LANDMARK_STREAM } from "../streams.js";
import type { Result } from "./result.js";

/** Training rows that are grouped, and rows in a group: fewer than three would tell of single rows. */
const ROWS = 5000;
const GROUP = 3;
/** With less there is nothing to measure from. */
const LEAST_ROWS = 4 * GROUP;
/** Numbers in all points: what is measured stays quick. */
const MOST_NUMBERS = 20_000_000;
/** Rows that scales are measured on; with fewer kept aside the training rows are measured against each other. */
const MEASURED = 1000;
const LEAST_ASIDE = 50;
/** Among anomalies: rounds, and points in each. */
const ROUNDS = 50;
const IN_ROUND = 8;

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
    const rows = Math.min(ROWS, training.count);
    if (isPrivate || width === null || rows < LEAST_ROWS || width * rows > MOST_NUMBERS) return {};
    const isContaminated = TrainingOptions.parse(config.training).contamination > 0;
    const chosen = sampleIndices(training.count, rows, seed);
    const coordinates = coordinatesOf(fields, await training.read(chosen), rows, isContaminated);
    const make = (points: Points, random: Philox) => reference(points, fields, isContaminated, random);
    const random = new Philox(seed, LANDMARK_STREAM);
    const all = make({ values: coordinates, count: rows, width }, random);
    const hasAside = isAside && data.count >= LEAST_ASIDE;
    const measured = hasAside ? data : training;
    const order = hasAside ? sampleIndices(data.count, MEASURED, seed) : chosen.subarray(0, MEASURED);
    const far = hasAside
      ? await measure(all, fields, data, order, engine)
      : await measureWithin({ values: coordinates, count: rows, width }, chosen, {
          make,
          fields,
          training,
          engine,
          random,
        });
    const nats: number[] = [];
    const options = { samples: SCORE_SAMPLES, seed: SCORE_SEED, explain: false };
    for await (const batch of scoreRecords(runner, measured, order, options)) nats.push(...batch.nats);
    return { [LANDMARKS]: landmarksBytes({ ...all, distances: far.map(scaleOf), nats: scaleOf(nats) }) };
  },
};

/** Groups of rows as points; distances in standard deviations and in ranges, among anomalies to the nearest of a few. */
function reference(points: Points, fields: readonly Field[], isContaminated: boolean, random: Philox): Reference {
  const groups = aggregated(points, GROUP, random);
  const { width } = points;
  const ones = new Float32Array(width).fill(1);
  if (!isContaminated)
    return { ...groups, rounds: 1, squashed: false, scalings: Float32Array.from([...ones, ...rangeScaling(fields)]) };
  const inRound = Math.min(IN_ROUND, groups.count);
  const values = new Float32Array(ROUNDS * inRound * width);
  for (let round = 0; round < ROUNDS; round++)
    for (const [i, group] of random.permutation(groups.count).subarray(0, inRound).entries())
      values.set(groups.values.subarray(group * width, (group + 1) * width), (round * inRound + i) * width);
  return { values, count: ROUNDS * inRound, width, rounds: ROUNDS, squashed: true, scalings: ones };
}

/** Distances of these rows, by each way to measure. */
async function measure(
  points: Reference,
  fields: readonly Field[],
  data: Dataset,
  order: Uint32Array,
  engine: Engine,
): Promise<readonly Float32Array[]> {
  const opened = await openReference(fields, points, engine);
  try {
    return await opened.distances(await data.read(order), order.length);
  } finally {
    await opened.dispose();
  }
}

interface Within {
  readonly make: (points: Points, random: Philox) => Reference;
  readonly fields: readonly Field[];
  readonly training: Dataset;
  readonly engine: Engine;
  readonly random: Philox;
}

/** Distances of each half of the rows from the groups of the other half. */
async function measureWithin(
  { values, count, width }: Points,
  rows: Uint32Array,
  { make, fields, training, engine, random }: Within,
): Promise<readonly number[][]> {
  const half = Math.floor(count / 2);
  const halves = [
    { from: 0, to: half },
    { from: half, to: count },
  ];
  const found: number[][] = [];
  for (const [i, { from, to }] of halves.entries()) {
    const points = make({ values: values.subarray(from * width, to * width), count: to - from, width }, random);
    const other = halves[1 - i];
    const far = await measure(points, fields, training, rows.subarray(other.from, other.to), engine);
    for (const [way, own] of far.entries()) found[way] = [...(found[way] ?? []), ...own];
  }
  return found;
}
