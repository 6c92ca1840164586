/** Density and coverage (Naeem et al. 2020): precision and recall that outliers do not raise. */

import type { PictureMetric } from "./metric.js";
import { NEIGHBOURS } from "./overlap.js";
import { shareOf } from "./share.js";

/** Balls of real pictures around a generated one, mean over all, divided by k (eq. 5). Around 1 where the sets are of one kind. */
export const density: PictureMetric = {
  name: "density",
  better: "higher",
  compute({ overlap }) {
    const { realBalls } = overlap();
    return realBalls.reduce((sum, balls) => sum + balls, 0) / (NEIGHBOURS * realBalls.length);
  },
};

/** Share of real pictures in whose ball a generated one lies (eq. 6). */
export const coverage: PictureMetric = {
  name: "coverage",
  better: "higher",
  compute: ({ overlap }) => shareOf(overlap().generatedInside, (inside) => inside > 0),
};
