/** Texts along the way from one to another, the likeliest at each step. */

import type { Runner } from "../../model/runner.js";
import type { WalkRequest } from "../forms/form.js";
import type { VerbContext, VerbResult } from "../verb.js";
import { latentsBetween } from "../walks.js";
import { latentOf } from "./given-text.js";
import { oneLine, shown } from "./shown.js";
import { readTexts, textFields, writeTexts } from "./write-texts.js";

/** For latents z [count, latent] the likeliest texts, by field. */
export async function likeliestTexts(
  runner: Runner,
  z: Float32Array,
  signal?: AbortSignal,
): Promise<Record<string, string[]>> {
  const count = z.length / runner.latent;
  const found: Record<string, string[]> = {};
  for (const field of textFields(runner.config))
    found[field.name] = readTexts(
      field,
      await writeTexts(runner, field, z, count, { strategy: { by: "greedy" }, signal }),
    );
  return found;
}

export async function interpolateTexts(
  runner: Runner,
  { from, to, out, steps, path }: WalkRequest,
  context: VerbContext,
): Promise<VerbResult> {
  const ends = [await latentOf(runner, from, context), await latentOf(runner, to, context)] as const;
  const [[name, texts]] = Object.entries(
    await likeliestTexts(runner, latentsBetween(ends, { steps, path }), context.signal),
  );
  const shares = texts.map((_, step) => Number((step / (steps - 1)).toFixed(4)));
  const answer = {
    columns: [
      { name: "share", type: "number" as const },
      { name, type: "text" as const },
    ],
    values: { count: steps, columns: { share: shares, [name]: texts } },
    text: texts.map((text, step) => `${shares[step].toFixed(2)}  ${oneLine(text)}`).join("\n"),
    what: `${steps} steps`,
    facts: { route: path },
  };
  return shown(answer, out, context);
}
