/** The wasm engine: ONNX Runtime as WebAssembly, for browsers, and for systems that the native package has no binary for. */

import { VaekitError } from "../errors.js";
import type { Engine } from "./engine.js";
import type { OrtSession } from "./ort.js";
import { type EngineHooks, ortEngine } from "./ort-engine.js";

/** One, wherever it runs: more need worker threads and shared memory, which not every page and system allows. */
const THREADS = 1;

export const INSTALL_WASM = "npm install onnxruntime-web";

type Ort = typeof import("onnxruntime-web");

export interface OrtWebOptions {
  readonly hooks?: EngineHooks;
  /** Imports the package; it is an optional one. */
  readonly load?: () => Promise<Ort>;
}

/** E_DEVICE, with the command that installs it, where onnxruntime-web is not there. */
export async function ortWeb({ hooks, load = () => import("onnxruntime-web") }: OrtWebOptions = {}): Promise<Engine> {
  let ort: Ort;
  try {
    ort = await load();
  } catch (cause) {
    throw new VaekitError(
      "E_DEVICE",
      "device wasm needs the package onnxruntime-web, which does not load here",
      `Install it beside vaekit: ${INSTALL_WASM}`,
      { cause },
    );
  }
  ort.env.wasm.numThreads = THREADS;
  ort.env.logLevel = "error";
  return ortEngine({
    name: "wasm",
    ort: ort as never,
    threads: THREADS,
    fillsOutputs: false, // arrays given for outputs are left as they are (1.30)
    openSession: async (bytes) =>
      (await ort.InferenceSession.create(bytes, {
        executionProviders: ["wasm"],
        graphOptimizationLevel: "basic",
      })) as unknown as OrtSession,
    hooks,
  });
}
