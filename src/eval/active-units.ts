/** How many latents the encoder uses: those whose posterior mean varies over the data (Burda et al. 2016, section 5.2). */

import type { Metric } from "./metric.js";
import { type Moments, moments } from "./moments.js";

/** A latent is active when the variance of its mean over records is above this. */
export const ACTIVE_VARIANCE = 0.01;

export const activeUnits: Metric<{ activeUnits: number }> = {
  figures: { activeUnits: { unit: "count", better: "neither" } },
  start({ latent }) {
    const units: Moments[] = Array.from({ length: latent }, moments);
    return {
      add({ mu, count }) {
        for (let i = 0; i < count * latent; i++) units[i % latent].add(mu[i]);
      },
      result: () => ({ activeUnits: units.filter(({ variance }) => variance > ACTIVE_VARIANCE).length }),
    };
  },
};
