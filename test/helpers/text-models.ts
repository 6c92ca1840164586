/** Small models of texts with the weights that training starts from. */

import type { ModelConfig, PartConfig } from "../../src/model/config.js";
import { exportOnnx } from "../../src/model/export.js";
import type { SavedModel } from "../../src/store/model-files.js";
import { trainTokenizer } from "../../src/text/load.js";
import { initialWeights } from "../../src/train/portable-step.js";
import { configOf } from "./models.js";

export const LINES = ["the cat sat on the mat", "a dog ran", "the dog saw a cat on a mat"];
/** The longest of `LINES`, and some more. */
export const MAX_LENGTH = 12;
export const LATENT = 3;

export const textNets: Readonly<Record<string, PartConfig>> = {
  gru: { name: "gru", hidden: 12, embedding: 10, reader: 7 },
  transformer: { name: "transformer", hidden: 12, layers: 2, heads: 2, inner: 16 },
};

/** A model of text fields of these names. */
export async function textConfig(
  net: PartConfig,
  { names = ["text"], lines = LINES }: { readonly names?: readonly string[]; readonly lines?: readonly string[] } = {},
): Promise<ModelConfig> {
  const tokenizer = await trainTokenizer("words", lines, { minCount: 1 });
  const each = <T>(value: T): Record<string, T> => Object.fromEntries(names.map((name) => [name, value]));
  return configOf([], {
    schema: { fields: each({ kind: "text", tokenizer: tokenizer.json, maxLength: MAX_LENGTH }) },
    likelihoods: each({ name: "tokens" }),
    latent: LATENT,
    net,
    training: { seed: 5, epochs: 1 },
  });
}

export function textModel(config: ModelConfig, changes: Partial<SavedModel> = {}): SavedModel {
  const weights = initialWeights(config);
  return { config, weights, onnx: exportOnnx(config, weights), ...changes };
}
