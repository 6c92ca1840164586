/** A text, token by token: each has a softmax of its own, which knows what was written before. */

import { VaekitError } from "../errors.js";
import { constant, type Tensor } from "../graph/ops.js";
import { type Dist, missing } from "./dist.js";

/** Texts [T, B], padding behind each, and where their tokens lie in T*B, [N]. */
export interface TextPlaces {
  readonly codes: Tensor;
  readonly places: Tensor;
}

/**
 * p(text) = prod_t softmax(logits_t)[token_t] of texts [P*B, T], for logits [P*N, V] at the N tokens that are there. The logits
 * were made from the very texts that are judged, each from the tokens before it, so that densities hold for these alone.
 * Padding costs nothing; a text without tokens is hidden. Elements are tokens.
 */
export function tokenSequence(logits: Tensor, { codes, places }: TextPlaces, particles: number): Dist {
  const [length, batch] = codes.shape;
  const shape = [codes.shape[1], length];
  const steps = (x: Tensor): Tensor => x.reshape([particles, batch, length]).transpose([0, 2, 1]);
  /** Of texts [P*B, T] the tokens that are there, [P*N] int32. */
  const there = (x: Tensor): Tensor => steps(x).reshape([particles, -1]).gather(places, 1).reshape([-1]).cast("int32");
  /** A value per token that is there, [P*N] -> [P*B, T], 0 at padding. */
  const spread = (values: Tensor): Tensor => {
    const byParticle = values.reshape([particles, -1]);
    const slots = places.expandDims(0).broadcastTo(byParticle.shape);
    return constant(0)
      .broadcastTo([particles, length, batch])
      .reshape([particles, -1])
      .scatterAdd(slots, byParticle, 1)
      .reshape([particles, length, batch])
      .transpose([0, 2, 1])
      .reshape([-1, length]);
  };
  /** 0 for the place that stands in where no text has a token. */
  const counted = (targets: Tensor, values: Tensor): Tensor =>
    values.mul(targets.greater(constant(0, [], "int32")).cast("float32"));
  const elements = (x: Tensor): Tensor => {
    const targets = there(x);
    return spread(counted(targets, logits.crossEntropyWithLogits(targets)).neg());
  };
  const dist: Dist = {
    name: "tokens",
    parameters: { logits },
    shape,
    noise: "none",
    noiseSize: 0,
    density: "samples",
    space: "discrete",
    sample: () => {
      throw new VaekitError("E_CONFIG", "texts are written token by token, not drawn at once");
    },
    logProb: (x) => elements(x).sum(-1),
    elements,
    surprise: (x) => {
      const targets = there(x);
      const own = logits.takeAlongAxis(targets.expandDims(-1), -1).squeeze(-1);
      return spread(counted(targets, logits.max(-1).sub(own)));
    },
    /** The likeliest token in each place, from what stands before it. */
    get mean() {
      return spread(logits.argmax(-1).cast("float32"));
    },
    get mode() {
      return spread(logits.argmax(-1).cast("float32"));
    },
    kl: () => null,
    stop: () => {
      throw missing("tokens", "stop");
    },
  };
  return dist;
}
