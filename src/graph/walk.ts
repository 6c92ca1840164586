/** Orders and rewrites graphs: what every pass is made of. */

import { apply, type Node, type Tensor } from "./tensor.js";

/** Nodes that `outputs` need, inputs before users. Iterative: graphs can be deeper than the call stack. */
export function topological(outputs: readonly Tensor[]): Node[] {
  const done = new Set<Node>();
  const order: Node[] = [];
  const stack: { node: Node; next: number }[] = [];
  const push = (tensor: Tensor): void => {
    if (!done.has(tensor.node)) {
      done.add(tensor.node);
      stack.push({ node: tensor.node, next: 0 });
    }
  };
  for (const output of outputs) {
    push(output);
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      if (top.next < top.node.inputs.length) push(top.node.inputs[top.next++]);
      else {
        order.push(top.node);
        stack.pop();
      }
    }
  }
  return order;
}

/** A new graph in which `visit` says what becomes of each node, given its rewritten inputs; null keeps the op. */
export function rewrite(
  outputs: readonly Tensor[],
  visit: (node: Node, inputs: readonly Tensor[]) => readonly Tensor[] | null,
): Tensor[] {
  const made = new Map<Tensor, Tensor>();
  for (const node of topological(outputs)) {
    const inputs = node.inputs.map((input) => made.get(input) ?? input);
    const kept = (): readonly Tensor[] =>
      inputs.every((input, i) => input === node.inputs[i]) ? node.outputs : apply(node.op, inputs, node.attributes);
    const replaced = visit(node, inputs) ?? kept();
    for (const [i, output] of node.outputs.entries()) made.set(output, replaced[i]);
  }
  return outputs.map((output) => made.get(output) ?? output);
}
