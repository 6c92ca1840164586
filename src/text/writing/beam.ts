/** Beam search: the best text among those whose beginnings stayed among the likeliest. */

import { VaekitError } from "../../errors.js";
import { START } from "../tokenizer.js";
import { Reader } from "./choose.js";
import type { Constraint } from "./constraint.js";
import { nothingAllowed } from "./nothing-allowed.js";
import type { TokenModel } from "./token-model.js";
import type { WrittenToken } from "./write.js";

/** The text of the highest log p(text) / length^lengthNormalisation that is found; its length counts the end. */
export interface Beam {
  readonly by: "beam";
  /** Beginnings that are kept of each text. */
  readonly width: number;
  /** 0 (the default): the likeliest text, which tends to be short. 1: the likeliest per token (Wu et al. 2016, section 7). */
  readonly lengthNormalisation?: number;
}

export interface BeamOptions {
  readonly maxLength: number;
  readonly ends: readonly number[];
  readonly constraint?: Constraint;
  readonly signal?: AbortSignal;
}

interface Hypothesis {
  readonly tokens: readonly number[];
  readonly logProbs: readonly number[];
  readonly total: number;
}
/** A row of the model, continued by a token. */
interface Candidate {
  readonly parent: number;
  readonly token: number;
  readonly logProb: number;
  readonly total: number;
}
interface Search {
  readonly row: number;
  readonly beam: readonly Hypothesis[];
  /** The best text that ended; the last token is its end. */
  readonly best: Hypothesis | null;
}

const NOTHING: Hypothesis = { tokens: [], logProbs: [], total: 0 };

/** Gives the tokens of the best texts, text by text; of a text that came to no end the likeliest beginning. */
export async function* beamSearch(
  model: TokenModel,
  { width, lengthNormalisation = 0 }: Beam,
  { maxLength, ends, constraint, signal }: BeamOptions,
): AsyncGenerator<WrittenToken> {
  if (!Number.isSafeInteger(width) || width < 1)
    throw new VaekitError("E_OPTION", `invalid width of the beam: got ${width}, expected a whole number above 0`);
  if (!(lengthNormalisation >= 0))
    throw new VaekitError("E_OPTION", `invalid lengthNormalisation: got ${lengthNormalisation}, expected 0 or more`);
  const normalised = (total: number, length: number) => total / length ** lengthNormalisation;
  const reader = new Reader(model.vocabulary);
  const isEnd = new Uint8Array(model.vocabulary);
  for (const end of ends) isEnd[end] = 1;

  /** One step of one text, whose hypotheses are rows `first` and on of the model. */
  const step = ({ row, beam, best }: Search, logits: Float32Array, first: number): [Search, Candidate[]] => {
    const candidates: Candidate[] = []; // at most `width`, the best first
    let ended = best;
    for (const [i, hypothesis] of beam.entries()) {
      const { tokens, logProbs } = hypothesis;
      const allowed = constraint?.({ tokens, row }) ?? null;
      const logSum = reader.read({ logits, at: (first + i) * model.vocabulary, allowed });
      for (const end of ends) {
        const logProb = reader.open[end] - logSum;
        const total = hypothesis.total + logProb;
        const score = normalised(total, tokens.length + 1);
        if (score > (ended ? normalised(ended.total, ended.tokens.length) : Number.NEGATIVE_INFINITY))
          ended = { tokens: [...tokens, end], logProbs: [...logProbs, logProb], total };
      }
      if (tokens.length === maxLength) continue;
      const start = hypothesis.total - logSum;
      let least = candidates.length < width ? Number.NEGATIVE_INFINITY : candidates[width - 1].total - start;
      for (let token = 0; token < model.vocabulary; token++) {
        const logit = reader.open[token];
        if (!(logit > least) || isEnd[token]) continue;
        insert(candidates, { parent: first + i, token, logProb: logit - logSum, total: start + logit }, width);
        if (candidates.length === width) least = candidates[width - 1].total - start;
      }
    }
    if (candidates.length === 0 && ended === null && beam[0].tokens.length < maxLength)
      throw nothingAllowed({ tokens: beam[0].tokens, row });
    const extended = candidates.map(({ parent, token, logProb, total }) => {
      const { tokens, logProbs } = beam[parent - first];
      return { tokens: [...tokens, token], logProbs: [...logProbs, logProb], total };
    });
    return [{ row, beam: extended.length > 0 || ended ? extended : beam, best: ended }, candidates];
  };
  /** No continuation can be better: totals only fall, and a longer text is divided by no more than the longest. */
  const isDone = ({ beam, best }: Search): boolean =>
    beam.length === 0 ||
    (best !== null && normalised(best.total, best.tokens.length) >= normalised(beam[0].total, maxLength + 1));

  await model.start();
  const results: Search[] = [];
  let live: Search[] = Array.from({ length: model.rows }, (_, row) => ({ row, beam: [NOTHING], best: null }));
  let last = new Int32Array(model.rows).fill(START);
  for (let position = 0; live.length > 0; position++) {
    signal?.throwIfAborted();
    const logits = await model.next(last);
    const kept: Search[] = [];
    const rows: Candidate[] = [];
    let first = 0;
    for (const search of live) {
      const [next, candidates] = step(search, logits, first);
      first += search.beam.length;
      if (position === maxLength || isDone(next)) results[next.row] = next;
      else {
        kept.push(next);
        rows.push(...candidates);
      }
    }
    if (rows.length > 0) model.select(Int32Array.from(rows, ({ parent }) => parent));
    last = Int32Array.from(rows, ({ token }) => token);
    live = kept;
  }

  for (const { row, beam, best } of results) {
    const { tokens, logProbs } = best ?? beam[0];
    for (const [i, token] of tokens.entries())
      yield { row, token, logProb: logProbs[i], isEnd: best !== null && i === tokens.length - 1 };
  }
}

/** Puts a candidate into its place, and the last one out. */
function insert(candidates: Candidate[], candidate: Candidate, width: number): void {
  let place = candidates.length;
  while (place > 0 && candidates[place - 1].total < candidate.total) place--;
  candidates.splice(place, 0, candidate);
  if (candidates.length > width) candidates.pop();
}
