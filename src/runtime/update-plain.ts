/** The optimiser's kernel in plain TypeScript: where WebAssembly has no SIMD, and the judge of the wasm form. */

import type { UpdateKernel } from "./update.js";

/** The smallest normal float32; what is smaller becomes zero, as in the wasm form. */
const TINY = 2 ** -126;

/**
 * The kernel on `buffer`. Rounding each product, quotient, root and sum of float32 numbers from float64 to float32 gives
 * what float32 arithmetic gives (Figueroa 1995), so both forms agree bit for bit.
 */
export function plainKernel(buffer: ArrayBuffer): UpdateKernel {
  const floats = new Float32Array(buffer);
  return {
    adam(p, g, m, v, count, ...factors) {
      const [scale, beta1, rest1, beta2, rest2, keep, rate, inverse, epsilon] = factors.map(f);
      const [P, G, M, V] = [p / 4, g / 4, m / 4, v / 4];
      for (let i = 0; i < count; i++) {
        const gradient = f(floats[G + i] * scale);
        const first = flush(f(f(floats[M + i] * beta1) + f(gradient * rest1)));
        const second = flush(f(f(floats[V + i] * beta2) + f(f(gradient * gradient) * rest2)));
        floats[M + i] = first;
        floats[V + i] = second;
        const root = f(f(f(Math.sqrt(second)) * inverse) + epsilon);
        floats[P + i] = f(f(floats[P + i] * keep) - f(f(first * rate) / root));
      }
    },
    sumOfSquares(x, count) {
      const sums = new Float64Array(8);
      for (let i = 0; i < count; i++) sums[i % 8] += floats[x / 4 + i] ** 2;
      const [a, b, c, d, e, g, h, k] = sums;
      return a + e + (c + h) + (b + g + (d + k));
    },
    allFinite(x, count) {
      return floats.subarray(x / 4, x / 4 + count).every(Number.isFinite) ? 1 : 0;
    },
    axpby(y, x, a, b, count) {
      for (let i = 0; i < count; i++) {
        floats[y / 4 + i] = f(f(floats[y / 4 + i] * f(a)) + f(floats[x / 4 + i] * f(b)));
      }
    },
  };
}

const f = Math.fround;

function flush(x: number): number {
  return Math.abs(x) < TINY ? 0 : x;
}
