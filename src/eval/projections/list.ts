/** The list of projections. A new one is a file and a line here. */

import { registry } from "../../registry.js";
import { latents } from "./latents.js";
import { pcaProjection } from "./pca.js";
import type { Projection } from "./projection.js";
import { umap } from "./umap.js";

export const projections = registry<Projection>("projection", [latents, pcaProjection, umap]);

/** The projection of this name; for "auto" the one that suits latents of this width best. E_UNKNOWN for another name. */
export function projectionFor(name: string, width: number): Projection {
  if (name !== "auto") return projections.get(name);
  return projections
    .names()
    .map((known) => projections.get(known))
    .reduce((best, next) => (next.suits(width) > best.suits(width) ? next : best));
}
