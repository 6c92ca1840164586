/** Improved precision and recall (Kynkaanniemi et al. 2019): are generated pictures realistic, and are real ones generated. */

import type { PictureMetric } from "./metric.js";
import { shareOf } from "./share.js";

/** Share of generated pictures within reach of a real one (eq. 2); a real outlier's wide ball takes in many. */
export const precision: PictureMetric = {
  name: "precision",
  better: "higher",
  compute: ({ overlap }) => shareOf(overlap().realBalls, (balls) => balls > 0),
};

/** Share of real pictures within reach of a generated one (eq. 2 the other way round). */
export const recall: PictureMetric = {
  name: "recall",
  better: "higher",
  compute: ({ overlap }) => shareOf(overlap().generatedBalls, (balls) => balls > 0),
};
