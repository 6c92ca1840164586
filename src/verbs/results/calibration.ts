/** calibration.json: what records that the model was not trained on score, so that later scores get a p-value. */

import { sampleIndices } from "../../data/split.js";
import { protocolOf } from "../../eval/protocol.js";
import { SCORE_SAMPLES, SCORE_SEED, scoreRecords } from "../../eval/score.js";
import { calibrationText } from "../../store/calibration.js";
import { CALIBRATION } from "../../store/layout.js";
import type { Result } from "./result.js";

/** Records that are scored: p-values go down to a thousandth, and it takes about a second. */
const CALIBRATED = 1000;

export const calibration: Result = {
  name: "calibration",
  async make({ runner, data, isAside, seed }): Promise<Record<string, string>> {
    if (!isAside) return {};
    const order = sampleIndices(data.count, CALIBRATED, seed);
    const options = { samples: SCORE_SAMPLES, seed: SCORE_SEED };
    const nats: number[] = [];
    for await (const batch of scoreRecords(runner, data, order, { ...options, explain: false }))
      nats.push(...batch.nats);
    if (!nats.every(Number.isFinite)) return {}; // a model that gives records no probability at all orders nothing
    const protocol = protocolOf(runner.config, data, { records: order.length, ...options });
    return { [CALIBRATION]: calibrationText(protocol, nats) };
  },
};
