/** Leaves pictures in blocks from one blocked convolution (ops/blocks.ts) to the next. */

import { convolutionsOf, withRelu } from "./ops/blocks.js";
import type { Node, Tensor } from "./tensor.js";
import { rewrite, topological } from "./walk.js";

/**
 * What happens to each value alone happens in blocks, and what would be taken out only to be put back is not. Where a
 * convolution is the only one to make what ReLU reads, it takes the maximum itself.
 */
export function keepBlocks(outputs: readonly Tensor[]): readonly Tensor[] {
  const wanted = wantedInBlocks(outputs);
  const kept = rewrite(outputs, (node, inputs) => {
    const moved = wanted.has(node) ? node.op.inBlocks?.(inputs, node.attributes as never) : null;
    return moved ? [moved] : null;
  });
  return reluWithin(kept);
}

/** ReLU of what blocked convolutions alone make, and nothing else reads, is taken by these. */
function reluWithin(outputs: readonly Tensor[]): readonly Tensor[] {
  const order = topological(outputs);
  const readers = new Map<Tensor, number>();
  for (const tensor of [...outputs, ...order.flatMap(({ inputs }) => inputs)])
    readers.set(tensor, (readers.get(tensor) ?? 0) + 1);
  const taken = new Set<Node>();
  for (const node of order) {
    const makers = node.op.name === "relu" ? convolutionsOf(node.inputs[0], (part) => readers.get(part) !== 1) : null;
    for (const other of makers ? [node, ...makers] : []) taken.add(other);
  }
  return rewrite(outputs, (node, inputs) =>
    taken.has(node) ? [node.op.name === "relu" ? inputs[0] : withRelu(node, inputs)] : null,
  );
}

/** Nodes whose value somebody puts into blocks again, and sums of such values. */
function wantedInBlocks(outputs: readonly Tensor[]): Set<Node> {
  const order = topological(outputs);
  const wanted = new Set<Node>();
  for (const node of order.toReversed()) {
    if (node.op.name === "intoBlocks") wanted.add(node);
    if (wanted.has(node)) for (const { node: made } of node.inputs) if (made.op.inBlocks) wanted.add(made);
  }
  for (const node of order) if (node.op.name === "sum" && wanted.has(node.inputs[0].node)) wanted.add(node);
  return wanted;
}
