/** Float64 array helpers for the reference rules of ops: plain loops, no cleverness. */

import type { NdArray } from "../op.js";

export function sizeOfShape(shape: readonly number[]): number {
  return shape.reduce((size, dim) => size * dim, 1);
}

export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/** Calls `visit(flat index, index per axis)` for every element, row by row. The index array is reused. */
export function forEachIndex(shape: readonly number[], visit: (flat: number, index: readonly number[]) => void): void {
  const index = new Array<number>(shape.length).fill(0);
  const count = sizeOfShape(shape);
  for (let flat = 0; flat < count; flat++) {
    visit(flat, index);
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0;
  }
}

/** Builds an array from the source position of each element. */
export function gatherArray(
  x: NdArray,
  shape: readonly number[],
  source: (index: readonly number[]) => number,
): NdArray {
  const data = new Float64Array(sizeOfShape(shape));
  forEachIndex(shape, (flat, index) => {
    const from = source(index);
    data[flat] = from < 0 ? 0 : x.data[from];
  });
  return { shape, data };
}

/** x spread to `shape` by broadcasting. */
export function broadcastArray(x: NdArray, shape: readonly number[]): NdArray {
  const strides = stridesOf(x.shape);
  const skip = shape.length - x.shape.length;
  return gatherArray(x, shape, (index) =>
    x.shape.reduce((offset, dim, axis) => offset + (dim === 1 ? 0 : index[axis + skip] * strides[axis]), 0),
  );
}

/** f applied element by element after broadcasting to `shape`. */
export function mapArrays(
  inputs: readonly NdArray[],
  shape: readonly number[],
  f: (...values: number[]) => number,
): NdArray {
  const full = inputs.map((input) => broadcastArray(input, shape).data);
  const data = new Float64Array(sizeOfShape(shape));
  for (let i = 0; i < data.length; i++) data[i] = f(...full.map((values) => values[i]));
  return { shape, data };
}

/** Folds the given axes (kept with size 1 first, then given `shape`). */
export function foldArray(
  x: NdArray,
  axes: readonly number[],
  shape: readonly number[],
  fold: (a: number, b: number) => number,
  start: number,
): NdArray {
  const kept = x.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
  const strides = stridesOf(kept);
  const data = new Float64Array(sizeOfShape(kept)).fill(start);
  forEachIndex(x.shape, (flat, index) => {
    let at = 0;
    for (let axis = 0; axis < index.length; axis++) if (kept[axis] !== 1) at += index[axis] * strides[axis];
    data[at] = fold(data[at], x.data[flat]);
  });
  return { shape, data };
}
