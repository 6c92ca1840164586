/** Takes out of a scan's body what does not wait for the states: it is computed for all steps at once. */

import { apply, type Node, type Tensor } from "../tensor.js";
import { rewrite, topological } from "../walk.js";
import { placeholder, type ScanBody } from "./scan-body.js";

/** What a tensor of the body is outside: one value for all steps, or with a leading axis of steps. */
interface Outside {
  readonly tensor: Tensor;
  readonly stepped: boolean;
}

export interface Hoisted {
  readonly body: Omit<ScanBody, "products">;
  readonly sequences: readonly Tensor[];
  readonly captured: readonly Tensor[];
  /** Of each of the given body's outputs, what replaces it, or its place among the new body's outputs. */
  readonly outputs: readonly (Tensor | number)[];
}

/** Ops that only spread or regroup values: cheaper in the loop than as long sequences. */
const REGROUPING = new Set(["reshape", "broadcastTo"]);

/**
 * The same scan with a lighter body. In a recurrent net these are the products of the inputs with their weights, and in its
 * gradient all that follows from the stored states: the gates with their product, and the derivatives' factors.
 */
export function hoist(
  body: Omit<ScanBody, "products">,
  sequences: readonly Tensor[],
  captured: readonly Tensor[],
): Hoisted {
  const results = [...body.nextStates, ...body.outputs];
  const outside = new Map<Tensor, Outside>();
  for (const [i, inner] of body.inputs.entries()) outside.set(inner, { tensor: sequences[i], stepped: true });
  for (const [i, inner] of body.captured.entries()) outside.set(inner, { tensor: captured[i], stepped: false });
  const given = new Set(outside.keys());
  const order = topological(results);
  for (const node of order) takeOut(node, outside);

  // From the results down, as far as the loop reaches: what it needs from outside becomes a sequence or is captured.
  const needed = new Set<Tensor>();
  const looping = new Set(results.filter((tensor) => !outside.get(tensor)?.stepped).map((tensor) => tensor.node));
  for (const tensor of body.nextStates) if (outside.get(tensor)?.stepped) needed.add(tensor);
  for (const node of order.reverse()) {
    if (!looping.has(node)) continue;
    for (const tensor of node.inputs) {
      const out = outside.get(tensor);
      if (out && (given.has(tensor) || !REGROUPING.has(tensor.node.op.name)) && tensor.node.op.name !== "constant")
        needed.add(tensor);
      else looping.add(tensor.node);
    }
  }
  for (const tensor of results) if (given.has(tensor) && !outside.get(tensor)!.stepped) needed.add(tensor);

  const inputs: [Tensor, Tensor][] = [];
  const held: [Tensor, Tensor][] = [];
  const stand = new Map<Tensor, Tensor>();
  for (const tensor of needed) {
    const { tensor: outer, stepped } = outside.get(tensor)!;
    const inner = given.has(tensor) ? tensor : placeholder(tensor);
    stand.set(tensor, inner);
    (stepped ? inputs : held).push([inner, outer]);
  }
  if (inputs.length === 0) inputs.push([body.inputs[0], sequences[0]]); // for the number of steps
  const kept = body.outputs.filter((tensor) => !outside.get(tensor)?.stepped);
  const rewritten = rewrite([...body.nextStates, ...kept], () => null, stand);
  return {
    body: {
      states: body.states,
      inputs: inputs.map(([inner]) => inner),
      captured: held.map(([inner]) => inner),
      nextStates: rewritten.slice(0, body.nextStates.length),
      outputs: rewritten.slice(body.nextStates.length),
    },
    sequences: inputs.map(([, outer]) => outer),
    captured: held.map(([, outer]) => outer),
    outputs: body.outputs.map((tensor) => {
      const out = outside.get(tensor);
      return out?.stepped ? out.tensor : kept.indexOf(tensor);
    }),
  };
}

/** Enters a node's outputs into `outside` if its inputs are there and its op can do all steps at once. */
function takeOut(node: Node, outside: Map<Tensor, Outside>): void {
  const { op, inputs, attributes, outputs } = node;
  if (op.name === "constant") {
    outside.set(outputs[0], { tensor: outputs[0], stepped: false });
    return;
  }
  if (inputs.length === 0) return; // placeholders of states; those of inputs are there
  const found = inputs.map((input) => outside.get(input));
  if (!found.every((entry) => entry !== undefined)) return;
  const tensors = found.map(({ tensor }) => tensor);
  if (!found.some(({ stepped }) => stepped)) {
    for (const [i, tensor] of apply(op, tensors, attributes).entries())
      outside.set(outputs[i], { tensor, stepped: false });
    return;
  }
  const stepped = found.map((entry) => entry.stepped);
  const made = outputs.length === 1 ? op.overSteps?.(tensors, attributes as never, stepped) : null;
  if (made) outside.set(outputs[0], { tensor: made, stepped: true });
}
