/** Symbolic tensors: a value that a program will compute, known by its shape, its type and how it is made. */

import { VaekitError } from "../errors.js";
import type { Op } from "./op.js";

/** uint8 is for inputs alone: data as it is stored, cast before anything is computed. */
export type Dtype = "float32" | "int32" | "bool" | "uint8";

/** A size: a number, a named dimension ("B"), or a canonical product of both ("16*B"). */
export type Dim = number | string;
export type Shape = readonly Dim[];
export type TensorType = { readonly shape: Shape; readonly dtype: Dtype };

/** One application of an op. Its outputs are tensors; most ops have one. */
export interface Node {
  readonly id: number;
  readonly op: Op;
  readonly inputs: readonly Tensor[];
  readonly attributes: object;
  readonly outputs: readonly Tensor[];
}

/** Output `index` of a node. Methods come from the op families (see ops.ts). */
export class Tensor {
  constructor(
    readonly node: Node,
    readonly index: number,
    readonly shape: Shape,
    readonly dtype: Dtype,
  ) {}

  get rank(): number {
    return this.shape.length;
  }
  toString(): string {
    return `${this.node.op.name}#${this.node.id} ${this.dtype}${formatShape(this.shape)}`;
  }
}

let nextId = 0;

/** Applies `op` to `inputs`: checks the shapes and makes the node. */
export function apply(op: Op, inputs: readonly Tensor[], attributes: object): readonly Tensor[] {
  const types = op.types(inputs, attributes as never);
  const outputs: Tensor[] = [];
  const node: Node = { id: nextId++, op, inputs, attributes, outputs };
  for (const [index, { shape, dtype }] of types.entries()) outputs.push(new Tensor(node, index, shape, dtype));
  return outputs;
}

export function formatShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** An error that names the op and the shapes that do not fit. */
export function shapeError(op: string, problem: string, ...shapes: Shape[]): VaekitError {
  return new VaekitError("E_SHAPE", `${op}: ${problem}, got ${shapes.map(formatShape).join(" and ")}`);
}

/** Product of dimensions in canonical form: the number first, names sorted. @example productOf([16, "B"]) // "16*B" */
export function productOf(dims: Shape): Dim {
  let factor = 1;
  const names: string[] = [];
  for (const dim of dims) {
    if (typeof dim === "number") factor *= dim;
    else
      for (const part of dim.split("*")) {
        const value = Number(part);
        if (Number.isNaN(value)) names.push(part);
        else factor *= value;
      }
  }
  if (names.length === 0 || factor === 0) return factor;
  names.sort();
  return factor === 1 ? names.join("*") : [factor, ...names].join("*");
}

/** The value of a dimension when the named ones are given. @example sizeOf("16*B", { B: 4 }) // 64 */
export function sizeOf(dim: Dim, dims: Readonly<Record<string, number>>): number {
  if (typeof dim === "number") return dim;
  if (dim.includes("+")) return dim.split("+").reduce((size, part) => size + sizeOf(part, dims), 0); // of `append`
  return dim.split("*").reduce((size, part) => {
    const value = dims[part] ?? Number(part);
    if (Number.isNaN(value)) throw new VaekitError("E_SHAPE", `dimension "${part}" of "${dim}" has no value`);
    return size * value;
  }, 1);
}

/** Concrete shape when the named dimensions are given. */
export function bindShape(shape: Shape, dims: Readonly<Record<string, number>>): number[] {
  return shape.map((dim) => sizeOf(dim, dims));
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** Shape of an elementwise result under NumPy's broadcasting rules. */
export function broadcastShapes(op: string, ...shapes: Shape[]): Shape {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    let result: Dim = 1;
    for (const shape of shapes) {
      const dim = shape[axis - rank + shape.length] ?? 1;
      if (dim === 1 || dim === result) continue;
      if (result !== 1) throw shapeError(op, "shapes do not broadcast", ...shapes);
      result = dim;
    }
    return result;
  });
}

/** An axis counted from the end when negative, checked against the rank. */
export function normalizeAxis(op: string, axis: number, rank: number): number {
  const normal = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || normal < 0 || normal >= rank)
    throw new VaekitError("E_SHAPE", `${op}: axis ${axis} does not exist in a tensor of rank ${rank}`);
  return normal;
}
