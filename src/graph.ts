/** The low-level floor: symbolic tensors, their gradients, programs, and how they run. `import { ... } from "vaekit/graph"` */

import type { Program } from "./graph/program.js";
import type { Bank, BankEntry, Engine, Feeds, Values } from "./runtime/engine.js";

// Gradients.
export { grad, pullback } from "./graph/grad.js";
export { toOnnx } from "./graph/onnx.js";
export type { NdArray } from "./graph/op.js";
// Tensors and operations. Each operation is a function and a method: add(a, b) is a.add(b).
export * from "./graph/ops.js";
// Programs: named inputs and outputs of a graph.
export { type InputRole, type InputSpec, type Program, program } from "./graph/program.js";
export type { Dim, Dtype, Shape } from "./graph/tensor.js";
export { Philox, type PhiloxState } from "./random.js";
// Devices run programs; `device("cpu")` of vaekit/node gives an engine. The evaluator is slow, in float64, and anywhere.
export type {
  Bank,
  BankEntry,
  Engine,
  EngineOptions,
  Executable,
  Feeds,
  UpdateRule,
  Values,
} from "./runtime/engine.js";
export { evaluate, ndArray } from "./runtime/reference.js";
// Optimisers, schedules, random numbers.
export { type Optimizer, type OptimizerOptions, optimizer, type UpdateStep } from "./train/optimizers.js";
export { betaWarmup, type Schedule, type ScheduleOptions, schedule } from "./train/schedules.js";

/** A program on a device, and the bank that its parameters lie in. */
export interface Compiled {
  readonly bank: Bank;
  /** Runs once; gradients go to the bank. `dims` gives the named dimensions. */
  run(feeds: Feeds, dims?: Readonly<Record<string, number>>): Promise<Record<string, Values>>;
  /** Frees the program, and the bank if it was made here. */
  dispose(): Promise<void>;
}

/**
 * Compiles a program for an engine. Its parameters and states live in `bank`, shared between programs that are given the
 * same one; without it a bank is made, all zeros.
 *
 * @example
 * const w = input("w", [2, 1], { role: "parameter" });
 * const loss = input("x", ["B", 2]).matmul(w).square().sum();
 * const step = await compile(program("step", { loss }, { w: grad(loss, [w])[0] }), { engine: await device("cpu") });
 * await step.bank.write("w", "value", [1, 2]);
 * const { loss: [value] } = await step.run({ x: Float32Array.of(1, 0, 0, 1) }, { B: 2 });
 */
export async function compile(program: Program, { engine, bank }: { engine: Engine; bank?: Bank }): Promise<Compiled> {
  const own = bank ?? engine.bank(parametersOf(program));
  const executable = await engine.compile(program, own);
  return {
    bank: own,
    run: (feeds, dims) => executable.run(feeds, dims),
    async dispose() {
      await executable.dispose();
      if (!bank) own.dispose();
    },
  };
}

/** What a bank must hold for a program, in the order of its inputs. */
export function parametersOf({ inputs }: Program): BankEntry[] {
  return [...inputs.values()]
    .filter(({ spec }) => spec.role === "parameter")
    .map(({ spec: { name, shape } }) => ({ name, shape: shape as number[] }));
}
