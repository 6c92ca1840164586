/** Learns what text columns need beside their name: a tokenizer, and how long texts are. */

import type { OpenOptions, Schema } from "../../data/dataset.js";
import type { RawTable } from "../../data/table/raw.js";
import { chooseTokenizer } from "../../text/choose.js";
import { trainTokenizer } from "../../text/load.js";
import type { TextSchema } from "../text.js";

/** Longer texts are cut unless more is asked for: steps of training take as long as the longest text of a batch. */
const LONGEST = 256;
/** Texts that say which tokenizer suits. */
const LOOKED_AT = 10_000;

/** The schema with its text columns' tokenizers, learned from all rows; and a sentence for each. */
export async function learnTexts(
  raw: RawTable,
  schema: Schema,
  options: OpenOptions,
): Promise<{ readonly schema: Schema; readonly notices: readonly string[] }> {
  const fields = { ...schema.fields };
  const notices: string[] = [];
  const { missing } = schema.table!;
  for (const [name, field] of Object.entries(fields)) {
    if (field.kind !== "text" || field.tokenizer) continue;
    const texts = (): AsyncIterable<string> => textsOf(raw, name, missing);
    const choice = chooseTokenizer(await firstOf(texts(), LOOKED_AT), raw.count);
    const { tokenizer: wanted = "auto", vocabulary, signal } = options;
    const { kind, why, options: chosen } = wanted === "auto" ? choice : { kind: wanted, why: "asked for", options: {} };
    const asked = vocabulary === undefined ? {} : { vocabulary };
    const tokenizer = await trainTokenizer(kind, texts(), { ...chosen, ...asked, signal });
    let longest = 1;
    for await (const text of texts()) longest = Math.max(longest, tokenizer.encode(text).length);
    notices.push(
      `column "${name}": ${tokenizer.tokens.length.toLocaleString("en")} tokens of kind ${kind} (${why}), texts of up to ${longest.toLocaleString("en")}`,
    );
    fields[name] = {
      kind: "text",
      tokenizer: tokenizer.json,
      maxLength: options.maxLength ?? Math.min(longest, LONGEST),
    } satisfies TextSchema;
  }
  return { schema: { ...schema, fields }, notices };
}

async function* textsOf(raw: RawTable, column: string, missing: readonly string[]): AsyncGenerator<string> {
  for await (const { columns } of raw.read([{ as: "text", column, missing }]))
    for (const text of columns[0] as readonly (string | null)[]) if (text !== null) yield text;
}

async function firstOf(texts: AsyncIterable<string>, count: number): Promise<string[]> {
  const found: string[] = [];
  for await (const text of texts) {
    found.push(text);
    if (found.length === count) break;
  }
  return found;
}
