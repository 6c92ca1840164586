/** The wasm engine: ONNX Runtime as WebAssembly, for browsers, and for systems that the native package has no binary for. */

import type { Engine, EngineOptions } from "./engine.js";
import type { OrtSession } from "./ort.js";
import { type EngineHooks, ortEngine } from "./ort-engine.js";
import { type OrtWeb, startOrt } from "./ort-start.js";
import { isPage, wasmThreads } from "./threads.js";

/** All that 32-bit addresses reach. */
const WASM_MEMORY = 2 ** 32;

export interface OrtWebOptions extends EngineOptions {
  readonly hooks?: EngineHooks;
  /**
   * Imports the package; it is an optional one. Default in a page: `onnxruntime-web/wasm`, the smallest. Set
   * `env.wasm.wasmPaths` here where its files do not lie beside the script.
   */
  readonly load?: () => Promise<OrtWeb>;
}

/**
 * The engine. All engines of one page or process share one WebAssembly instance, whose `threads` are those the first one
 * asked for; more than one take a page that is cross-origin isolated. E_OPTION for `threads` below 1; E_DEVICE, with what
 * to do, where onnxruntime-web is not installed or does not start.
 */
export async function ortWeb({ threads, onNotice, hooks, load = loadDefault }: OrtWebOptions = {}): Promise<Engine> {
  const wanted = wasmThreads({ threads, onNotice });
  const started = await startOrt({ device: "wasm", threads: wanted, load });
  if (threads !== undefined && started.threads !== wanted)
    onNotice?.(
      `WebAssembly was started with threads: ${started.threads}, and keeps them until the page or process ends`,
    );
  const { ort, stop } = started;
  return ortEngine({
    name: "wasm",
    target: "cpu",
    ort: ort as never,
    threads: started.threads,
    limits: { total: WASM_MEMORY, array: null },
    fillsOutputs: false, // arrays given for outputs are left as they are (1.30)
    openSession: async (bytes) =>
      (await ort.InferenceSession.create(bytes, {
        executionProviders: ["wasm"],
        graphOptimizationLevel: "basic",
        enableMemPattern: false, // as in ort-node.ts
      })) as unknown as OrtSession,
    stop,
    hooks,
  });
}

function loadDefault(): Promise<OrtWeb> {
  return isPage() ? import("onnxruntime-web/wasm") : import("onnxruntime-web");
}
