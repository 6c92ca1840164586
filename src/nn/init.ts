/** Starting values of parameters. */

import type { Philox } from "../random.js";

/** Fills a fresh array of `shape`. For weights [in, out] the first axis is the fan-in. */
export type Initializer = (shape: readonly number[], random: Philox) => Float32Array;

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, dim) => size * dim, 1);
}

/** The same value everywhere. */
export function filled(value: number): Initializer {
  return (shape) => new Float32Array(sizeOf(shape)).fill(value);
}
export const zeros: Initializer = filled(0);
export const ones: Initializer = filled(1);

/** These values, as they are. */
export function given(values: ArrayLike<number>): Initializer {
  return () => Float32Array.from(values);
}

/** Uniform in ±bound. */
function uniformWithin(boundOf: (shape: readonly number[]) => number): Initializer {
  return (shape, random) => {
    const bound = boundOf(shape);
    return random.uniforms(new Float32Array(sizeOf(shape))).map((u) => (2 * u - 1) * bound);
  };
}

/** Uniform with variance 2 / fan-in, for layers followed by a rectifier (He et al. 2015, eq. 10). */
export const kaimingUniform: Initializer = uniformWithin(([fanIn]) => Math.sqrt(6 / fanIn));

/** Uniform with variance 1 / (3 fan-in), for layers followed by nothing (LeCun et al. 1998, section 4.6, narrower). */
export const lecunUniform: Initializer = uniformWithin(([fanIn]) => Math.sqrt(1 / fanIn));

/** Uniform with variance 2 / fan-in where each output sees only `1 / share` of the rows (transposed convolutions). */
export function kaimingUniformSharing(share: number): Initializer {
  return uniformWithin(([rows]) => Math.sqrt((6 * share) / rows));
}
