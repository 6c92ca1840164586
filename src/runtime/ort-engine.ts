/** An engine on ONNX Runtime, whichever package gives it: lowers programs, opens sessions, keeps parameters in a CPU bank. */

import { VaekitError } from "../errors.js";
import { type LoweredProgram, type LowerOptions, lowerProgram } from "../graph/lower.js";
import type { Target } from "../graph/op.js";
import type { Program } from "../graph/program.js";
import type { Tensor } from "../graph/tensor.js";
import { type CpuBank, cpuBank } from "./cpu-bank.js";
import type { Engine, Executable, MemoryLimits } from "./engine.js";
import { type OrtApi, type OrtSession, ortExecutable, type RunListener } from "./ort.js";

/** Looks into an engine while it works, for VAEKIT_DEBUG. */
export interface EngineHooks extends RunListener {
  onPass?(program: string, pass: string, outputs: readonly Tensor[]): void;
  onBytes?(program: string, bytes: Uint8Array): void;
  /** Whether programs return every value on the way, to find the first that is not finite. */
  readonly watch: boolean;
}

export interface OrtEngineSpec {
  readonly name: string;
  readonly target: Target;
  readonly ort: OrtApi;
  readonly threads: number;
  readonly limits: MemoryLimits;
  /** Whether outputs are written into the arrays that are given for them; else they come back and are copied there. */
  readonly fillsOutputs: boolean;
  openSession(bytes: Uint8Array): Promise<OrtSession>;
  /** Called when the engine is disposed of. */
  readonly stop?: () => Promise<void>;
  readonly hooks?: EngineHooks;
}

/** A program as a target has it, in a session. E_SHAPE where ONNX Runtime refuses it, which is a bug. */
export async function openProgram<Session>(
  program: Program,
  target: Target,
  openSession: (bytes: Uint8Array) => Promise<Session>,
  hooks?: EngineHooks,
): Promise<{ readonly session: Session; readonly lowered: LoweredProgram }> {
  const options: LowerOptions = {
    onPass: hooks?.onPass && ((pass, outputs) => hooks.onPass?.(program.name, pass, outputs)),
    watch: hooks?.watch,
  };
  const lowered = lowerProgram(program, target, options);
  hooks?.onBytes?.(program.name, lowered.bytes);
  try {
    return { session: await openSession(lowered.bytes), lowered };
  } catch (cause) {
    throw new VaekitError(
      "E_SHAPE",
      `ONNX Runtime refused the program "${program.name}": ${(cause as Error).message}`,
      "This is a bug in vaekit; VAEKIT_DEBUG=graph,onnx shows the program.",
      { cause },
    );
  }
}

export function ortEngine({
  name,
  target,
  ort,
  threads,
  limits,
  fillsOutputs,
  openSession,
  stop,
  hooks,
}: OrtEngineSpec): Engine {
  async function compile(program: Program, bank: CpuBank): Promise<Executable> {
    const { session, lowered } = await openProgram(program, target, openSession, hooks);
    return ortExecutable(ort, session, program, lowered, bank, { fillsOutputs, listener: hooks });
  }
  return {
    name,
    target,
    threads,
    limits,
    bank: cpuBank,
    compile: (program, bank) => compile(program, bank as CpuBank),
    dispose: async () => stop?.(),
  };
}
