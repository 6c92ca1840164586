/** The body of a scan: a graph that is closed, with placeholders for all that comes from outside. */

import type { Tensor, TensorType } from "../tensor.js";
import { rewrite, topological } from "../walk.js";
import { input } from "./source.js";

/** One step as a graph of its own: all it needs comes through its placeholders. */
export interface ScanBody {
  readonly states: readonly Tensor[];
  readonly inputs: readonly Tensor[];
  /** Stand for tensors from outside that are the same at every step. */
  readonly captured: readonly Tensor[];
  readonly nextStates: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** Costly values on the way, which the gradient takes instead of computing them again. */
  readonly products: readonly Tensor[];
}
export interface ScanAttributes {
  readonly body: ScanBody;
  readonly reverse: boolean;
}

/** A list cut into parts of these sizes. */
export function partsOf<T>(list: readonly T[], ...sizes: number[]): T[][] {
  const ends = sizes.map((_, i) => sizes.slice(0, i + 1).reduce((a, b) => a + b, 0));
  return ends.map((end, i) => list.slice(end - sizes[i], end));
}

let placeholders = 0;

/** A stand-in inside a body; each has its own name, so that none are taken for equal. */
export function placeholder({ shape, dtype }: TensorType): Tensor {
  return input(`scan/${placeholders++}`, shape, { dtype });
}

/** Replaces what does not depend on `own` placeholders by new placeholders; constants stay inside. */
export function closeBody(results: readonly Tensor[], own: readonly Tensor[]) {
  const inside = new Set(own.map((tensor) => tensor.node));
  const captured = new Map<Tensor, Tensor>();
  const capture = (tensor: Tensor): void => {
    if (!inside.has(tensor.node) && tensor.node.op.name !== "constant" && !captured.has(tensor))
      captured.set(tensor, placeholder(tensor));
  };
  for (const node of topological(results)) {
    if (inside.has(node) || !node.inputs.some((tensor) => inside.has(tensor.node))) continue;
    inside.add(node);
    for (const tensor of node.inputs) capture(tensor);
  }
  for (const tensor of results) capture(tensor);
  return { results: rewrite(results, () => null, captured), captured };
}
