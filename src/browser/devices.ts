/** The devices of a browser, each a line: ONNX Runtime as WebAssembly, and on a graphics card. */

import { didYouMean, VaekitError } from "../errors.js";
import type { Engine, EngineOptions } from "../runtime/engine.js";
import { ortWeb } from "../runtime/ort-web.js";

/**
 * Where the page serves the files `ort-wasm-*` of onnxruntime-web's dist folder: a URL that ends in "/". Default: beside
 * the module that holds ONNX Runtime, which is where bundlers put them that know `new URL(file, import.meta.url)`.
 */
export type WasmPaths = string | undefined;

type Open = (options: EngineOptions, wasmPaths: WasmPaths) => Promise<Engine>;

/** The first is the one that is taken where none is asked for. */
const DEVICES: Readonly<Record<string, Open>> = {
  wasm: (options, wasmPaths) =>
    ortWeb({ ...options, load: async () => placed(await import("onnxruntime-web/wasm"), wasmPaths) }),
};

export const deviceNames: readonly string[] = Object.keys(DEVICES);

/** E_DEVICE where there is no such device. */
export async function openDevice(name: string, options: EngineOptions, wasmPaths: WasmPaths): Promise<Engine> {
  const open = DEVICES[name];
  if (!open) throw new VaekitError("E_DEVICE", `no device "${name}" here`, didYouMean(name, deviceNames));
  return open(options, wasmPaths);
}

type Ort = typeof import("onnxruntime-web");

function placed(ort: Ort, wasmPaths: WasmPaths): Ort {
  if (wasmPaths !== undefined) ort.env.wasm.wasmPaths = wasmPaths;
  return ort;
}
