/** The WebGPU engine: the same programs on the graphics card of a browser, where parameters and moments stay. */

import type { InferenceSession } from "onnxruntime-web";
import { VaekitError } from "../errors.js";
import type { Program } from "../graph/program.js";
import type { Engine, Executable } from "./engine.js";
import { type GpuBank, gpuBank, largestBuffer } from "./gpu-bank.js";
import { type GpuContext, gpuExecutable } from "./gpu-executable.js";
import { openProgram } from "./ort-engine.js";
import { type OrtWeb, startOrt } from "./ort-start.js";
import type { OrtWebOptions } from "./ort-web.js";
import { NEXT_GRADIENT, onSlots } from "./slot-programs.js";
import { checkThreads } from "./threads.js";

/** What runs beside the card are copies and shapes: more threads would wait. */
const THREADS = 1;
const ERRORS = 3;

/**
 * The engine. Programs run with target "webgpu"; parameters, gradients and moments lie in buffers of the card, and the
 * optimiser runs there (gpu-bank.ts). E_DEVICE, with what is there, where the browser has no WebGPU or finds no graphics
 * adapter, and where onnxruntime-web is not installed or does not start; E_OPTION for `threads` below 1.
 */
export async function ortWebGpu({ threads = THREADS, hooks, load = loadDefault }: OrtWebOptions = {}): Promise<Engine> {
  checkThreads(threads);
  await checkAdapter();
  const { ort, threads: started, exclusive, stop } = await startOrt({ device: "webgpu", threads, load });
  const open = (program: Program, onCard: readonly string[]) => {
    const create = (bytes: Uint8Array): Promise<InferenceSession> =>
      ort.InferenceSession.create(bytes, {
        executionProviders: ["webgpu"],
        graphOptimizationLevel: "basic",
        logSeverityLevel: ERRORS, // a warning says that shapes are computed beside the card
        preferredOutputLocation: Object.fromEntries(onCard.map((name) => [name, "gpu-buffer"])),
      });
    return exclusive(() => openProgram(program, "webgpu", create, hooks));
  };
  const context: GpuContext = {
    ort,
    device: await ort.env.webgpu.device,
    open,
    run: (session, feeds, fetches) => exclusive(() => session.run(feeds, fetches)),
    release: (session) => exclusive(() => session.release()),
  };
  async function compile(program: Program, bank: GpuBank): Promise<Executable> {
    const onCard = Object.keys(program.gradients).length > 0 ? [NEXT_GRADIENT] : [];
    const opened = await open(onSlots(program, bank.layout), onCard);
    return gpuExecutable(context, program, opened, bank, hooks);
  }
  return {
    name: "webgpu",
    target: "webgpu",
    threads: started,
    limits: { total: null, array: largestBuffer(context.device.limits) },
    bank: (entries, extra) => gpuBank(context, entries, extra),
    compile: (program, bank) => compile(program, bank as GpuBank),
    dispose: stop,
  };
}

function loadDefault(): Promise<OrtWeb> {
  return import("onnxruntime-web/webgpu");
}

async function checkAdapter(): Promise<void> {
  const gpu = globalThis.navigator?.gpu;
  if (gpu && (await gpu.requestAdapter())) return;
  const missing = gpu ? "the browser finds no graphics card that it may use" : "there is no WebGPU here";
  throw new VaekitError(
    "E_DEVICE",
    `no device "webgpu" here, only wasm: ${missing}`,
    "WebGPU takes a recent browser, a page from https or localhost, and a driver that it trusts (chrome://gpu says why not).",
  );
}
