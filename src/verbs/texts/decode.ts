/** Latents that become texts: the likeliest at each step. */

import type { Runner } from "../../model/runner.js";
import type { DecodeRequest } from "../forms/form.js";
import type { VerbContext, VerbResult } from "../verb.js";
import { likeliestTexts } from "./interpolate.js";
import { oneLine, shown } from "./shown.js";

export async function decodeTexts(
  runner: Runner,
  { mu, ids, count, out }: DecodeRequest,
  context: VerbContext,
): Promise<VerbResult> {
  const texts = await likeliestTexts(runner, mu, context.signal);
  const names = Object.keys(texts);
  const answer = {
    columns: ["id", ...names].map((name) => ({ name, type: "text" as const })),
    values: { count, columns: { id: [...ids], ...texts } },
    text: Array.from({ length: count }, (_, row) => names.map((name) => oneLine(texts[name][row])).join("\t")).join(
      "\n",
    ),
    what: `${count.toLocaleString("en")} texts`,
    facts: {},
  };
  return shown(answer, out, context);
}
