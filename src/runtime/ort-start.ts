/** Starts onnxruntime-web: loads the package, and has its WebAssembly up before an engine is given out. */

import { VaekitError } from "../errors.js";
import { lowerProgram } from "../graph/lower.js";
import { constant } from "../graph/ops.js";
import { program } from "../graph/program.js";

export type OrtWeb = typeof import("onnxruntime-web");

export const INSTALL_WASM = "npm install onnxruntime-web";

export interface OrtStart {
  readonly device: string;
  readonly threads: number;
  load(): Promise<OrtWeb>;
}

/** Threads of the instances that run: an instance keeps those it started with. */
const running = new WeakMap<OrtWeb["env"], number>();

export interface StartedOrt {
  readonly ort: OrtWeb;
  /** The threads it has. */
  readonly threads: number;
  /** Until then one session stays open: with its last session, ONNX Runtime gives the graphics card back. */
  stop(): Promise<void>;
}

/** E_DEVICE, with what to do, where the package is not installed or does not start. */
export async function startOrt({ device, threads, load }: OrtStart): Promise<StartedOrt> {
  let ort: OrtWeb;
  try {
    ort = await load();
  } catch (cause) {
    throw new VaekitError(
      "E_DEVICE",
      `device ${device} needs the package onnxruntime-web, which does not load here`,
      `Install it beside vaekit: ${INSTALL_WASM}`,
      { cause },
    );
  }
  const known = running.get(ort.env);
  running.set(ort.env, known ?? threads);
  if (known === undefined) {
    ort.env.wasm.numThreads = threads;
    ort.env.logLevel = "error";
  }
  const { bytes } = lowerProgram(program("start", { one: constant(1) }), "cpu");
  try {
    const session = await ort.InferenceSession.create(bytes, { executionProviders: [device] });
    return { ort, threads: known ?? threads, stop: () => session.release() };
  } catch (cause) {
    throw new VaekitError(
      "E_DEVICE",
      `device ${device}: ONNX Runtime does not start here: ${(cause as Error).message}`,
      "Its .mjs and .wasm files must lie beside the script that loads it, or where `env.wasm.wasmPaths` says.",
      { cause },
    );
  }
}
