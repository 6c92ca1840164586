/** The native engine: ONNX Runtime on the CPU of this machine. */

import { availableParallelism, totalmem } from "node:os";
import * as ort from "onnxruntime-node";
import type { Engine, EngineOptions } from "../runtime/engine.js";
import type { OrtSession } from "../runtime/ort.js";
import { ortEngine } from "../runtime/ort-engine.js";
import { checkThreads } from "../runtime/threads.js";
import { cpuTarget } from "./channel-block.js";
import { debugHooks } from "./debug.js";
import { keepFreedMemory } from "./freed-memory.js";
import { hasIdleCores } from "./idle-cores.js";

/** More threads than this rarely help models of this size; users may ask for more. */
const DEFAULT_MAX_THREADS = 8;

/**
 * The CPU engine. `threads` is what one operator may use; default: what the machine gives, at most 8. Threads that wait
 * spin where the machine has cores to spare (steps of small nets take 15 % less), and sleep where others want them
 * (spinning then makes steps two to three times as long). Results do not depend on it. E_OPTION for `threads` below 1.
 */
export async function ortNode(options: EngineOptions = {}): Promise<Engine> {
  checkThreads(options.threads);
  // Without this ONNX Runtime gives the machine a number, keeps it in ~/.cache and reports on every session to its makers.
  // It is read when the first session is made. Whoever wants to report sets it to 0.
  process.env.ORT_DISABLE_TELEMETRY ??= "1";
  const threads = options.threads ?? Math.min(availableParallelism(), DEFAULT_MAX_THREADS);
  keepFreedMemory();
  const spinning = await hasIdleCores(threads);
  return ortEngine({
    name: "cpu",
    target: await cpuTarget(),
    ort: ort as never,
    threads,
    limits: { total: memoryOfProcess(), array: null },
    fillsOutputs: true,
    openSession: async (bytes) =>
      (await ort.InferenceSession.create(bytes, {
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        executionMode: "sequential",
        graphOptimizationLevel: "basic",
        enableCpuMemArena: true,
        enableMemPattern: false, // a second copy of all that a step needs, in one piece: 65 % more memory, and no faster
        extra: { session: { intra_op: { allow_spinning: spinning ? "1" : "0" } } },
      })) as unknown as OrtSession,
    hooks: debugHooks(),
  });
}

/** Bytes of the machine, or of the container where that has less. */
function memoryOfProcess(): number {
  const allowed = process.constrainedMemory(); // 0 or some 2^63 where nothing is set
  return allowed > 0 ? Math.min(allowed, totalmem()) : totalmem();
}
