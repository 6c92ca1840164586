/** Texts beside what the decoder writes for the means of their posteriors. */

import type { Dataset } from "../../data/dataset.js";
import { tokenAccuracy } from "../../eval/text/token-accuracy.js";
import type { Field } from "../../fields/list.js";
import { type TextSchema, tokenizerOf } from "../../fields/text.js";
import type { Runner } from "../../model/runner.js";
import type { PairRequest } from "../forms/form.js";
import { encodeRecords, shownRecords } from "../pictures.js";
import type { VerbContext, VerbResult } from "../verb.js";
import { oneLine, shown } from "./shown.js";
import { textFields, writeTexts } from "./write-texts.js";

/** A text of a record and what became of it, as tokens and for people. */
export interface TextPair {
  readonly id: string;
  readonly field: string;
  readonly tokens: readonly number[];
  readonly rebuilt: readonly number[];
  readonly original: string;
  readonly reconstruction: string;
}

/** Of the records `indices`; the likeliest text of each step is written. */
export async function textPairs(
  runner: Runner,
  dataset: Dataset,
  indices: Uint32Array,
  signal?: AbortSignal,
): Promise<TextPair[]> {
  const { mu } = await encodeRecords(runner, dataset, indices, { signal });
  const columns = await dataset.read(indices);
  const pairs: TextPair[] = [];
  for (const field of textFields(runner.config)) {
    const written = await writeTexts(runner, field, mu, indices.length, { strategy: { by: "greedy" }, signal });
    const tokenizer = tokenizerOf(field.schema as TextSchema);
    for (const [row, { tokens: rebuilt }] of written.entries()) {
      const tokens = tokensAt(field, columns[field.name] as Int32Array, row);
      const original = tokenizer.decode(tokens);
      const reconstruction = tokenizer.decode(rebuilt);
      pairs.push({ id: dataset.id(indices[row]), field: field.name, tokens, rebuilt, original, reconstruction });
    }
  }
  return pairs;
}

/** Tokens of a stored text, without its end. */
export function tokensAt({ kind, schema, stored }: Field, column: Int32Array, row: number): number[] {
  const own = column.subarray(row * stored, (row + 1) * stored);
  return Array.from(own.subarray(0, Math.max(0, kind.ragged!.lengths(own, schema)[0] - 1)));
}

export async function reconstructTexts(
  runner: Runner,
  dataset: Dataset,
  { count, seed, out }: PairRequest,
  context: VerbContext,
): Promise<VerbResult> {
  const pairs = await textPairs(runner, dataset, shownRecords(dataset, count, seed), context.signal);
  const accuracies = pairs.map(({ tokens, rebuilt }) => tokenAccuracy([tokens], [rebuilt]));
  const all = tokenAccuracy(
    pairs.map(({ tokens }) => tokens),
    pairs.map(({ rebuilt }) => rebuilt),
  );
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
  const shownPairs = pairs.map(
    ({ original, reconstruction }, i) =>
      `${oneLine(original)}\n${oneLine(reconstruction)}\n  ${percent(accuracies[i])} of the tokens`,
  );
  const answer = {
    columns: [
      { name: "id", type: "text" as const },
      { name: "original", type: "text" as const },
      { name: "reconstruction", type: "text" as const },
      { name: "token_accuracy", type: "number" as const },
    ],
    values: {
      count: pairs.length,
      columns: {
        id: pairs.map(({ id }) => id),
        original: pairs.map(({ original }) => original),
        reconstruction: pairs.map(({ reconstruction }) => reconstruction),
        token_accuracy: accuracies.map((share) => Number(share.toFixed(4))),
      },
    },
    text: `${shownPairs.join("\n\n")}\n\n${pairs.length} texts, token accuracy ${percent(all)}`,
    what: `${pairs.length} pairs`,
    facts: { tokenAccuracy: Number(all.toFixed(4)), seed },
  };
  return shown(answer, out, context);
}
