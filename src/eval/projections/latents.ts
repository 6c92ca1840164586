/** Projection: two latents as they are. */

import { moments } from "../moments.js";
import type { LatentCloud, Projection } from "./projection.js";

/** Where there are more than two, those that vary most; the others are held at their means. One goes with its spread. */
export const latents: Projection = {
  name: "latents",
  suits: (width) => (width <= 2 ? 1 : 0.1),
  maxRecords: Number.POSITIVE_INFINITY,
  async project(cloud) {
    if (cloud.width === 1) return oneLatent(cloud);
    const { mu, count, width } = cloud;
    const all = Array.from({ length: width }, moments);
    for (let i = 0; i < mu.length; i++) all[i % width].add(mu[i]);
    const means = Float32Array.from(all, ({ mean }) => mean);
    const [first, second] = all
      .map((_, j) => j)
      .sort((a, b) => all[b].variance - all[a].variance)
      .slice(0, 2)
      .sort((a, b) => a - b);
    const points = new Float32Array(2 * count);
    for (let i = 0; i < count; i++) points.set([mu[i * width + first], mu[i * width + second]], 2 * i);
    return {
      points,
      axes: [`mu_${first}`, `mu_${second}`],
      how: width === 2 ? "the two latents" : `the two of ${width} latents that vary most`,
      inverse: width === 2 ? "the two latents at this place" : "these two latents, the others at their means",
      latentsAt(places) {
        const z = new Float32Array((places.length / 2) * width);
        for (let i = 0; 2 * i < places.length; i++) {
          z.set(means, i * width);
          z[i * width + first] = places[2 * i];
          z[i * width + second] = places[2 * i + 1];
        }
        return z;
      },
    };
  },
};

function oneLatent({ mu, logvar, count }: LatentCloud) {
  const points = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) points.set([mu[i], Math.exp(logvar[i] / 2)], 2 * i);
  return {
    points,
    axes: ["mu_0", "sigma_0"] as const,
    how: "the one latent and its spread",
    inverse: "the latent at this place",
    latentsAt: (places: Float32Array) => Float32Array.from({ length: places.length / 2 }, (_, i) => places[2 * i]),
  };
}
