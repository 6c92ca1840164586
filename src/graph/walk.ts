/** Orders and rewrites graphs: what every pass is made of. */

import { apply, type Node, type Tensor } from "./tensor.js";

/** Nodes that `outputs` need, inputs before users; `stops` and what only they need are left out. */
export function topological(outputs: readonly Tensor[], stops?: ReadonlySet<Node>): Node[] {
  const done = new Set<Node>(stops);
  const order: Node[] = [];
  // Iterative: graphs can be deeper than the call stack.
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

/**
 * A new graph in which `visit` says what becomes of each node, given its rewritten inputs; null keeps the op. Tensors in
 * `given` become what it says, and what lies behind them is not visited.
 */
export function rewrite(
  outputs: readonly Tensor[],
  visit: (node: Node, inputs: readonly Tensor[]) => readonly Tensor[] | null,
  given: ReadonlyMap<Tensor, Tensor> = new Map(),
): Tensor[] {
  const made = new Map(given);
  const stops = new Set([...given.keys()].map((tensor) => tensor.node));
  for (const node of topological(outputs, stops)) {
    const inputs = node.inputs.map((input) => made.get(input) ?? input);
    const kept = (): readonly Tensor[] =>
      inputs.every((input, i) => input === node.inputs[i]) ? node.outputs : apply(node.op, inputs, node.attributes);
    const replaced = visit(node, inputs) ?? kept();
    for (const [i, output] of node.outputs.entries()) made.set(output, replaced[i]);
  }
  return outputs.map((output) => made.get(output) ?? output);
}

/** The node's attributes with `pass` applied to the subgraph they hold; unchanged where they hold none. */
export function rewriteBody({ op, attributes }: Node, pass: (outputs: readonly Tensor[]) => Tensor[]): object {
  return op.rewriteBody ? op.rewriteBody(attributes as never, pass) : attributes;
}
