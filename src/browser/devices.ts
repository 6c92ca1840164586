/** The devices of a browser, each a line: ONNX Runtime as WebAssembly, and on a graphics card. */

import { checkDevice } from "../runtime/devices.js";
import type { Engine, EngineOptions } from "../runtime/engine.js";
import type { OrtWeb } from "../runtime/ort-start.js";
import { ortWeb } from "../runtime/ort-web.js";
import { ortWebGpu } from "../runtime/ort-webgpu.js";

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
  webgpu: (options, wasmPaths) =>
    ortWebGpu({ ...options, load: async () => placed(await import("onnxruntime-web/webgpu"), wasmPaths) }),
};

export const deviceNames: readonly string[] = Object.keys(DEVICES);

/** E_DEVICE where there is no such device, and where a graphics card is asked for and none is there. */
export async function openDevice(name: string, options: EngineOptions, wasmPaths: WasmPaths): Promise<Engine> {
  checkDevice(name, deviceNames);
  return DEVICES[name](options, wasmPaths);
}

function placed(ort: OrtWeb, wasmPaths: WasmPaths): OrtWeb {
  if (wasmPaths !== undefined) ort.env.wasm.wasmPaths = wasmPaths;
  return ort;
}
