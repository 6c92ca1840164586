/** Our side of a step comparison: the trainer's own steps on texts in memory, as a contender. */

import type { Dataset } from "../../src/data/dataset.js";
import { compose } from "../../src/model/compose.js";
import type { PartConfig } from "../../src/model/config.js";
import { Philox } from "../../src/random.js";
import type { Engine } from "../../src/runtime/engine.js";
import { trainTokenizer } from "../../src/text/load.js";
import { END, SPECIAL_TOKENS } from "../../src/text/tokenizer.js";
import { plan } from "../../src/train/plan.js";
import { modelProblem } from "../../src/train/problem.js";
import { BATCHES, type OurStep, trainerSteps } from "./step.js";

export interface TextSteps {
  readonly net: PartConfig;
  /** Tokens of the longest text, its end among them. */
  readonly length: number;
  readonly vocabulary: number;
  readonly latent: number;
  readonly batch: number;
}

/** Steps as src/train/loop.ts does them on random texts, in the order in which they lie. */
export async function textSteps(engine: Engine, steps: TextSteps): Promise<OurStep> {
  const { net, latent, batch } = steps;
  const data = await randomTexts(steps, batch * BATCHES, new Philox(0));
  const likelihood = "tokens";
  const config = await plan(data, { net, latent, likelihood, objective: "elbo", prior: "standard-normal", valid: 0 });
  const all = Uint32Array.from({ length: data.count }, (_, i) => i);
  return trainerSteps(
    engine,
    modelProblem(compose(config), data, all, { binarize: false, flip: false, shift: 0 }),
    batch,
  );
}

/** Random words, half as many as there is room for to all; bench/peers/text_models.py makes the same. */
async function randomTexts({ length, vocabulary }: TextSteps, count: number, random: Philox): Promise<Dataset> {
  const below = (end: number) => Math.floor(random.uniform() * end);
  const words = Array.from({ length: vocabulary - SPECIAL_TOKENS.length }, (_, i) => `word${i}`);
  const tokenizer = await trainTokenizer("words", words, { vocabulary, minCount: 1 });
  const tokens = new Int32Array(count * length);
  for (let row = 0; row < count; row++) {
    const last = Math.floor((length - 1) / 2) + below(Math.ceil((length + 1) / 2));
    for (let i = 0; i < last; i++) tokens[row * length + i] = SPECIAL_TOKENS.length + below(words.length);
    tokens[row * length + last] = END;
  }
  return {
    name: "random texts",
    count,
    schema: { fields: { text: { kind: "text", tokenizer: tokenizer.json, maxLength: length - 1 } } },
    labels: null,
    fingerprint: "random",
    notices: [],
    id: String,
    read(indices) {
      const text = new Int32Array(indices.length * length);
      for (let row = 0; row < indices.length; row++)
        text.set(tokens.subarray(indices[row] * length, (indices[row] + 1) * length), row * length);
      return { text };
    },
    close: async () => {},
  };
}
