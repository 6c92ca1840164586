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

type Queue = <Result>(task: () => Promise<Result>) => Promise<Result>;

/** The instances that run, which all engines on them share: an instance keeps the threads that it started with. */
const running = new WeakMap<OrtWeb["env"], { readonly threads: number; readonly exclusive: Queue }>();

export interface StartedOrt {
  readonly ort: OrtWeb;
  /** The threads it has. */
  readonly threads: number;
  /** Runs tasks of all engines one after another: an instance that waits for the card must not be entered again. */
  readonly exclusive: Queue;
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
  let instance = running.get(ort.env);
  if (!instance) {
    instance = { threads, exclusive: oneAtATime() };
    running.set(ort.env, instance);
    ort.env.wasm.numThreads = threads;
    ort.env.logLevel = "error";
  }
  const { exclusive } = instance;
  const { bytes } = lowerProgram(program("start", { one: constant(1) }), "cpu");
  try {
    const session = await exclusive(() => ort.InferenceSession.create(bytes, { executionProviders: [device] }));
    return { ort, ...instance, stop: () => exclusive(() => session.release()) };
  } catch (cause) {
    throw new VaekitError(
      "E_DEVICE",
      `device ${device}: ONNX Runtime does not start here: ${(cause as Error).message}`,
      "Its .mjs and .wasm files must lie beside the script that loads it, or where `env.wasm.wasmPaths` says.",
      { cause },
    );
  }
}

function oneAtATime(): Queue {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const result = last.then(task);
    last = result.catch(() => {});
    return result;
  };
}
