/** landmarks.safetensors: what of the training rows later rows are compared with, each point the mean of several rows. */

import { sampleIndices } from "../../data/split.js";
import { aggregated, type Groups } from "../../eval/landmarks/aggregate.js";
import { coordinatesOf, coordinateWidth, rangeScaling } from "../../eval/landmarks/coordinates.js";
import { distancesWithin, type Reference, scaleOf } from "../../eval/landmarks/landmarks.js";
import { SCORE_SAMPLES, SCORE_SEED, scoreRecords } from "../../eval/score.js";
import { type Field, fieldsOf } from "../../fields/list.js";
import { Philox } from "../../random.js";
import { landmarksBytes } from "../../store/landmarks.js";
import { LANDMARKS } from "../../store/layout.js";
import { TrainingOptions } from "../../train/options.js";
import { LANDMARK_STREAM } from "../streams.js";
import type { Result } from "./result.js";

/** Rows that are grouped, at the most; of wide tables fewer, so that measuring a distance stays quick, but no fewer than these. */
const ROWS = 10_000;
const FEWEST_OF_WIDE = 1500;
const QUICK_NUMBERS = 750_000;
/** Rows in a group: fewer than three would tell of single rows. */
const GROUP = 3;
/** With less there is nothing to measure from. */
const LEAST_ROWS = 4 * GROUP;
/** Numbers in all points: what is measured stays quick. */
const MOST_NUMBERS = 20_000_000;
/** Rows that scales are measured on. */
const MEASURED = 1000;
const LEAST_ASIDE = 50;
/**
 * How much a distance counts beside nats: of the blends that were best on a development suite of 46 tables the simplest, which
 * are none of those that figures are quoted of.
 */
const WEIGHT = 2;
const WEIGHT_IN_ROUNDS = 1;
/** Among anomalies: rounds, and points in each. */
const ROUNDS = 48; // whole packets of four, whose sums do not depend on where they lie in memory
const IN_ROUND = 8;

export const landmarks: Result = {
  name: "landmarks",
  async make({ runner, config, data, training, isAside, seed, isPrivate }): Promise<Record<string, Uint8Array>> {
    const fields = fieldsOf(config.schema);
    const width = coordinateWidth(fields);
    const affordable = Math.max(FEWEST_OF_WIDE, Math.floor(QUICK_NUMBERS / (width ?? 1)));
    const count = Math.min(ROWS, affordable, training.count);
    if (isPrivate || width === null || count < LEAST_ROWS || width * count > MOST_NUMBERS) return {};
    const isContaminated = TrainingOptions.parse(config.training).contamination > 0;
    // Rows kept aside are no part of them: p-values compare new rows with those.
    const chosen = sampleIndices(training.count, count, seed);
    const values = coordinatesOf(fields, await training.read(chosen), count, isContaminated);
    const random = new Philox(seed, LANDMARK_STREAM);
    const groups = aggregated({ values, count, width }, GROUP, random);
    const { reference, weight, groupOf } = isContaminated ? inRounds(groups, random) : atOnce(groups, fields);
    const measured = Math.min(MEASURED, count);
    const points = { values: values.subarray(0, measured * width), count: measured, width };
    const far = distancesWithin(points, reference, (point, landmark) => groups.groupOf[point] === groupOf(landmark));
    const aside = isAside && data.count >= LEAST_ASIDE ? data : training;
    const order = sampleIndices(aside.count, MEASURED, seed);
    const nats: number[] = [];
    const options = { samples: SCORE_SAMPLES, seed: SCORE_SEED, explain: false };
    for await (const batch of scoreRecords(runner, aside, order, options)) nats.push(...batch.nats);
    return { [LANDMARKS]: landmarksBytes({ ...reference, weight, distance: scaleOf(far), nats: scaleOf(nats) }) };
  },
};

interface Made {
  readonly reference: Reference;
  readonly weight: number;
  /** The group that a landmark is. */
  groupOf(landmark: number): number;
}

/** The nearest of all groups; the farthest values of a column lie 1 apart. */
function atOnce({ values, count, width }: Groups, fields: readonly Field[]): Made {
  return {
    reference: { values, count, width, rounds: 1, squashed: false, scaling: rangeScaling(fields) },
    weight: WEIGHT,
    groupOf: (landmark) => landmark,
  };
}

/** Among anomalies: the nearest of a few groups, many times, in standard deviations. */
function inRounds({ values, count, width }: Groups, random: Philox): Made {
  const inRound = Math.min(IN_ROUND, count);
  const chosen = Array.from({ length: ROUNDS }, () => [...random.permutation(count).subarray(0, inRound)]).flat();
  const picked = new Float32Array(chosen.length * width);
  for (const [i, group] of chosen.entries()) picked.set(values.subarray(group * width, (group + 1) * width), i * width);
  const scaling = new Float32Array(width).fill(1);
  return {
    reference: { values: picked, count: chosen.length, width, rounds: ROUNDS, squashed: true, scaling },
    weight: WEIGHT_IN_ROUNDS,
    groupOf: (landmark) => chosen[landmark],
  };
}
