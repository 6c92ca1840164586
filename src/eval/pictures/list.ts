/** Metrics of generated pictures, in the order in which they are told. */

import { coverage, density } from "./density-coverage.js";
import { frechet } from "./frechet.js";
import { kernel } from "./kernel.js";
import type { PictureMetric } from "./metric.js";
import { precision, recall } from "./precision-recall.js";

/** How far apart two sets are; these say something of reconstructions, too. */
export const distances: readonly PictureMetric[] = [frechet, kernel];
export const pictureMetrics: readonly PictureMetric[] = [...distances, precision, recall, density, coverage];
