/** What a model writes, beside lines that were held out: copies, variety, latents in use, reconstructions. */

import { bleu } from "../../src/eval/text/bleu.js";
import { copied } from "../../src/eval/text/copied.js";
import { distinct } from "../../src/eval/text/distinct.js";
import { selfBleu } from "../../src/eval/text/self-bleu.js";
import { tokenAccuracy } from "../../src/eval/text/token-accuracy.js";
import { answer, readingOf, reconstructions, samples } from "./answers.js";
import type { Fitted } from "./fitted.js";
import { type Finding, percent, type TextContext } from "./part.js";

const COUNT = 1000;
const QUICK_COUNT = 50;

interface Evaluated {
  readonly negativeElbo: number;
  readonly nll: number;
  readonly kl: number;
  readonly activeUnits: number;
  readonly text: { readonly mutualInformation: number };
}

export interface WrittenTexts {
  readonly texts: readonly string[];
  readonly findings: readonly Finding[];
  readonly details: object;
}

export async function written(context: TextContext, fitted: Fitted): Promise<WrittenTexts> {
  const { model, train, held, heldFile, repeated } = fitted;
  const { seed, quick } = context;
  const texts = await samples(context, model, quick ? QUICK_COUNT : COUNT);
  const rebuilt = await reconstructions(context, model, heldFile, held.length);
  const how = ["--prior", "standard-normal", "--seed", seed];
  const evaluated = (await answer(context, "evaluate", [model, heldFile, ...how])) as unknown as Evaluated;
  const { negativeElbo, nll, kl, activeUnits, text } = evaluated;

  const { tokenizer } = await readingOf(model);
  const tokens = (lines: readonly string[]) => lines.map((line) => tokenizer.encode(line));
  const [originals, reconstructed] = [
    tokens(rebuilt.map(({ original }) => original)),
    tokens(rebuilt.map(({ reconstruction }) => reconstruction)),
  ];
  const known = new Set(train);
  const ofTexts = variety(tokens(texts), seed);
  const ofHeld = variety(tokens(held.slice(0, texts.length)), seed);
  const figures = {
    copies: copied(texts, known),
    tokenAccuracy: tokenAccuracy(originals, reconstructed),
    bleu: bleu(
      reconstructed,
      originals.map((original) => [original]),
    ),
  };
  const lines = `${held.length.toLocaleString("en")} held-out lines`;
  const various = Object.entries(ofTexts).map(([figure, ours]) => ({
    figure: `${figure} of samples`,
    ours: ours.toFixed(3),
    beside: `${ofHeld[figure]!.toFixed(3)} of as many held-out lines`,
  }));
  const findings: Finding[] = [
    {
      figure: "samples that are training lines",
      ours: percent(figures.copies),
      beside: `${percent(repeated!)} of the file's last lines, before repeated ones were left out`,
    },
    { figure: "active units, of 32", ours: `${activeUnits}`, beside: null },
    { figure: "KL, nats", ours: kl, beside: `of -ELBO ${negativeElbo.toFixed(2)}, NLL ${nll.toFixed(2)}, ${lines}` },
    { figure: "mutual information, nats", ours: text.mutualInformation, beside: null },
    { figure: "token accuracy of reconstructions", ours: percent(figures.tokenAccuracy), beside: lines },
    { figure: "BLEU-4 of reconstructions", ours: figures.bleu.toFixed(3), beside: lines },
    ...various,
  ];
  return { texts, findings, details: { ...figures, ofTexts, ofHeld, evaluated } };
}

function variety(texts: readonly (readonly number[])[], seed: number): Readonly<Record<string, number>> {
  return {
    "distinct-1": distinct(texts, 1),
    "distinct-2": distinct(texts, 2),
    "self-BLEU": selfBleu(texts, { seed }),
  };
}
