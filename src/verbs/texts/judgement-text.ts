/** Figures of texts for people, each with the conditions it was measured under. */

import type { TextJudgement } from "./judge.js";

/** By the names that they have in the evaluation: what `evaluate` measured of tokens, and the judgement. */
export function toldTexts(text: TextJudgement & Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { tokens, protocol, mutualInformation: information, reconstructions, generated, ...figures } = text;
  return {
    tokens: `${(tokens as number).toLocaleString("en")}, ends counted`,
    ...figures,
    mutualInformation: `${information.toFixed(2)} nats (${protocol.mutualInformation})`,
    reconstructedTokens: `${percentText(reconstructions.tokenAccuracy)} (${protocol.reconstructions})`,
    reconstructedBleu: reconstructions.bleu,
    distinct1: generated.distinct1,
    distinct2: generated.distinct2,
    selfBleu: generated.selfBleu,
    copies: `${percentText(generated.copies)} of the texts drawn (${protocol.copies})`,
    texts: protocol.generated,
  };
}

function percentText(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
