/** The likelihood of a text: a softmax over the vocabulary for each token, from what was written before it. */

import * as z from "zod";
import { tokenSequence } from "../../dist/tokens.js";
import type { Likelihood } from "../parts.js";

const options = z.strictObject({});

export const tokens: Likelihood<z.infer<typeof options>> = {
  name: "tokens",
  summary: "a softmax over the vocabulary for each token of a text",
  options,
  fieldKinds: ["text"],
  isDensity: true,
  discretised: false,
  output: { perValue: 1, bias: () => new Float32Array() },
  build: (_ctx, _options, out, { name }, teacher) => tokenSequence(out, teacher!.tokens(name), teacher!.particles),
};
