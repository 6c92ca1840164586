/** The native engine: ONNX Runtime on the CPU of this machine. */

import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import * as ort from "onnxruntime-node";
import { VaekitError } from "../errors.js";
import { formatGraph, lowerProgram } from "../graph/lower.js";
import type { Program } from "../graph/program.js";
import { type CpuBank, cpuBank } from "../runtime/cpu-bank.js";
import type { Engine, EngineOptions, Executable } from "../runtime/engine.js";
import { type OrtSession, ortExecutable, type RunListener } from "../runtime/ort.js";
import { debugTopics } from "./debug.js";
import { hasIdleCores } from "./idle-cores.js";

/** More threads than this rarely help models of this size; users may ask for more. */
const DEFAULT_MAX_THREADS = 8;

/**
 * The CPU engine. `threads` is what one operator may use; default: what the machine gives, at most 8. Threads that wait
 * spin where the machine has cores to spare (steps of small nets take 15 % less), and sleep where others want them
 * (spinning then makes steps two to three times as long). Results do not depend on it.
 */
export async function ortNode(options: EngineOptions = {}): Promise<Engine> {
  const threads = options.threads ?? Math.min(availableParallelism(), DEFAULT_MAX_THREADS);
  const spinning = await hasIdleCores(threads);
  const topics = debugTopics();

  async function compile(program: Program, bank: CpuBank): Promise<Executable> {
    const lowered = lowerProgram(program, "cpu", {
      onPass: topics.has("graph")
        ? (pass, outputs) => topics.print(`${program.name} after ${pass}\n${formatGraph(outputs)}`)
        : undefined,
      watch: topics.has("check"),
    });
    if (topics.has("onnx")) {
      mkdirSync("vaekit-debug", { recursive: true });
      writeFileSync(`vaekit-debug/${program.name}.onnx`, lowered.bytes);
    }
    let session: OrtSession;
    try {
      session = (await ort.InferenceSession.create(lowered.bytes, {
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        executionMode: "sequential",
        graphOptimizationLevel: "basic",
        enableCpuMemArena: true,
        extra: { session: { intra_op: { allow_spinning: spinning ? "1" : "0" } } },
      })) as unknown as OrtSession;
    } catch (cause) {
      throw new VaekitError(
        "E_SHAPE",
        `ONNX Runtime refused the program "${program.name}": ${(cause as Error).message}`,
        "This is a bug in vaekit; VAEKIT_DEBUG=graph,onnx shows the program.",
        { cause },
      );
    }
    const listener: RunListener = {
      ran: (name, ms) => {
        if (topics.has("time")) topics.print(`${name} ${ms.toFixed(2)} ms`);
      },
      broke: (name, tensor) =>
        topics.print(`${name}: the first value that is not finite is ${tensor} <- ${tensor.node.inputs.join(", ")}`),
    };
    return ortExecutable(ort as never, session, program, lowered, bank, listener);
  }

  return {
    name: "cpu",
    target: "cpu",
    threads,
    bank: (entries, extra) => cpuBank(entries, extra),
    compile: (program, bank) => compile(program, bank as CpuBank),
    dispose: async () => {},
  };
}
