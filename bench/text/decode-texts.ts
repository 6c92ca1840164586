/** Our side of text-decode: texts written by a decoder with the weights that training starts from, as a contender. */

import { openTexts } from "../../src/fields/table/texts.js";
import { openRunner } from "../../src/model/open.js";
import { Philox } from "../../src/random.js";
import type { Engine } from "../../src/runtime/engine.js";
import { SPECIAL_TOKENS } from "../../src/text/tokenizer.js";
import { type WriteOptions, write } from "../../src/text/writing/write.js";
import { plan } from "../../src/train/plan.js";
import { initialWeights } from "../../src/train/portable-step.js";
import type { Contender } from "../harness/alternate.js";
import { timed } from "../steps/step.js";

export interface Decoding {
  readonly hidden: number;
  readonly vocabulary: number;
  readonly latent: number;
  /** Texts at a time, and tokens of each. */
  readonly batch: number;
  readonly length: number;
  readonly by: "greedy" | "sampling";
}

/** Each step writes `batch` texts of `length` tokens: none ends before. */
export async function decodeTexts(engine: Engine, decoding: Decoding): Promise<Contender> {
  const { hidden, vocabulary, latent, batch, length, by } = decoding;
  const words = Array.from({ length: vocabulary - SPECIAL_TOKENS.length }, (_, i) => `word${i}`);
  const data = await openTexts(
    words.map((word) => `${word} ${word}`),
    { tokenizer: "words", vocabulary },
  );
  const net = { name: "gru", hidden };
  const config = await plan(data, { net, latent, valid: 0, prior: "standard-normal" });
  const runner = await openRunner(config, initialWeights(config), engine);
  const z = new Philox(0).normals(new Float32Array(batch * latent));
  const [field] = Object.keys(config.schema.fields);
  const model = await runner.writer(field!, z, batch);
  if (model.vocabulary !== vocabulary) throw new Error(`vocabulary: got ${model.vocabulary}, expected ${vocabulary}`);
  const strategy: WriteOptions["strategy"] = by === "greedy" ? { by } : { by, seed: 0 };
  // The last token is asked for and not kept, as it might have been an end.
  const options: WriteOptions = { strategy, maxLength: length - 1, ends: [] };
  return timed(
    () => write(model, options),
    () => runner.dispose(),
  );
}
