/** What a projection is: a way to lay latents out in the plane, and back where there is one. */

import type { Named } from "../../registry.js";

/** Posteriors of records, [count, width] each. */
export interface LatentCloud {
  readonly mu: Float32Array;
  readonly logvar: Float32Array;
  readonly count: number;
  readonly width: number;
}

export interface ProjectOptions {
  /** Same seed, same places. */
  readonly seed: number;
  readonly signal?: AbortSignal;
  /** Called now and then with how much of the work is done. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Latents in the plane. */
export interface Projected {
  /** [count, 2]. */
  readonly points: Float32Array;
  /** What the coordinates are; without a meaning of their own, "". @example ["PC 1 (34 %)", "PC 2 (12 %)"] */
  readonly axes: readonly [string, string];
  /** For a caption. @example "PCA of 20 latents, 46 % of variance" */
  readonly how: string;
  /** Latents [n, width] for places [n, 2] in the plane. */
  latentsAt(places: Float32Array): Float32Array;
  /** What those latents are, for a caption. @example "the two latents at this place" */
  readonly inverse: string;
}

export interface Projection extends Named {
  /** How well it suits latents of this width, for "auto": the highest is taken. */
  suits(width: number): number;
  /** More records than this take too long. */
  readonly maxRecords: number;
  project(cloud: LatentCloud, options: ProjectOptions): Promise<Projected>;
}
