/** From a traced program to ONNX bytes for one target: decompose, simplify, write. */

import { decompose } from "./decompose.js";
import { toOnnx } from "./onnx.js";
import type { Target } from "./op.js";
import { inputsOf, type Program } from "./program.js";
import { simplify } from "./simplify.js";
import type { Tensor } from "./tensor.js";
import { topological } from "./walk.js";

/** Names under which gradients leave the program; "/" does not occur in parameter names. */
export function gradientName(parameter: string): string {
  return `grad/${parameter}`;
}

export interface LoweredProgram {
  readonly bytes: Uint8Array;
  /** The graph that was written, for debugging. */
  readonly outputs: readonly Tensor[];
}

/** Called with the outputs after each pass, for VAEKIT_DEBUG=graph. */
export type PassListener = (pass: string, outputs: readonly Tensor[]) => void;

export function lowerProgram(program: Program, target: Target, onPass?: PassListener): LoweredProgram {
  const named: Record<string, Tensor> = { ...program.outputs };
  for (const [name, tensor] of Object.entries(program.gradients)) named[gradientName(name)] = tensor;
  let outputs = Object.values(named);
  onPass?.("trace", outputs);
  // Simplified first so that a decomposition is made once for equal nodes, and again for what decompositions share.
  for (const [pass, run] of [
    ["simplify", simplify],
    ["decompose", (all: Tensor[]) => decompose(all, target)],
    ["simplify", simplify],
  ] as const) {
    outputs = run(outputs);
    onPass?.(pass, outputs);
  }
  const inputs: Record<string, Tensor> = {};
  for (const [name, { tensor }] of inputsOf(outputs)) inputs[name] = tensor;
  const results = Object.fromEntries(Object.keys(named).map((name, i) => [name, outputs[i]]));
  return { bytes: toOnnx(inputs, results, { name: program.name }), outputs };
}

/** One line per node, as shown by VAEKIT_DEBUG=graph. */
export function formatGraph(outputs: readonly Tensor[]): string {
  return topological(outputs)
    .map((node) => `${node.outputs.map(String).join(" ")} <- ${node.inputs.map((x) => `#${x.node.id}`).join(" ")}`)
    .join("\n");
}
