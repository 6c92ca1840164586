/** Smooth activation functions of nets: softplus, SiLU, GELU. */

import { op } from "../op.js";
import type { Tensor } from "../tensor.js";
import { mapArrays } from "./arrays.js";
import { erfReference } from "./elementwise.js";
import { constant } from "./source.js";

type None = Record<never, never>;

/** log(1 + e^x) without overflow: max(x, 0) - log(max(s, 1-s)) with s = sigmoid(x). */
export function softplus(x: Tensor): Tensor {
  return softplusOp([x], {});
}
const softplusOp = op<None>("softplus", {
  shape: ([x]) => x,
  overSteps: ([x]) => softplus(x),
  reference: (inputs, _, shape) => mapArrays(inputs, shape, (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
  lower: ([x], _, onnx) => onnx.node("Softplus", [x]),
  // ONNX's Softplus takes 2-4 times as long on a CPU.
  decompose: ([x]) => {
    const s = x.sigmoid();
    return x.relu().sub(s.maximum(constant(1).sub(s)).log());
  },
  gradient: (dy, [x]) => [dy.mul(x.sigmoid())],
  examples: [{ shapes: [[2, 3]] }, { shapes: [[5]], range: [-100, 100] }],
});
/** x * sigmoid(x) (Ramachandran et al. 2017, "swish"). */
export function silu(x: Tensor): Tensor {
  return siluOp([x], {});
}
const siluOp = op<None>("silu", {
  shape: ([x]) => x,
  overSteps: ([x]) => silu(x),
  reference: (inputs, _, shape) => mapArrays(inputs, shape, (x) => x / (1 + Math.exp(-x))),
  lower: ([x], _, onnx) => onnx.node("Mul", [x, onnx.node("Sigmoid", [x])]),
  decompose: ([x]) => x.mul(x.sigmoid()),
  // dy/dx = o + s (1 - o) with o = x s
  gradient: (dy, [x], _, y) => {
    const s = x.sigmoid();
    return [dy.mul(y.add(s.sub(s.mul(y))))];
  },
  examples: [{ shapes: [[2, 3]] }, { shapes: [[4]], range: [-30, 30] }],
});
/**
 * x * Phi(x) (Hendrycks & Gimpel 2016): exact, or approximated by x sigmoid(2u) with u = sqrt(2/pi) (x + 0.044715 x^3),
 * which is x (1 + tanh u) / 2.
 */
export function gelu(x: Tensor, approximate: "none" | "tanh" = "none"): Tensor {
  if (approximate === "none") return geluOp([x], {});
  const u = x.add(x.square().mul(x).mul(0.044715)).mul(Math.sqrt(2 / Math.PI));
  return x.mul(u.mul(2).sigmoid());
}
const geluOp = op<None>("gelu", {
  shape: ([x]) => x,
  overSteps: ([x]) => gelu(x),
  reference: ([x]) => ({ shape: x.shape, data: x.data.map((v) => (v * (1 + erfReference(v * Math.SQRT1_2))) / 2) }),
  lower: "none",
  decompose: ([x]) => x.mul(normalShare(x)),
  // dy/dx = Phi(x) + x phi(x); with u = x/sqrt(2), x phi(x) = u exp(-u^2)/sqrt(pi), whose factor goes into the exponent
  gradient: (dy, [x]) => {
    const u = x.mul(Math.SQRT1_2);
    const bump = u.mul(
      constant(-0.5 * Math.log(Math.PI))
        .sub(u.square())
        .exp(),
    );
    return [dy.mul(normalShare(x).add(bump))];
  },
  examples: [{ shapes: [[2, 3]] }, { shapes: [[5]], range: [-6, 6] }],
});

const normalShareOp = op<None>("normalShare", {
  shape: ([x]) => x,
  overSteps: ([x]) => normalShare(x),
  reference: ([x]) => ({ shape: x.shape, data: x.data.map((v) => (1 + erfReference(v * Math.SQRT1_2)) / 2) }),
  // (1 + erf)/2 as a ramp is one pass instead of two.
  lower: ([x], _, onnx) =>
    onnx.node("HardSigmoid", [onnx.node("Erf", [onnx.node("Mul", [x, onnx.floats([Math.SQRT1_2], [])])])], {
      alpha: { float: 0.5 },
      beta: { float: 0.5 },
    }),
  gradient: (dy, [x]) => [dy.mul(x.square().mul(-0.5).exp()).mul(1 / Math.sqrt(2 * Math.PI))],
  examples: [{ shapes: [[2, 3]] }, { shapes: [[5]], range: [-6, 6] }],
});
/** Phi(x), the share of a standard normal below x. */
function normalShare(x: Tensor): Tensor {
  return normalShareOp([x], {});
}
