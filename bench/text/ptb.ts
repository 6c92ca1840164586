/** How well a VAE with a language model as decoder foresees the Penn Treebank, and how much of it is in the latent. */

import { answer } from "./answers.js";
import { fitted } from "./fitted.js";
import type { Finding, Part } from "./part.js";

const SAMPLES = 32;
const QUICK_SAMPLES = 4;

interface Published {
  readonly perplexity: string;
  readonly negativeElbo: string;
  readonly activeUnits?: string;
}

/** On the same test lines, as the papers have them; perplexity and -ELBO belong together: exp(101.04 x 3,761 / 82,430) = 100.5. */
const PUBLISHED: Readonly<Record<string, Published>> = {
  "language model": { perplexity: "100.5", negativeElbo: "101.0 (its NLL)" },
  annealing: { perplexity: "101.4", negativeElbo: "101.3", activeUnits: "0" },
  "cyclical annealing": { perplexity: "108.8", negativeElbo: "102.8", activeUnits: "5" },
  "lagging inference": { perplexity: "99.8", negativeElbo: "101.2", activeUnits: "4" },
  "pretraining + free bits": { perplexity: "96.9", negativeElbo: "102.4", activeUnits: "32" },
};

interface Evaluated {
  readonly records: number;
  readonly negativeElbo: number;
  readonly nll: number;
  readonly nllStandardError: number;
  readonly kl: number;
  readonly activeUnits: number;
  readonly text: { readonly tokens: number; readonly perplexity: number; readonly mutualInformation: number };
}

export const ptb: Part = {
  about:
    "ptb: the Penn Treebank as Mikolov prepared it; fit with --hidden 512 " +
    "--latent 32 --dropout 0.4 --pretrain 3 --free-bits 0.1 --ema 0.999 --epochs 16 on the training lines, evaluated on the test " +
    `lines under N(0, I), ${SAMPLES} draws. Ends are tokens, nats are per line; NLL and perplexity = exp(NLL / tokens per line) are ` +
    "importance-weighted (Burda et al. 2016).",
  async run(context) {
    const { model, heldFile, held } = await fitted("ptb", context);
    const samples = context.quick ? QUICK_SAMPLES : SAMPLES;
    const how = ["--prior", "standard-normal", "--samples", samples, "--seed", context.seed];
    const found = (await answer(context, "evaluate", [model, heldFile, ...how])) as unknown as Evaluated;
    const words = held.reduce((total, line) => total + line.trim().split(/\s+/).length + 1, 0);
    if (found.text.tokens !== words)
      throw new Error(`evaluate counted ${found.text.tokens} tokens, the test lines have ${words} with their ends`);
    const beside = (key: keyof Published): string =>
      Object.entries(PUBLISHED)
        .flatMap(([name, row]) => (row[key] ? [`${name} ${row[key]}`] : []))
        .join("; ");
    const { text, negativeElbo, nll, nllStandardError, kl, activeUnits } = found;
    const findings: Finding[] = [
      { figure: "-ELBO, nats", ours: negativeElbo, beside: beside("negativeElbo") },
      { figure: "NLL, nats", ours: `${nll.toFixed(2)} ± ${nllStandardError.toFixed(2)}`, beside: null },
      { figure: "perplexity", ours: text.perplexity, beside: beside("perplexity") },
      { figure: "KL, nats", ours: kl, beside: null },
      { figure: "mutual information, nats", ours: text.mutualInformation, beside: null },
      { figure: "active units, of 32", ours: `${activeUnits}`, beside: beside("activeUnits") },
    ];
    const counted = `ptb: ${found.records.toLocaleString("en")} test lines, ${words.toLocaleString("en")} tokens.`;
    const sources = "Published rows of ptb: LSTMs, as Li et al. 2019 and Li et al. 2020 compare them.";
    return { findings, notes: [counted, sources], details: found };
  },
};
