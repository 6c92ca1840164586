/** A GRU that writes text from a latent: z gives the initial state and is an input of every step (Bowman et al. 2016). */

import { input, scan, stack, type Tensor } from "../../src/graph/ops.js";
import type { Ctx } from "../../src/nn/ctx.js";
import { filled, type Initializer } from "../../src/nn/init.js";
import { linear } from "../../src/nn/linear.js";
import { stepOf, type TextGraph, type TextSize, tokenLoss, tokensFrom } from "./text.js";

export interface GruOptions {
  /** Every step as nodes of its own instead of a Scan. Default false. */
  readonly unrolled?: boolean;
}

/** Embedding and state have `width` units; bench/peers/text_models.py has the same net. */
export function gruDecoder(size: TextSize, { unrolled = false }: GruOptions = {}): TextGraph {
  const { batch, length } = size;
  const tokens = input("tokens", [length, batch], { dtype: "int32" });
  const targets = input("targets", [length, batch], { dtype: "int32" });
  const z = input("z", [batch, size.latent]);
  return {
    ...stepOf("gru", (ctx) =>
      tokenLoss(logitsOf(ctx, tokens, z, size, unrolled ? unrolledStates : scanned), targets, batch),
    ),
    feeds: (given) => ({
      tokens: tokensFrom(given.tokens, 0, size, true),
      targets: tokensFrom(given.tokens, 1, size, true),
      z: given.z,
    }),
  };
}

/** [T, B] tokens -> [T, B, V] logits. */
function logitsOf(ctx: Ctx, tokens: Tensor, z: Tensor, size: TextSize, statesOf: typeof scanned): Tensor {
  const { vocabulary, width, latent } = size;
  const embed = ctx.param("embed.weight", [vocabulary, width], standardNormal);
  const gru = ctx.at("gru");
  const within = uniform(1 / Math.sqrt(width));
  const weight = (name: string, shape: readonly number[]) => gru.param(name, shape, within);
  // What z adds is the same at every step, so the product with [word, z] is made of two.
  const fromWords = embed.gather(tokens).matmul(weight("input.weight", [width, 3 * width]));
  const fromLatent = z.matmul(weight("latent.weight", [latent, 3 * width])).add(weight("input.bias", [3 * width]));
  const state = { weight: weight("state.weight", [width, 3 * width]), bias: weight("state.bias", [3 * width]) };
  const first = linear(ctx.at("initial"), z, { units: width });
  const states = statesOf((h, x) => cell(h, x, state), first, fromWords.add(fromLatent));
  return linear(ctx.at("out"), states, { units: vocabulary });
}

type Cell = (h: Tensor, x: Tensor) => Tensor;

function scanned(step: Cell, first: Tensor, driven: Tensor): Tensor {
  const run = scan(
    ([h], [x]) => {
      const next = step(h!, x!);
      return { states: [next], outputs: [next] };
    },
    [first],
    [driven],
  );
  return run.outputs[0]!;
}

function unrolledStates(step: Cell, first: Tensor, driven: Tensor): Tensor {
  const states: Tensor[] = [];
  for (let at = 0; at < (driven.shape[0] as number); at++)
    states.push(step(states.at(-1) ?? first, driven.slice(0, at, at + 1).squeeze(0)));
  return stack(states);
}

interface StateWeights {
  readonly weight: Tensor;
  readonly bias: Tensor;
}

/**
 * h [B, H] and what drives it, x [B, 3H] (reset, update, candidate), as PyTorch's GRU: r, u = sigmoid(x + h U + c),
 * n = tanh(x + r (h U + c)), h' = (1 - u) n + u h.
 */
function cell(h: Tensor, x: Tensor, { weight, bias }: StateWeights): Tensor {
  const width = h.shape[1] as number;
  const own = h.matmul(weight).add(bias);
  const gates = x
    .slice(1, 0, 2 * width)
    .add(own.slice(1, 0, 2 * width))
    .sigmoid();
  const reset = gates.slice(1, 0, width);
  const update = gates.slice(1, width);
  const candidate = x
    .slice(1, 2 * width)
    .add(reset.mul(own.slice(1, 2 * width)))
    .tanh();
  return candidate.add(update.mul(h.sub(candidate)));
}

const standardNormal: Initializer = (shape, random) => random.normals(filled(0)(shape, random));
const uniform =
  (bound: number): Initializer =>
  (shape, random) =>
    random.uniforms(filled(0)(shape, random)).map((u) => (2 * u - 1) * bound);
