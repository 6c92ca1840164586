/** What is said of a model of texts beside likelihoods: what latents tell, how texts are rebuilt, what those drawn are like. */

import type { Dataset } from "../../data/dataset.js";
import { sampleIndices, splitIndices } from "../../data/split.js";
import { subset } from "../../data/subset.js";
import { mutualInformation } from "../../eval/mutual-information.js";
import { bleu } from "../../eval/text/bleu.js";
import { copied } from "../../eval/text/copied.js";
import { distinct } from "../../eval/text/distinct.js";
import { selfBleu } from "../../eval/text/self-bleu.js";
import { tokenAccuracy } from "../../eval/text/token-accuracy.js";
import type { ModelConfig } from "../../model/config.js";
import { drawLatents } from "../../model/draw.js";
import type { Runner } from "../../model/runner.js";
import { TrainingOptions } from "../../train/options.js";
import type { JudgeRequest } from "../forms/form.js";
import { encodeRecords } from "../pictures.js";
import { SAMPLE_STREAM } from "../streams.js";
import { textPairs, tokensAt } from "./reconstruct.js";
import { textFields, writeTexts } from "./write-texts.js";

/** The key `text` of an evaluation, beside perplexities; n-grams are of the model's own tokens, ends left out. */
export interface TextJudgement {
  /** I(x; z), nats. */
  readonly mutualInformation: number;
  /** Of texts written greedily from the posterior's mean. */
  readonly reconstructions: { readonly tokenAccuracy: number; readonly bleu: number };
  /** Of texts drawn; null where no text has an n-gram of that length. */
  readonly generated: {
    readonly distinct1: number | null;
    readonly distinct2: number | null;
    readonly selfBleu: number | null;
    /** Share that are equal to a training text. */
    readonly copies: number;
  };
  readonly protocol: TextProtocol;
}
export interface TextProtocol {
  readonly mutualInformation: string;
  readonly reconstructions: string;
  readonly generated: string;
  readonly copies: string;
}

/** Records whose posteriors tell apart: all pairs are looked at. */
const MAX_ENCODED = 2000;
/** Texts that are rebuilt, and drawn where it is not said how many: some seconds. */
const MAX_REBUILT = 500;
const GENERATED = 500;
/** Training texts that copies are looked for in, and how many are read at a time. */
const MAX_TRAINING = 1_000_000;
const READ = 1000;
const MAX_SELF_BLEU = 1000;

export async function judgeTexts(
  runner: Runner,
  dataset: Dataset,
  { generated: count = GENERATED, limit = dataset.count, seed, train, signal }: JudgeRequest,
): Promise<TextJudgement> {
  const chosen = (most: number) => sampleIndices(dataset.count, Math.min(limit, most), seed);
  const encoded = chosen(MAX_ENCODED);
  const posteriors = await encodeRecords(runner, dataset, encoded, { signal });
  const pairs = await textPairs(runner, dataset, chosen(MAX_REBUILT), signal);
  const [originals, rebuilt] = [pairs.map(({ tokens }) => tokens), pairs.map((pair) => pair.rebuilt)];
  const { texts, keys } = await drawnTokens(runner, count, seed, signal);
  const { known, how } = await trainingTexts(runner.config, dataset, { train, seed, signal });
  const { sampler, prior } = runner.config;
  const of = (some: number) =>
    some === dataset.count
      ? `all ${some.toLocaleString("en")}`
      : `${some.toLocaleString("en")} of ${dataset.count.toLocaleString("en")} drawn by the seed`;
  return {
    mutualInformation: mutualInformation({ ...posteriors, count: encoded.length, width: runner.latent }, seed),
    reconstructions: {
      tokenAccuracy: tokenAccuracy(originals, rebuilt),
      bleu: bleu(
        rebuilt,
        originals.map((text) => [text]),
      ),
    },
    generated: {
      distinct1: numberOrNull(distinct(texts, 1)),
      distinct2: numberOrNull(distinct(texts, 2)),
      selfBleu: numberOrNull(selfBleu(texts, { limit: MAX_SELF_BLEU, seed })),
      copies: copied(keys, known),
    },
    protocol: {
      mutualInformation: `${of(encoded.length)} records, a draw each, at most ${Math.log(encoded.length).toFixed(2)} nats`,
      reconstructions: `${of(Math.min(limit, MAX_REBUILT, dataset.count))} records, the likeliest tokens from the posterior's mean; by position`,
      generated: `${count.toLocaleString("en")} texts drawn by sampler ${sampler.name} from prior ${prior.name}, temperature 1, tokens drawn as they are likely, seed ${seed}; n-grams of tokens`,
      copies: how,
    },
  };
}

/** Texts drawn of all fields, as tokens, and what tells whether two are equal. */
async function drawnTokens(runner: Runner, count: number, seed: number, signal?: AbortSignal) {
  const z = await drawLatents(runner, { count, seed, stream: SAMPLE_STREAM, temperature: 1, signal });
  const texts: (readonly number[])[] = [];
  const keys: string[] = [];
  for (const field of textFields(runner.config)) {
    const written = await writeTexts(runner, field, z, count, { strategy: { by: "sampling", seed }, signal });
    for (const { tokens } of written) {
      texts.push(tokens);
      keys.push(keyOf(field.name, tokens));
    }
  }
  return { texts, keys };
}

/**
 * Texts that those drawn may be copies of: those of `train`; of the data itself where the model was trained on it, those trained on; else
 * those of the data, which tells nothing of what was learned by heart.
 */
async function trainingTexts(
  config: ModelConfig,
  dataset: Dataset,
  { train, seed, signal }: Pick<JudgeRequest, "train" | "seed" | "signal">,
): Promise<{ readonly known: Set<string>; readonly how: string }> {
  const { source, which } = train ? { source: train, which: "of" } : ownTraining(dataset, config);
  const order = sampleIndices(source.count, MAX_TRAINING, seed);
  const known = new Set<string>();
  for (let at = 0; at < order.length; at += READ) {
    signal?.throwIfAborted();
    const part = order.subarray(at, at + READ);
    const columns = await source.read(part);
    for (const field of textFields(config))
      for (let row = 0; row < part.length; row++)
        known.add(keyOf(field.name, tokensAt(field, columns[field.name] as Int32Array, row)));
  }
  return { known, how: `equal to one of ${order.length.toLocaleString("en")} texts ${which} ${source.name}` };
}

function ownTraining(dataset: Dataset, config: ModelConfig) {
  const { fingerprint, count } = config.data;
  if (dataset.fingerprint !== fingerprint || dataset.count !== count)
    return { source: dataset, which: "judged on (no training data was given: --train DATA)," };
  const { valid, seed } = TrainingOptions.parse(config.training);
  return { source: subset(dataset, splitIndices(count, valid, seed).train), which: "trained on," };
}

function keyOf(field: string, tokens: readonly number[]): string {
  return `${tokens.join(" ")} ${field}`;
}

/** JSON has no numbers for what is not finite. */
function numberOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
