/** The gradient of a scan: a scan in the other direction over the pulled-back body (backpropagation through time). */

import { pullback } from "../grad.js";
import { productOf, sameShape, type Tensor } from "../tensor.js";
import { rewrite, topological } from "../walk.js";
import type { scanOf } from "./scan.js";
import { partsOf, placeholder, type ScanAttributes } from "./scan-body.js";
import { constant } from "./source.js";

/** A placeholder of the body with what it stands for outside. */
type Pair = readonly [inner: Tensor, outer: Tensor];

/** Gradients of a scan's inputs (initial states, sequences, captured) from those of its outputs. */
export function scanGradient(
  run: typeof scanOf,
  upstream: readonly (Tensor | null)[],
  given: readonly Tensor[],
  { body, reverse }: ScanAttributes,
  made: readonly Tensor[],
): (Tensor | null)[] {
  const { states, inputs, captured, nextStates, outputs, products } = body;
  const [, sequences, outer] = partsOf(given, states.length, inputs.length, captured.length);
  const sizes = [states, outputs, states, products].map((list) => list.length);
  const [dLast, dOutputs, dBefore, dProducts] = partsOf(upstream, ...sizes);
  const [, , before, stored] = partsOf(made, ...sizes);

  const steps: Pair[] = [...pairs(states, before), ...pairs(inputs, sequences)];
  const atStep = (sequence: Tensor | null): Tensor | null => {
    if (!sequence) return null;
    const inner = placeholder({ dtype: sequence.dtype, shape: sequence.shape.slice(1) });
    steps.push([inner, sequence]);
    return inner;
  };
  const dNext = states.map((state) => (state.dtype === "float32" ? placeholder(state) : null));
  const dOutput = dOutputs.map(atStep);
  const dHere = dBefore.map(atStep);
  const ys = [...nextStates, ...outputs, ...products];
  const seeds = [...dNext, ...dOutput, ...dProducts.map(atStep)];
  const pulled = pullback(ys, seeds, [...states, ...inputs, ...captured]);
  const storedSteps = new Map(products.map((product, i) => [product, atStep(stored[i])!]));
  const flowing = rewrite(
    pulled.filter((flow) => flow !== null),
    () => null,
    storedSteps,
  );
  const withStored = pulled.map((flow) => flow && flowing.shift()!);
  const [dStates, dInputs, dCaptured] = partsOf(withStored, states.length, inputs.length, captured.length);

  // What the new scan carries: the gradient of each state, and sums over time that do not become one product.
  const carried: { inner: Tensor; next: Tensor; start: Tensor }[] = [];
  const carry = (inner: Tensor, next: Tensor, start: Tensor): number => carried.push({ inner, next, start }) - 1;
  const place = dNext.map((inner, i) => {
    if (!inner) return -1;
    const flows = [dStates[i], dHere[i]].filter((flow) => flow !== null);
    const next = flows.length > 0 ? flows.reduce((a, b) => a.add(b)) : zeros(inner);
    return carry(inner, next, dLast[i] ?? zeros(inner));
  });
  const emitted: Tensor[] = [];
  const emit = (tensor: Tensor): number =>
    emitted.includes(tensor) ? emitted.indexOf(tensor) : emitted.push(tensor) - 1;
  const inputPlaces = dInputs.map((dx) => (dx ? emit(dx) : -1));
  const accumulate = (flow: Tensor): number => {
    const inner = placeholder(flow);
    return carry(inner, inner.add(flow), zeros(flow));
  };
  const known = new Map(steps);
  const sums = dCaptured.map((flow) => flow && sumOverTime(flow, known, emit, accumulate));

  const results = [...carried.map(({ next }) => next), ...emitted];
  const needed = new Set(topological(results));
  const used = steps.filter(([inner], i) => i === 0 || needed.has(inner.node));
  const held = pairs(captured, outer).filter(([inner]) => needed.has(inner.node));
  const result = run(
    {
      states: carried.map(({ inner }) => inner),
      inputs: used.map(([inner]) => inner),
      captured: held.map(([inner]) => inner),
      nextStates: carried.map(({ next }) => next),
      outputs: emitted,
    },
    !reverse,
    carried.map(({ start }) => start),
    used.map(([, sequence]) => sequence),
    held.map(([, tensor]) => tensor),
  );
  return [
    ...place.map((at) => (at < 0 ? null : result.states[at])),
    ...inputPlaces.map((at) => (at < 0 ? null : result.outputs[at])),
    ...sums.map((finish) => finish?.(result) ?? null),
  ];
}

function pairs(inner: readonly Tensor[], outer: readonly Tensor[]): Pair[] {
  return inner.map((tensor, i) => [tensor, outer[i]]);
}

function zeros({ shape }: Tensor): Tensor {
  return constant(0).broadcastTo(shape);
}

type Finish = (result: ReturnType<typeof scanOf>) => Tensor;

/**
 * The sum over all steps of `flow`, the gradient of a captured tensor at one step. A weight's is a product a' b, and the
 * sum of those is one product of all steps' a and b after the scan, several times faster than a small one in each step.
 * Likewise for sums over axes. Everything else is summed in a carried state.
 */
function sumOverTime(
  flow: Tensor,
  known: ReadonlyMap<Tensor, Tensor>,
  emit: (tensor: Tensor) => number,
  accumulate: (flow: Tensor) => number,
): Finish {
  const { op, inputs, attributes } = flow.node;
  const sumOf = (part: Tensor): Finish => sumOverTime(part, known, emit, accumulate);
  const allSteps = (part: Tensor): Finish => {
    const sequence = known.get(part);
    if (sequence) return () => sequence;
    const at = emit(part);
    return ({ outputs }) => outputs[at];
  };
  const { transposeA, transposeB, axes } = attributes as Partial<Linear>;
  switch (op.name) {
    case "matmul": {
      if (!transposeA || transposeB || inputs.some((x) => x.rank !== 2)) break;
      const [a, b] = inputs.map(allSteps);
      const tall = (x: Tensor): Tensor => x.reshape([productOf(x.shape.slice(0, 2)), x.shape[2]]);
      return (result) => tall(a(result)).matmul(tall(b(result)), { transposeA: true });
    }
    case "sum": {
      const all = allSteps(inputs[0]);
      return (result) =>
        all(result)
          .sum([0, ...axes!.map((axis) => axis + 1)])
          .reshape(flow.shape);
    }
    case "reshape": {
      const total = sumOf(inputs[0]);
      return (result) => total(result).reshape(flow.shape);
    }
    case "add": {
      if (inputs.some((x) => !sameShape(x.shape, flow.shape))) break;
      const [a, b] = inputs.map(sumOf);
      return (result) => a(result).add(b(result));
    }
  }
  const at = accumulate(flow);
  return ({ states }) => states[at];
}

/** Attributes of the ops that `sumOverTime` looks into. */
interface Linear {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly axes: readonly number[];
}
