/** Rules by which transposes move past ops, towards the outputs (see layout.ts): f(xᵀ) = f(x)ᵀ, and the like. */

import type { Commute } from "../op.js";
import { broadcastShapes, type Dim, productOf, type Shape, sameShape, type Tensor } from "../tensor.js";
import { transpose } from "./shape.js";

/** What a transpose made x of, and in which order it put the axes; null where x is no transpose. */
export function transposedOf(x: Tensor): { readonly from: Tensor; readonly order: readonly number[] } | null {
  if (x.node.op.name !== "transpose") return null;
  return { from: x.node.inputs[0], order: (x.node.attributes as { order: readonly number[] }).order };
}

/** The order that undoes `order`. */
export function inverse(order: readonly number[]): number[] {
  return order.map((_axis, i) => order.indexOf(i));
}

/** Elementwise ops: all inputs in the order of the first transposed one that spans the result. */
export function elementwise<A>(make: (inputs: readonly Tensor[], attributes: A) => Tensor): Commute<A> {
  return (inputs, attributes) => {
    const shape = broadcastShapes("", ...inputs.map((x) => x.shape));
    const lead = inputs.find((x) => transposedOf(x) && sameShape(x.shape, shape));
    if (!lead) return null;
    const { order } = transposedOf(lead)!;
    const back = inverse(order);
    const turned = inputs.map((x) => {
      if (x.rank === 0) return x;
      const ones = new Array<number>(shape.length - x.rank).fill(1);
      return transpose(x.reshape([...ones, ...x.shape]), back);
    });
    return transpose(make(turned, attributes), order);
  };
}

/** The transposed picture [N, ...] that records [N, size] were flattened from; null where they were not. */
export function flattenedFrom(x: Tensor): Tensor | null {
  const [from] = x.node.op.name === "reshape" ? x.node.inputs : [];
  if (!from || !transposedOf(from) || x.rank !== 2 || from.rank < 3) return null;
  return from.shape[0] === x.shape[0] ? from : null;
}

/** Elementwise ops on flattened pictures, on the pictures; with inputs [N, 1], [size] and scalars, too. */
export function elementwiseUnflattened<A>(make: (inputs: readonly Tensor[], attributes: A) => Tensor): Commute<A> {
  return (inputs, attributes) => {
    const shape = broadcastShapes("", ...inputs.map((x) => x.shape));
    const picture = inputs.map(flattenedFrom).find((x) => x !== null);
    if (!picture || !sameShape(shape, [picture.shape[0], productOf(picture.shape.slice(1))])) return null;
    const ones = new Array<number>(picture.rank - 1).fill(1);
    const whole = inputs.map((x) => {
      if (sameShape(x.shape, shape)) return x.reshape(picture.shape);
      if (x.rank === 0) return x;
      if (x.rank === 1 && x.shape[0] === shape[1]) return x.reshape([1, ...picture.shape.slice(1)]);
      return x.rank === 2 && x.shape[1] === 1 ? x.reshape([x.shape[0], ...ones]) : null;
    });
    return whole.includes(null) ? null : (elementwise(make)(whole as Tensor[], attributes)?.reshape(shape) ?? null);
  };
}

interface Segment {
  /** Axes of the transposed tensor, and the sizes that they become. */
  readonly axes: readonly number[];
  readonly sizes: readonly Dim[];
}

/**
 * A reshape of a transposed tensor as a transpose of a reshaped one: where axes that become one, or come from one, lie
 * together and in the same order before the transpose. Null where they do not.
 */
export function reshapeOfTransposed(x: Tensor, target: Shape): Tensor | null {
  const { from, order } = transposedOf(x)!;
  const parts = segments(x.shape, target);
  if (!parts) return null;
  const places = parts.map(({ axes }) => axes.filter((axis) => x.shape[axis] !== 1).map((axis) => order[axis]));
  if (places.some((at) => at.some((place, i) => i > 0 && !adjacent(from.shape, at[i - 1], place)))) return null;
  const byPlace = parts
    .map((_, i) => i)
    .sort((a, b) => (places[a][0] ?? order[parts[a].axes[0]]) - (places[b][0] ?? order[parts[b].axes[0]]));
  const y = from.reshape(byPlace.flatMap((i) => parts[i].sizes));
  const starts = new Map<number, number>(); // of each part's axes in y
  let at = 0;
  for (const i of byPlace) {
    starts.set(i, at);
    at += parts[i].sizes.length;
  }
  return transpose(
    y,
    parts.flatMap(({ sizes }, i) => sizes.map((_, k) => starts.get(i)! + k)),
  );
}

/** Whether nothing but axes of size 1 lies between two axes. */
function adjacent(shape: Shape, before: number, after: number): boolean {
  return before < after && shape.slice(before + 1, after).every((dim) => dim === 1);
}

/** Both shapes cut into the smallest runs of axes that hold the same number of values; null where names hide it. */
function segments(from: Shape, to: Shape): Segment[] | null {
  const found: Segment[] = [];
  let [i, k] = [0, 0];
  while (i < from.length || k < to.length) {
    const axes: number[] = [];
    const sizes: Dim[] = [];
    if (i < from.length) axes.push(i++);
    if (k < to.length) sizes.push(to[k++]);
    for (;;) {
      const [a, b] = [productOf(axes.map((axis) => from[axis])), productOf(sizes)];
      if (a === b) break;
      if (typeof a === "string" || typeof b === "string") return null;
      if (a < b && i < from.length) axes.push(i++);
      else if (b < a && k < to.length) sizes.push(to[k++]);
      else return null;
    }
    while (i < from.length && from[i] === 1) axes.push(i++);
    while (k < to.length && to[k] === 1) sizes.push(to[k++]);
    if (axes.length === 0) return null; // a result with more axes than any run can carry
    found.push({ axes, sizes });
  }
  return found;
}
