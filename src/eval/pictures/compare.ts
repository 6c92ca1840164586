/** Compares generated pictures with real ones by their features. */

import { VaekitError } from "../../errors.js";
import { pictureMetrics } from "./list.js";
import type { FeatureSet, PictureMetric } from "./metric.js";
import { NEIGHBOURS, type Overlap, overlapOf } from "./overlap.js";

/** Fewer pictures say nothing: the features have 64 dimensions. */
export const LEAST_PICTURES = 100;

/** Figures by full name, such as `frechet_vk64_n2000`: metric, feature net, pictures on either side. */
export type PictureFigures = Readonly<Record<string, number>>;

/**
 * What `metrics` say of features of two sets of as many pictures, by the net of that name. Figures of another net or count do
 * not compare, and none with published FID or KID, which are measured on features of Inception. E_DATA for sets that are too
 * small or unequal.
 */
export function compareFeatures(
  real: FeatureSet,
  generated: FeatureSet,
  net: string,
  metrics: readonly PictureMetric[] = pictureMetrics,
): PictureFigures {
  if (real.count !== generated.count || real.count < LEAST_PICTURES) {
    throw new VaekitError(
      "E_DATA",
      `pictures to compare: got ${real.count} real and ${generated.count} generated ones, expected as many of each and at least ${LEAST_PICTURES}`,
    );
  }
  let found: Overlap | null = null;
  const overlap = () => {
    found ??= overlapOf(real, generated);
    return found;
  };
  return Object.fromEntries(
    metrics.map(({ name, compute }) => [`${name}_${net}_n${real.count}`, compute({ real, generated, overlap })]),
  );
}

/** What a figure's protocol says of the features and neighbours. */
export function pictureProtocol(net: string): { features: string; neighbours: number } {
  return {
    features: `${net}, a small net trained by vaekit; not to be compared with published FID or KID`,
    neighbours: NEIGHBOURS,
  };
}
