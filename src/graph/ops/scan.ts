/** Recurrence over time: a body graph applied step by step (ONNX Scan). */

import { VaekitError } from "../../errors.js";
import { evaluate } from "../evaluate.js";
import { multiOp, type NdArray, type OnnxScope } from "../op.js";
import { type Dim, formatShape, sameShape, shapeError, type Tensor, type TensorType } from "../tensor.js";
import { topological } from "../walk.js";
import { sizeOfShape } from "./arrays.js";
import { add, mul, tanh } from "./elementwise.js";
import { matmul } from "./linear.js";
import { closeBody, partsOf, placeholder, type ScanAttributes, type ScanBody } from "./scan-body.js";
import { scanGradient } from "./scan-gradient.js";
import { hoist } from "./scan-hoist.js";

function checkType(what: string, got: TensorType, expected: TensorType): void {
  if (got.dtype !== expected.dtype || !sameShape(got.shape, expected.shape))
    throw new VaekitError(
      "E_SHAPE",
      `scan: ${what} is ${got.dtype}${formatShape(got.shape)}, expected ${expected.dtype}${formatShape(expected.shape)}`,
    );
}

/**
 * Inputs: initial states, sequences [T, ..], captured. Outputs: last states, stacked outputs [T, ..], and what gradients
 * need: the states before each step and the products in it [T, ..], dropped at lowering when nothing uses them.
 */
const scanOp = multiOp<ScanAttributes>({
  name: "scan",
  types: (types, { body }) => {
    const { states, inputs, captured, nextStates, outputs, products } = body;
    const [initial, sequences, outer] = partsOf(types, states.length, inputs.length, captured.length);
    const length = lengthOf(sequences);
    for (const [i, type] of initial.entries()) checkType(`state ${i}`, type, states[i]);
    for (const [i, next] of nextStates.entries()) checkType(`the next state ${i}`, next, states[i]);
    for (const [i, { dtype, shape }] of sequences.entries())
      checkType(`sequence ${i} at one step`, { dtype, shape: shape.slice(1) }, inputs[i]);
    for (const [i, type] of outer.entries()) checkType(`captured tensor ${i}`, type, captured[i]);
    const stacked = ({ dtype, shape }: TensorType): TensorType => ({ dtype, shape: [length, ...shape] });
    return [...nextStates, ...[...outputs, ...states, ...products].map(stacked)];
  },
  reference: (arrays, { body, reverse }, types) => {
    const { states, inputs, captured, nextStates, outputs, products } = body;
    const [initial, sequences, outer] = partsOf(arrays, states.length, inputs.length, captured.length);
    const length = sequences[0].shape[0];
    const stacked = types.slice(states.length).map(({ shape }) => new Float64Array(sizeOfShape(shape as number[])));
    let current = initial;
    for (let i = 0; i < length; i++) {
      const at = reverse ? length - 1 - i : i;
      const given = new Map<Tensor, NdArray>();
      for (const [k, state] of states.entries()) given.set(state, current[k]);
      for (const [k, tensor] of inputs.entries()) given.set(tensor, stepOf(sequences[k], at));
      for (const [k, tensor] of captured.entries()) given.set(tensor, outer[k]);
      const values = evaluate([...nextStates, ...outputs, ...products], given);
      const [next, made, kept] = partsOf(values, states.length, outputs.length, products.length);
      for (const [k, { data }] of [...made, ...current, ...kept].entries()) stacked[k].set(data, at * data.length);
      current = next;
    }
    const rows = stacked.map((data, k) => ({ shape: types[states.length + k].shape as number[], data }));
    return [...current, ...rows];
  },
  lower: (names, { body, reverse }, onnx: OnnxScope, { used }) => {
    const { states, inputs, captured, nextStates, outputs, products } = body;
    const count = states.length;
    const outer = names.slice(count + inputs.length);
    const rows = [...outputs, ...states, ...products].filter((_, k) => used[count + k]);
    const graph = onnx.subgraph(
      [...states, ...inputs],
      [...nextStates, ...rows],
      new Map(captured.map((tensor, k) => [tensor, outer[k]])),
    );
    const direction = reverse ? 1 : 0;
    const made = onnx.nodes(
      "Scan",
      names.slice(0, count + inputs.length),
      [...nextStates, ...rows].map(() => true),
      {
        body: graph,
        num_scan_inputs: inputs.length,
        scan_input_directions: inputs.map(() => direction),
        ...(rows.length > 0 && { scan_output_directions: rows.map(() => direction) }),
      },
    );
    let next = count;
    return used.map((needed, k) => (k < count ? made[k] : needed ? made[next++] : ""));
  },
  decompose: "none",
  rewriteBody: ({ body, reverse }, pass) => {
    const lists = [body.nextStates, body.outputs, body.products];
    const [nextStates, outputs, products] = partsOf(pass(lists.flat()), ...lists.map((list) => list.length));
    return { body: { ...body, nextStates, outputs, products }, reverse };
  },
  gradient: (upstream, inputs, attributes, outputs) => scanGradient(scanOf, upstream, inputs, attributes, outputs),
  examples: [
    { shapes: [[2, 3], [4, 2, 3], [3, 3], [3]], attributes: { body: exampleBody(), reverse: false } },
    { shapes: [[2, 3], [4, 2, 3], [3, 3], [3]], attributes: { body: exampleBody(), reverse: true } },
  ],
});

/** h' = tanh(h u + x), y = h h' b */
function exampleBody(): ScanBody {
  const [h, x, u, b] = [[2, 3], [2, 3], [3, 3], [3]].map((shape) => placeholder({ shape, dtype: "float32" }));
  const product = matmul(h, u);
  const next = tanh(add(product, x));
  const outputs = [mul(mul(h, next), b)];
  return { states: [h], inputs: [x], captured: [u, b], nextStates: [next], outputs, products: [product] };
}

function stepOf({ shape, data }: NdArray, at: number): NdArray {
  const size = sizeOfShape(shape.slice(1));
  return { shape: shape.slice(1), data: data.subarray(at * size, (at + 1) * size) };
}

function lengthOf(sequences: readonly TensorType[]): Dim {
  const [first] = sequences;
  if (!first) throw new VaekitError("E_SHAPE", "scan: needs at least one sequence, for the number of steps");
  for (const { shape } of sequences)
    if (shape.length === 0 || shape[0] !== first.shape[0])
      throw shapeError("scan", "sequences differ in length", ...sequences.map((sequence) => sequence.shape));
  return first.shape[0];
}

export interface ScanResult {
  /** States after the last step. */
  readonly states: readonly Tensor[];
  /** Outputs of all steps, [T, ..]. */
  readonly outputs: readonly Tensor[];
}

/** Ops whose results are worth storing. */
const COSTLY = new Set(["matmul", "conv2d", "conv2dInput"]);

/** Applies a finished body, less what can be computed for all steps at once. */
export function scanOf(
  body: Omit<ScanBody, "products">,
  reverse: boolean,
  initial: readonly Tensor[],
  sequences: readonly Tensor[],
  captured: readonly Tensor[],
): ScanResult {
  const light = hoist(body, sequences, captured);
  const order = topological([...light.body.nextStates, ...light.body.outputs]);
  const products = order.filter(({ op }) => COSTLY.has(op.name)).flatMap(({ outputs }) => outputs);
  const made = scanOp([...initial, ...light.sequences, ...light.captured], {
    body: { ...light.body, products },
    reverse,
  });
  const [states, rows] = partsOf(made, initial.length, light.body.outputs.length);
  return { states, outputs: light.outputs.map((output) => (typeof output === "number" ? rows[output] : output)) };
}

/**
 * Runs `body` over time: from the states before a step and the sequences' values at it, the states after it and its
 * outputs. Sequences are [T, ..], outputs come back stacked [T, ..]; `reverse` starts at the last step, and outputs stay
 * in their places. The body may use any tensor from outside; what it computes from those alone is computed once.
 *
 * @example scan(([h], [x]) => ({ states: [x.add(h.matmul(u)).tanh()], outputs: [] }), [h0], [xs]).states[0]
 */
export function scan(
  body: (
    states: readonly Tensor[],
    inputs: readonly Tensor[],
  ) => { readonly states: readonly Tensor[]; readonly outputs: readonly Tensor[] },
  initialStates: readonly Tensor[],
  sequences: readonly Tensor[],
  options: { readonly reverse?: boolean } = {},
): ScanResult {
  lengthOf(sequences);
  const states = initialStates.map(placeholder);
  const inputs = sequences.map(({ shape, dtype }) => placeholder({ shape: shape.slice(1), dtype }));
  const made = body(states, inputs);
  if (made.states.length !== states.length)
    throw new VaekitError("E_SHAPE", `scan: the body returns ${made.states.length} states, expected ${states.length}`);
  const { results, captured } = closeBody([...made.states, ...made.outputs], [...states, ...inputs]);
  const [nextStates, outputs] = partsOf(results, states.length, made.outputs.length);
  const closed = { states, inputs, captured: [...captured.values()], nextStates, outputs };
  return scanOf(closed, options.reverse ?? false, initialStates, sequences, [...captured.keys()]);
}
