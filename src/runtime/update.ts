/** The optimiser's kernel: one fused wasm-SIMD pass over parameters, gradients and moments. */

import type { UpdateRule } from "./engine.js";
import { UPDATE_WASM } from "./kernels/update-wasm.js";

/**
 * What the kernel does on one memory. Pointers are byte offsets, multiples of 4; counts are floats, multiples of 8.
 * The wasm form (below) and the plain form (update-plain.ts) give the same bits.
 */
export interface UpdateKernel {
  /** One step of Adam or AdamW; `p g m v` point at the parameters, gradients and moments. See `adamFactors`. */
  adam(p: number, g: number, m: number, v: number, count: number, ...factors: AdamFactors): void;
  /** Sum of squares in float64, in an order that depends on the count alone. */
  sumOfSquares(x: number, count: number): number;
  /** 1 if no value is infinite or NaN, else 0. */
  allFinite(x: number, count: number): number;
  /** y = a y + b x, for moving averages. */
  axpby(y: number, x: number, a: number, b: number, count: number): void;
}

/** The numbers that stay the same over one step; the kernel rounds them to float32. */
export type AdamFactors = [
  scale: number,
  beta1: number,
  rest1: number,
  beta2: number,
  rest2: number,
  keep: number,
  rate: number,
  inverse: number,
  epsilon: number,
];

/**
 * The factors of one step, made in float64:
 *
 *     g' = scale g,  m = beta1 m + rest1 g',  v = beta2 v + rest2 g'^2      rest = 1 - beta
 *     p  = keep p - rate m / (inverse sqrt(v) + epsilon)                    keep = 1 - learningRate weightDecay
 *
 * with rate = learningRate / (1 - beta1^t) and inverse = 1 / sqrt(1 - beta2^t): Adam as in Kingma & Ba 2015,
 * algorithm 1, with decoupled decay as in Loshchilov & Hutter 2019, algorithm 2, in the form PyTorch computes it.
 */
export function adamFactors(rule: UpdateRule): AdamFactors {
  const { learningRate, beta1, beta2, epsilon, weightDecay, step, gradientScale } = rule;
  return [
    gradientScale,
    beta1,
    1 - beta1,
    beta2,
    1 - beta2,
    1 - learningRate * weightDecay,
    learningRate / (1 - beta1 ** step),
    1 / Math.sqrt(1 - beta2 ** step),
    epsilon,
  ];
}

/** Compiled once for all banks; null where WebAssembly or its SIMD is missing. */
let compiled: WebAssembly.Module | null | undefined;

function kernelModule(): WebAssembly.Module | null {
  if (compiled !== undefined) return compiled;
  const bytes = Uint8Array.from(atob(UPDATE_WASM), (character) => character.charCodeAt(0));
  const usable = typeof WebAssembly === "object" && WebAssembly.validate(bytes);
  compiled = usable ? new WebAssembly.Module(bytes) : null;
  return compiled;
}

/** The kernel on `memory`; ask `hasWasmKernel` first. */
export function wasmKernel(memory: WebAssembly.Memory): UpdateKernel {
  return new WebAssembly.Instance(kernelModule()!, { env: { memory } }).exports as unknown as UpdateKernel;
}

/** Whether this engine has WebAssembly with SIMD. */
export function hasWasmKernel(): boolean {
  return kernelModule() !== null;
}
