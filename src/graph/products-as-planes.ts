/**
 * Makes dense layers in front of blocked convolutions give planes: a product [N, H*W*C] that becomes a picture [N, H, W, C]
 * is made as [N, C, H, W], by changing the order of its weights' columns, which are fewer than the picture's values.
 */

import { isSmaller, type Product, permuted } from "./ops/linear.js";
import { apply, type Node, sameShape, type Tensor } from "./tensor.js";
import { rewrite, topological } from "./walk.js";

/** Axes of [H, W, C] as [C, H, W], and of planes [N, C, H, W] as a picture [N, H, W, C]. */
const PLANES = [2, 0, 1];
const PICTURE = [0, 2, 3, 1];

export function productsAsPlanes(outputs: readonly Tensor[]): readonly Tensor[] {
  const pictures = picturesOfProducts(outputs);
  return rewrite(outputs, (node, [a, b]) => {
    const picture = pictures.get(node);
    if (!picture) return null;
    const [count, height, width, channels] = picture;
    const { transposeB } = node.attributes as Product;
    const columns = permuted(b, transposeB ? 0 : 1, [height, width, channels], PLANES);
    const [planes] = apply(node.op, [a, columns], node.attributes);
    return [planes.reshape([count, channels, height, width]).transpose(PICTURE).reshape(node.outputs[0].shape)];
  });
}

/** Products that nothing but elementwise ops part from a picture with several channels, with its shape. */
function picturesOfProducts(outputs: readonly Tensor[]): Map<Node, number[]> {
  const found = new Map<Node, number[]>();
  const seen = new Set<Node>();
  const visit = (x: Tensor, picture: number[]): void => {
    const { op, inputs } = x.node;
    if (seen.has(x.node)) return;
    seen.add(x.node);
    if (op.name === "matmul") {
      if (inputs[1].rank === 2 && isSmaller(inputs[1], x)) found.set(x.node, picture);
    } else if (op.commute && op.unflatten && op.name !== "reshape") {
      for (const input of inputs) if (sameShape(input.shape, x.shape)) visit(input, picture);
    }
  };
  for (const { op, inputs, outputs: made } of topological(outputs)) {
    const [picture] = made.map(({ shape }) => shape as number[]);
    if (
      op.name === "reshape" &&
      picture.length === 4 &&
      picture[3] > 1 &&
      inputs[0].rank === 2 &&
      picture[0] === inputs[0].shape[0]
    )
      visit(inputs[0], picture);
  }
  return found;
}
