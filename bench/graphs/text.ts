/** What the text graphs have in common: batches of token rows, and the loss over the tokens that are there. */

import { grad } from "../../src/graph/grad.js";
import type { Tensor } from "../../src/graph/ops.js";
import { type Program, program } from "../../src/graph/program.js";
import { type Ctx, type Recording, recordingContext } from "../../src/nn/ctx.js";
import type { Philox } from "../../src/random.js";
import type { Feeds } from "../../src/runtime/engine.js";

/** The token that fills rows behind their end; it is never predicted. */
export const PADDING = 0;
/** The first token that is a word: padding and the start come before. */
const FIRST_WORD = 2;
const START = 1;

export interface TextSize {
  readonly batch: number;
  /** Tokens of a row that are predicted, with padding. */
  readonly length: number;
  readonly vocabulary: number;
  readonly width: number;
  readonly latent: number;
}

/** Token rows [batch, length + 1], the first token before the first predicted one; latents [batch, latent]. */
export interface TextBatch {
  readonly tokens: Int32Array;
  readonly z: Float32Array;
}

/** A decoder of text as a training step. */
export interface TextGraph {
  readonly program: Program;
  readonly recording: Recording;
  /** What the program is fed: inputs and targets in the order of axes it wants. */
  feeds(batch: TextBatch): Feeds;
}

/** The training step of a loss: outputs `loss`, gradients of all parameters. */
export function stepOf(name: string, loss: (ctx: Ctx) => Tensor): Pick<TextGraph, "program" | "recording"> {
  const { ctx, recording } = recordingContext("train", { count: 0, mean: {} });
  const value = loss(ctx);
  const parameters = [...recording.parameters];
  const gradients = grad(
    value,
    parameters.map(([, { tensor }]) => tensor),
  );
  const named = Object.fromEntries(parameters.map(([parameter], i) => [parameter, gradients[i]!]));
  return { program: program(name, { loss: value }, named), recording };
}

/** -log p(token) in nats, summed over the tokens of a row that are no padding, mean over the batch. */
export function tokenLoss(logits: Tensor, targets: Tensor, batch: number): Tensor {
  const there = targets.greater(PADDING).cast("float32");
  return logits
    .crossEntropyWithLogits(targets)
    .mul(there)
    .sum()
    .mul(1 / batch);
}

/** Rows of random words, half as long to full. */
export function randomText({ batch, length, vocabulary, latent }: TextSize, random: Philox): TextBatch {
  const below = (end: number) => Math.floor(random.uniform() * end);
  const tokens = new Int32Array(batch * (length + 1)).fill(PADDING);
  for (let row = 0; row < batch; row++) {
    const words = length - below(length / 2);
    tokens[row * (length + 1)] = START;
    for (let i = 1; i <= words; i++) tokens[row * (length + 1) + i] = FIRST_WORD + below(vocabulary - FIRST_WORD);
  }
  return { tokens, z: random.normals(new Float32Array(batch * latent)) };
}

/** Tokens `shift` places on as [batch, length], or as [length, batch]. */
export function tokensFrom(tokens: Int32Array, shift: 0 | 1, { batch, length }: TextSize, timeFirst: boolean) {
  const chosen = new Int32Array(batch * length);
  for (let row = 0; row < batch; row++)
    for (let i = 0; i < length; i++)
      chosen[timeFirst ? i * batch + row : row * length + i] = tokens[row * (length + 1) + shift + i]!;
  return chosen;
}
