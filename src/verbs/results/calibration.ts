/** calibration.json: what records that the model was not trained on score, so that later scores get a p-value. */

import { sampleIndices } from "../../data/split.js";
import { openLandmarks } from "../../eval/landmarks/landmarks.js";
import { protocolOf } from "../../eval/protocol.js";
import { SCORE_SAMPLES, SCORE_SEED, scoreRecords } from "../../eval/score.js";
import { calibrationText } from "../../store/calibration.js";
import { parseLandmarks } from "../../store/landmarks.js";
import { CALIBRATION, LANDMARKS } from "../../store/layout.js";
import type { Result } from "./result.js";

/** Records that are scored: p-values go down to a thousandth, and it takes about a second. */
const CALIBRATED = 1000;

export const calibration: Result = {
  name: "calibration",
  async make({ runner, config, data, isAside, seed, engine, files }): Promise<Record<string, string>> {
    if (!isAside) return {};
    const order = sampleIndices(data.count, CALIBRATED, seed);
    const options = { samples: SCORE_SAMPLES, seed: SCORE_SEED };
    const nats: number[] = [];
    const scores: number[] = [];
    const stored = files[LANDMARKS];
    const near =
      stored instanceof Uint8Array ? await openLandmarks(config, parseLandmarks(stored, LANDMARKS), engine) : null;
    try {
      for await (const batch of scoreRecords(runner, data, order, { ...options, explain: false, landmarks: near })) {
        nats.push(...batch.nats);
        scores.push(...(batch.scores ?? []));
      }
    } finally {
      await near?.dispose();
    }
    if (!nats.every(Number.isFinite)) return {}; // a model that gives records no probability at all orders nothing
    const protocol = protocolOf(runner.config, data, { records: order.length, ...options });
    return { [CALIBRATION]: calibrationText(protocol, nats, scores.length > 0 ? scores : undefined) };
  },
};
