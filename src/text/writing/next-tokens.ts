/** The next token of every text under way: chosen within the model where it can, else from its log-probabilities. */

import {
  checkSampling,
  fillNoise,
  type Greedy,
  likeliest,
  noProbabilities,
  Reader,
  type Sampling,
  sampler,
} from "./choose.js";
import type { Constraint } from "./constraint.js";
import { nothingAllowed } from "./nothing-allowed.js";
import type { TokenModel } from "./token-model.js";

export interface LiveText {
  readonly row: number;
  readonly tokens: readonly number[];
}
interface Next {
  readonly token: number;
  /** nats */
  readonly logProb: number;
}
/** From the last token of each text: for the text in a place what it goes on with. */
export type NextTokens = (
  last: Int32Array,
  live: readonly LiveText[],
  position: number,
) => Promise<(place: number) => Next>;

export function nextTokens(
  model: TokenModel,
  strategy: Greedy | Sampling,
  constraint: Constraint | undefined,
): NextTokens {
  if (strategy.by === "sampling") checkSampling(strategy);
  const isPlain = !constraint && (strategy.by === "greedy" || (strategy.topP ?? 1) === 1);
  return isPlain && model.choose ? within(model.choose, strategy) : outside(model, strategy, constraint);
}

function within(choose: NonNullable<TokenModel["choose"]>, strategy: Greedy | Sampling): NextTokens {
  const noise = new Float32Array(1);
  return async (last, live, position) => {
    const how =
      strategy.by === "greedy"
        ? ("likeliest" as const)
        : {
            uniforms: Float32Array.from(live, ({ row }) => fillNoise(noise, strategy, row, position)[0]),
            tokenTemperature: strategy.tokenTemperature ?? 1,
          };
    const { tokens, logProbs } = await choose(last, how);
    return (place) => {
      const logProb = logProbs[place];
      if (!Number.isFinite(logProb)) throw noProbabilities(logProb);
      return { token: tokens[place], logProb };
    };
  };
}

function outside(model: TokenModel, strategy: Greedy | Sampling, constraint: Constraint | undefined): NextTokens {
  const choose = strategy.by === "greedy" ? likeliest : sampler(strategy, model.vocabulary);
  const reader = new Reader(model.vocabulary);
  return async (last, live, position) => {
    const logits = await model.next(last);
    return (place) => {
      const text = live[place];
      const allowed = constraint?.(text) ?? null;
      const logSum = reader.read({ logits, at: place * model.vocabulary, allowed });
      const token = choose(reader.open, text.row, position);
      if (reader.open[token] === Number.NEGATIVE_INFINITY) throw nothingAllowed(text);
      return { token, logProb: reader.open[token] - logSum };
    };
  };
}
