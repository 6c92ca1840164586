/** Writes texts with a language model, token by token: the likeliest, drawn ones, or the best of a beam. */

import { VaekitError } from "../../errors.js";
import { END, START } from "../tokenizer.js";
import { type Beam, beamSearch } from "./beam.js";
import type { Greedy, Sampling } from "./choose.js";
import type { Constraint } from "./constraint.js";
import { nextTokens } from "./next-tokens.js";
import type { TokenModel } from "./token-model.js";

export interface WriteOptions {
  readonly strategy: Greedy | Sampling | Beam;
  /** Tokens of a text at most, without the one that ends it: a text that is not at its end then is cut. */
  readonly maxLength: number;
  /** Tokens that end a text; default END. */
  readonly ends?: readonly number[];
  readonly constraint?: Constraint;
  /** Called with each token as soon as it is chosen; of a beam search when it is done. */
  readonly onToken?: (token: WrittenToken) => void;
  readonly signal?: AbortSignal;
}

/** A token as it is written. */
export interface WrittenToken {
  /** Which of the model's texts goes on. */
  readonly row: number;
  readonly token: number;
  /** log p(token | what the text was before), nats, as the model has it: without temperature, nucleus and constraint. */
  readonly logProb: number;
  /** The text ends with it; it is not of the text. */
  readonly isEnd: boolean;
}

/** A text that was written. */
export interface Written {
  /** Without START and the token that ended it. */
  readonly tokens: readonly number[];
  /** log p(text), nats, as the model has it; with its end where it has one. */
  readonly logProb: number;
  /** It came to its end; else it was cut at `maxLength`. */
  readonly finished: boolean;
}

/** The texts of a model, one a row. E_OPTION for an invalid option and where a constraint allows nothing. */
export async function write(model: TokenModel, options: WriteOptions): Promise<Written[]> {
  const texts: { tokens: number[]; logProb: number; finished: boolean }[] = [];
  for await (const written of writeTokens(model, options)) {
    options.onToken?.(written);
    const { row, token, logProb, isEnd } = written;
    while (texts.length <= row) texts.push({ tokens: [], logProb: 0, finished: false });
    const text = texts[row];
    text.logProb += logProb;
    text.finished = isEnd;
    if (!isEnd) text.tokens.push(token);
  }
  return texts;
}

/** `write` as it goes: the texts' tokens in turns, of a beam search text by text when it is done. */
export async function* writeTokens(model: TokenModel, options: WriteOptions): AsyncGenerator<WrittenToken> {
  const { strategy, maxLength, ends = [END], constraint } = options;
  if (!Number.isSafeInteger(maxLength) || maxLength < 1)
    throw new VaekitError("E_OPTION", `invalid maxLength: got ${maxLength}, expected a whole number above 0`);
  if (strategy.by === "beam") {
    yield* beamSearch(model, strategy, { ...options, ends });
    return;
  }
  const next = nextTokens(model, strategy, constraint);

  await model.start();
  let live = Array.from({ length: model.rows }, (_, row) => ({ row, tokens: [] as number[] }));
  const last = new Int32Array(live.length).fill(START);
  const parents = new Int32Array(live.length);
  // One token more than maxLength is asked for: it may be the end.
  for (let position = 0; live.length > 0 && position <= maxLength; position++) {
    options.signal?.throwIfAborted();
    const chosen = await next(last.subarray(0, live.length), live, position);
    const kept: typeof live = [];
    for (const [i, text] of live.entries()) {
      const { token, logProb } = chosen(i);
      const isEnd = ends.includes(token);
      if (!isEnd && position === maxLength) continue;
      yield { row: text.row, token, logProb, isEnd };
      if (isEnd) continue;
      text.tokens.push(token);
      parents[kept.length] = i;
      last[kept.length] = token;
      kept.push(text);
    }
    if (kept.length > 0 && kept.length < live.length) model.select(parents.subarray(0, kept.length));
    live = kept;
  }
}
