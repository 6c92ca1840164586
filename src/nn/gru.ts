/** A gated recurrent unit (Cho et al. 2014), in the form that PyTorch and cuDNN have: the reset gate acts behind the product. */

import { scan, type Tensor } from "../graph/ops.js";
import type { Ctx } from "./ctx.js";
import { type Initializer, sizeOf } from "./init.js";

/** Uniform in ±1/sqrt(width), as PyTorch starts a GRU of so many units. */
export function gruUniform(width: number): Initializer {
  const bound = 1 / Math.sqrt(width);
  return (shape, random) => random.uniforms(new Float32Array(sizeOf(shape))).map((u) => (2 * u - 1) * bound);
}

/** What drives the gates from outside, x W + b: [.., in] -> [.., 3 width], of reset, update and candidate. */
export function gruInput(ctx: Ctx, x: Tensor, width: number): Tensor {
  const start = gruUniform(width);
  const weight = ctx.param("weight", [x.shape.at(-1) as number, 3 * width], start);
  return x.matmul(weight).add(ctx.param("bias", [3 * width], start));
}

/** One step: state [B, H] and what drives it [B, 3H] -> the next state [B, H]. */
export function gruStep(ctx: Ctx, h: Tensor, driven: Tensor): Tensor {
  return cell(h, driven, weightsOf(ctx, h.shape[1] as number));
}

/** All states [T, B, H] from the first [B, H] and what drives them [T, B, 3H]. */
export function gru(ctx: Ctx, first: Tensor, driven: Tensor): Tensor {
  const weights = weightsOf(ctx, first.shape[1] as number);
  const run = scan(
    ([h], [x]) => {
      const next = cell(h, x, weights);
      return { states: [next], outputs: [next] };
    },
    [first],
    [driven],
  );
  return run.outputs[0];
}

interface StateWeights {
  readonly weight: Tensor;
  readonly bias: Tensor;
}

function weightsOf(ctx: Ctx, width: number): StateWeights {
  const start = gruUniform(width);
  const state = ctx.at("state");
  return { weight: state.param("weight", [width, 3 * width], start), bias: state.param("bias", [3 * width], start) };
}

/** r, u = sigmoid(x + h U + c); n = tanh(x + r (h U + c)); h' = (1 - u) n + u h. */
function cell(h: Tensor, x: Tensor, { weight, bias }: StateWeights): Tensor {
  const width = h.shape[1] as number;
  const [ownGates, ownCandidate] = h
    .matmul(weight)
    .add(bias)
    .split(1, [2 * width, width]);
  const gates = x
    .slice(1, 0, 2 * width)
    .add(ownGates)
    .sigmoid();
  const [reset, update] = gates.split(1, 2);
  const candidate = x
    .slice(1, 2 * width)
    .add(reset.mul(ownCandidate))
    .tanh();
  return candidate.add(update.mul(h.sub(candidate)));
}
