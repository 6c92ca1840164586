/** From a traced program to ONNX bytes for one target: decompose, simplify, write. */

import { decompose } from "./decompose.js";
import { keepBlocks } from "./keep-blocks.js";
import { sinkTransposes } from "./layout.js";
import { toOnnx } from "./onnx.js";
import { channelBlock, type Target } from "./op.js";
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
  /** The graph that was written. */
  readonly outputs: readonly Tensor[];
  /** Every value on the way, in the order of computation, by the name it leaves the program under; empty unless watched. */
  readonly watched: ReadonlyMap<string, Tensor>;
}

export interface LowerOptions {
  /** Called with the outputs after each pass, for VAEKIT_DEBUG=graph. */
  readonly onPass?: (pass: string, outputs: readonly Tensor[]) => void;
  /** Also return every value on the way, for VAEKIT_DEBUG=check. */
  readonly watch?: boolean;
}

export function lowerProgram(program: Program, target: Target, { onPass, watch }: LowerOptions = {}): LoweredProgram {
  const named: Record<string, Tensor> = { ...program.outputs };
  for (const [name, tensor] of Object.entries(program.gradients)) named[gradientName(name)] = tensor;
  let outputs: readonly Tensor[] = Object.values(named);
  onPass?.("trace", outputs);
  // Simplified first so that a decomposition is made once for equal nodes, and again for what decompositions share.
  const passes: [string, (all: readonly Tensor[]) => readonly Tensor[]][] = [
    ["simplify", simplify],
    ["decompose", (all) => decompose(all, target)],
  ];
  if (channelBlock(target) > 0) passes.push(["layout", sinkTransposes], ["simplify", simplify], ["blocks", keepBlocks]);
  passes.push(["simplify", simplify]);
  for (const [pass, run] of passes) {
    outputs = run(outputs);
    onPass?.(pass, outputs);
  }
  const inputs: Record<string, Tensor> = {};
  for (const [name, { tensor }] of inputsOf(outputs)) inputs[name] = tensor;
  const results = Object.fromEntries(Object.keys(named).map((name, i) => [name, outputs[i]]));
  const watched = new Map(watch ? floatsOf(outputs).map((tensor, i) => [`watch/${i}`, tensor]) : []);
  const bytes = toOnnx(inputs, { ...results, ...Object.fromEntries(watched) }, { name: program.name });
  return { bytes, outputs, watched };
}

/** What ops computed on the way to `outputs`, first things first. */
function floatsOf(outputs: readonly Tensor[]): Tensor[] {
  return topological(outputs)
    .flatMap((node) => node.outputs)
    .filter(({ dtype, node }) => dtype === "float32" && node.op.name !== "constant" && node.outputs.length === 1);
}

/** One line per node, as shown by VAEKIT_DEBUG=graph. */
export function formatGraph(outputs: readonly Tensor[]): string {
  return topological(outputs)
    .map((node) => `${node.outputs.map(String).join(" ")} <- ${node.inputs.map((x) => `#${x.node.id}`).join(" ")}`)
    .join("\n");
}
