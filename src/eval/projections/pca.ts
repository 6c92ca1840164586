/** Projection: the two directions in which the latents vary most. */

import { latents } from "./latents.js";
import type { Projection } from "./projection.js";

/** Back by the axes: z = mean + x a1 + y a2, so that everything else is at its mean. */
export const pcaProjection: Projection = {
  name: "pca",
  suits: () => 0.5,
  maxRecords: Number.POSITIVE_INFINITY,
  async project(cloud, options) {
    const { mu, width } = cloud;
    if (width < 2) return latents.project(cloud, options);
    const { pca } = await import("../pca.js");
    const { mean, axes, explained, project } = pca(mu, width, 2);
    const [first, second] = explained;
    return {
      points: project(mu),
      axes: [`PC 1 (${percent(first)})`, `PC 2 (${percent(second)})`],
      how: `PCA of ${width} latents, ${percent(first + second)} of variance`,
      inverse: "these two components, the others at their means",
      latentsAt(places) {
        const z = new Float32Array((places.length / 2) * width);
        for (let i = 0; i < z.length; i++) {
          const [row, j] = [Math.floor(i / width), i % width];
          z[i] = mean[j] + places[2 * row] * axes[0][j] + places[2 * row + 1] * axes[1][j];
        }
        return z;
      },
    };
  },
};

const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
