/** Draws texts: latents from the prior, then what the decoder writes for them. */

import { drawLatents } from "../../model/draw.js";
import type { Runner } from "../../model/runner.js";
import type { SampleRequest } from "../forms/form.js";
import { SAMPLE_STREAM } from "../streams.js";
import type { VerbContext, VerbResult } from "../verb.js";
import { oneLine, shown } from "./shown.js";
import { type ConstraintFor, writingOf } from "./strategy.js";
import { readTexts, textFields, type WritingOptions, writeTexts } from "./write-texts.js";

/** Texts between two reports of progress. */
const BLOCK = 256;

export type TextSampling = Pick<
  SampleRequest,
  "count" | "seed" | "temperature" | "tokenTemperature" | "topP" | "beam" | "form"
> & {
  readonly onToken?: WritingOptions["onToken"];
  readonly constraint?: ConstraintFor;
  readonly signal?: AbortSignal;
};

/** Texts of each field, in blocks: `count` in all. The first of them do not depend on the count. */
export async function* drawTexts(
  runner: Runner,
  request: TextSampling,
): AsyncGenerator<Readonly<Record<string, readonly string[]>>, void> {
  const { count, seed, temperature, onToken, signal } = request;
  const z = await drawLatents(runner, { count, seed, stream: SAMPLE_STREAM, temperature, signal });
  const { latent, config } = runner;
  for (let at = 0; at < count; at += BLOCK) {
    const rows = Math.min(BLOCK, count - at);
    const own = z.subarray(at * latent, (at + rows) * latent);
    const block: Record<string, string[]> = {};
    for (const field of textFields(config)) {
      const { strategy, ...rest } = writingOf(request, field, { seed, signal });
      const from = strategy.by === "sampling" ? { ...strategy, firstRow: at } : strategy;
      const tell: typeof onToken = onToken && ((token) => onToken({ ...token, row: token.row + at }));
      const options = { strategy: from, ...rest, onToken: tell };
      block[field.name] = readTexts(field, await writeTexts(runner, field, own, rows, options));
    }
    yield block;
  }
}

export async function sampleTexts(runner: Runner, request: SampleRequest, context: VerbContext): Promise<VerbResult> {
  const { out, count, seed } = request;
  const names = textFields(runner.config).map(({ name }) => name);
  const texts: Record<string, string[]> = Object.fromEntries(names.map((name) => [name, []]));
  for await (const block of drawTexts(runner, { ...request, signal: context.signal })) {
    for (const name of names) texts[name].push(...block[name]);
    const done = texts[names[0]].length;
    if (count > BLOCK) context.report({ event: "work", what: "written", done, total: count });
  }
  const line = (row: number): string => names.map((name) => oneLine(texts[name][row])).join("\t");
  const answer = {
    columns: names.map((name) => ({ name, type: "text" as const })),
    values: { count, columns: texts },
    text: Array.from({ length: count }, (_, row) => line(row)).join("\n"),
    what: `${count.toLocaleString("en")} texts`,
    facts: { seed },
  };
  return shown(answer, out, context);
}
