/** Validation: the negative ELBO's terms on records kept aside, with the same noise every time. */

import type { Dataset } from "../data/dataset.js";
import type { Model } from "../model/compose.js";
import { fieldFeeds } from "../model/open.js";
import { scoreProgram } from "../model/programs.js";
import { Philox } from "../random.js";
import type { Bank, Engine } from "../runtime/engine.js";
import type { Terms } from "./events.js";
import { STREAM } from "./options.js";
import { binarized } from "./problem.js";

const VALIDATION_BATCH = 500;

export interface Validator {
  run(): Promise<Terms>;
  dispose(): Promise<void>;
}

/** One draw per record; binarised once when training binarises. The parameters are those of `bank`, as they are at the time. */
export async function openValidator(
  model: Model,
  data: Dataset,
  indices: Uint32Array,
  engine: Engine,
  bank: Bank,
  options: { seed: number; binarize: boolean },
): Promise<Validator> {
  const { program, recording } = scoreProgram(model, 1, "validate");
  const executable = await engine.compile(program, bank);
  return {
    async run() {
      const random = new Philox(options.seed, STREAM.validation);
      const totals = { reconstruction: 0, kl: 0 };
      for (let at = 0; at < indices.length; at += VALIDATION_BATCH) {
        const records = indices.subarray(at, at + VALIDATION_BATCH);
        const plain = fieldFeeds(model, await data.read(records));
        const feeds = { ...(options.binarize ? binarized(model, plain, random) : plain) };
        for (const [name, { kind, tensor }] of recording.noises) {
          const width = tensor.shape.at(-1) as number;
          const values = new Float32Array(records.length * width);
          feeds[name] = kind === "normal" ? random.normals(values) : random.uniforms(values);
        }
        const results = await executable.run(feeds, { B: records.length });
        for (const term of ["reconstruction", "kl"] as const) for (const value of results[term]) totals[term] += value;
      }
      const reconstruction = totals.reconstruction / indices.length;
      const kl = totals.kl / indices.length;
      return { loss: reconstruction + kl, reconstruction, kl };
    },
    dispose: () => executable.dispose(),
  };
}
