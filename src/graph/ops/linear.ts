/** Matrix products. */

import { isCpu, op } from "../op.js";
import { broadcastShapes, productOf, type Shape, shapeError, type Tensor } from "../tensor.js";
import { broadcastArray } from "./arrays.js";
import { unbroadcast } from "./elementwise.js";
import { rowScaled } from "./row-scale.js";
import { flattenedFrom, inverse, transposedOf } from "./transposed.js";

export interface Product {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

function dimsOf(a: Shape, b: Shape, { transposeA, transposeB }: Product) {
  const [m, k] = transposeA ? [a.at(-1)!, a.at(-2)!] : [a.at(-2)!, a.at(-1)!];
  const [k2, n] = transposeB ? [b.at(-1)!, b.at(-2)!] : [b.at(-2)!, b.at(-1)!];
  return { m, k, k2, n };
}

/** A matrix whose `axis` holds values of the sizes `sizes`: the same values with those axes in another order. */
export function permuted(x: Tensor, axis: 0 | 1, sizes: Shape, order: readonly number[]): Tensor {
  const rank = sizes.length;
  const split = axis === 0 ? [...sizes, x.shape[1]] : [x.shape[0], ...sizes];
  const axes = axis === 0 ? [...order, rank] : [0, ...order.map((place) => place + 1)];
  return x.reshape(split).transpose(axes).reshape(x.shape);
}

/** Whether x has fewer values than y; not where a batch of any size hides it. */
export function isSmaller(x: Tensor, y: Tensor): boolean {
  const [own, other] = [productOf(x.shape), productOf(y.shape)];
  return typeof own === "number" && typeof other === "number" && own < other;
}

/** Products of flattened pictures on what they were before they were transposed: rows or columns of the rest change order. */
function unflattened(a: Tensor, b: Tensor, attributes: Product): Tensor | null {
  if (a.rank !== 2 || b.rank !== 2) return null;
  const isLeft = flattenedFrom(a) !== null;
  const picture = isLeft ? flattenedFrom(a)! : flattenedFrom(b)!;
  const { from, order } = transposedOf(picture)!;
  if (order[0] !== 0) return null;
  const places = order.slice(1).map((place) => place - 1);
  const rows = from.reshape([from.shape[0], -1]);
  const { transposeA, transposeB } = attributes;
  const [own, other] = isLeft ? [transposeA, transposeB] : [!transposeB, !transposeA];
  if (own) {
    // The places are the result's rows (of a) or columns (of b).
    const made = isLeft ? matmul(rows, b, attributes) : matmul(a, rows, attributes);
    if (!isSmaller(made, picture)) return null;
    return permuted(made, isLeft ? 0 : 1, from.shape.slice(1), places);
  }
  if (!isSmaller(isLeft ? b : a, picture)) return null;
  const change = (x: Tensor): Tensor => permuted(x, other ? 1 : 0, picture.shape.slice(1), inverse(places));
  return isLeft ? matmul(rows, change(b), attributes) : matmul(change(a), rows, attributes);
}

const matmulOp = op<Product>("matmul", {
  shape: ([a, b], attributes) => {
    if (a.length < 2 || b.length < 2) throw shapeError("matmul", "both operands need at least two axes", a, b);
    const { m, k, k2, n } = dimsOf(a, b, attributes);
    if (k !== k2) throw shapeError("matmul", `inner sizes ${k} and ${k2} differ`, a, b);
    return [...broadcastShapes("matmul", a.slice(0, -2), b.slice(0, -2)), m, n];
  },
  reference: ([a, b], attributes, shape) => {
    const { m, k, n } = dimsOf(a.shape, b.shape, attributes) as { m: number; k: number; n: number };
    const batch = shape.slice(0, -2);
    const left = broadcastArray(a, [...batch, ...a.shape.slice(-2)]).data;
    const right = broadcastArray(b, [...batch, ...b.shape.slice(-2)]).data;
    const [am, ak] = attributes.transposeA ? [1, m] : [k, 1];
    const [bk, bn] = attributes.transposeB ? [1, k] : [n, 1];
    const data = new Float64Array(shape.reduce((size, dim) => size * dim, 1));
    for (let at = 0; at < data.length; at++) {
      const column = at % n;
      const row = Math.floor(at / n) % m;
      const matrix = Math.floor(at / (n * m));
      let total = 0;
      for (let i = 0; i < k; i++)
        total += left[matrix * m * k + row * am + i * ak] * right[matrix * k * n + i * bk + column * bn];
      data[at] = total;
    }
    return { shape, data };
  },
  lower: ([a, b], { transposeA, transposeB }, onnx, { inputs }) => {
    const [ra, rb] = inputs.map((type) => type.shape.length);
    if (ra === 2 && rb === 2) {
      if (!transposeA && !transposeB) return onnx.node("MatMul", [a, b]);
      return onnx.node("Gemm", [a, b], { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 });
    }
    const swap = (x: string, rank: number): string =>
      onnx.node("Transpose", [x], { perm: [...Array(rank - 2).keys(), rank - 1, rank - 2] });
    return onnx.node("MatMul", [transposeA ? swap(a, ra) : a, transposeB ? swap(b, rb) : b]);
  },
  decompose: ([a, b], attributes, target) =>
    withFactorsOutside(a, b, attributes) ?? (isCpu(target) ? transposedOfWide(a, b, attributes) : null),
  gradient: (dy, [a, b], { transposeA, transposeB }) => {
    const da = transposeA
      ? matmul(b, dy, { transposeA: transposeB, transposeB: true })
      : matmul(dy, b, { transposeB: !transposeB });
    const db = transposeB
      ? matmul(dy, a, { transposeA: true, transposeB: transposeA })
      : matmul(a, dy, { transposeA: !transposeA });
    return [unbroadcast(da, a.shape), unbroadcast(db, b.shape)];
  },
  unflatten: ([a, b], attributes) => unflattened(a, b, attributes),
  overSteps: ([a, b], attributes, [aSteps, bSteps]) =>
    a.rank === (aSteps ? 3 : 2) && b.rank === (bSteps ? 3 : 2) ? matmul(a, b, attributes) : null,
  examples: [
    {
      shapes: [
        [2, 3],
        [3, 4],
      ],
      attributes: { transposeA: false, transposeB: false },
    },
    {
      shapes: [
        [3, 2],
        [3, 4],
      ],
      attributes: { transposeA: true, transposeB: false },
    },
    {
      shapes: [
        [2, 3],
        [4, 3],
      ],
      attributes: { transposeA: false, transposeB: true },
    },
    {
      shapes: [
        [3, 2],
        [4, 3],
      ],
      attributes: { transposeA: true, transposeB: true },
    },
    {
      shapes: [
        [2, 1, 3, 2],
        [3, 2, 4],
      ],
      attributes: { transposeA: false, transposeB: false },
    },
    {
      shapes: [
        [2, 3, 2],
        [3, 4],
      ],
      attributes: { transposeA: true, transposeB: false },
    },
    {
      shapes: [
        [2, 2, 3],
        [2, 4, 3],
      ],
      attributes: { transposeA: false, transposeB: true },
    },
  ],
});

/**
 * (r x) b = r (x b), a^T (r x) = (r a)^T x and (r x)^T b = x^T (r b), where that scales fewer numbers: the weights of words in a loss need not go
 * over a whole vocabulary, nor does it have to be written once more.
 */
function withFactorsOutside(a: Tensor, b: Tensor, { transposeA, transposeB }: Product): Tensor | null {
  if (a.rank !== 2 || b.rank !== 2) return null;
  if (!transposeA) {
    const scaled = rowScaled(a);
    const { k, n } = dimsOf(a.shape, b.shape, { transposeA, transposeB });
    return scaled && n < k ? matmulOp([scaled.rows, b], { transposeA, transposeB }).mul(scaled.factors) : null;
  }
  if (transposeB) return null;
  const { m, n } = dimsOf(a.shape, b.shape, { transposeA, transposeB });
  const left = n < m ? rowScaled(a) : null;
  if (left) return matmulOp([left.rows, b.mul(left.factors)], { transposeA, transposeB });
  const scaled = rowScaled(b);
  return scaled && m < n ? matmulOp([a.mul(scaled.factors), scaled.rows], { transposeA, transposeB }) : null;
}

/** So many times as many rows as columns are many. */
const TALL = 8;
/** Sums of fewer products are made faster than their transpose. */
const LONG_SUM = 1024;

/**
 * a^T b = (b^T a)^T, where that has many more columns than rows, as the gradient of a vocabulary's rows has: ONNX Runtime transposes a
 * once for every 128 columns of b, and takes a fifth longer than with this one transpose of the result. Next to the product it would
 * merge the two again, so a reshape lies between them.
 */
function transposedOfWide(a: Tensor, b: Tensor, { transposeA, transposeB }: Product): Tensor | null {
  if (a.rank !== 2 || b.rank !== 2 || !transposeA || transposeB) return null;
  const { m, k, n } = dimsOf(a.shape, b.shape, { transposeA, transposeB });
  if (typeof m === "string" || typeof n === "string" || m < TALL * n) return null;
  if (typeof k === "number" && k < LONG_SUM) return null;
  return matmulOp([b, a], { transposeA, transposeB }).reshape([1, n, m]).transpose([0, 2, 1]).reshape([m, n]);
}

/** Product of matrices in the last two axes, [.., m, k] x [.., k, n] -> [.., m, n]; earlier axes broadcast. */
export function matmul(
  a: Tensor,
  b: Tensor,
  { transposeA = false, transposeB = false }: Partial<Product> = {},
): Tensor {
  // A stack of matrices times one matrix is one tall product.
  if (a.rank > 2 && b.rank === 2 && !transposeA) {
    const rows = a.reshape([-1, a.shape.at(-1)!]);
    const n = transposeB ? b.shape[0] : b.shape[1];
    return matmulOp([rows, b], { transposeA, transposeB }).reshape([...a.shape.slice(0, -1), n]);
  }
  return matmulOp([a, b], { transposeA, transposeB });
}
