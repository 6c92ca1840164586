/** Texts that a model's decoder writes for latents, as a field stores them or as strings. */

import type { Columns } from "../../data/dataset.js";
import { type Field, fieldsOf } from "../../fields/list.js";
import { type TextSchema, tokenizerOf } from "../../fields/text.js";
import type { ModelConfig } from "../../model/config.js";
import type { Runner } from "../../model/runner.js";
import { END } from "../../text/tokenizer.js";
import type { Constraint } from "../../text/writing/constraint.js";
import { type WriteOptions, type Written, type WrittenToken, write } from "../../text/writing/write.js";

/** How texts are written. */
export interface WritingOptions {
  readonly strategy: WriteOptions["strategy"];
  /** What may be written, by the text's number among all that are asked for. */
  readonly constraint?: Constraint;
  /** Called with each token as soon as it is chosen, by the text's number. */
  readonly onToken?: WriteOptions["onToken"];
  readonly signal?: AbortSignal;
}

/** Texts at a time: a step of more is no quicker for each. */
const AT_ONCE = 64;

/** The fields of a model that are texts. */
export function textFields({ schema, given = [] }: Pick<ModelConfig, "schema" | "given">): readonly Field[] {
  return fieldsOf(schema).filter(({ name, ragged }) => ragged && !given.includes(name));
}

/**
 * The texts of `field` for latents z [count, latent]; of a conditional model, beside the fields it is given. A text depends on
 * its latent, the seed and its number alone.
 */
export async function writeTexts(
  runner: Runner,
  { name, stored }: Field,
  z: Float32Array,
  count: number,
  { strategy, constraint, onToken, signal }: WritingOptions,
  given?: Columns,
): Promise<Written[]> {
  const { latent, config } = runner;
  const sizes = new Map(fieldsOf(config.schema).map((field) => [field.name, field.stored]));
  const texts: Written[] = [];
  for (let at = 0; at < count; at += AT_ONCE) {
    const rows = Math.min(AT_ONCE, count - at);
    const own = (column: Columns[string], size: number): Columns[string] =>
      column.subarray(at * size, (at + rows) * size);
    const known =
      given && Object.fromEntries(Object.entries(given).map(([key, column]) => [key, own(column, sizes.get(key)!)]));
    const model = await runner.writer(name, z.subarray(at * latent, (at + rows) * latent), rows, known);
    const first = strategy.by === "sampling" ? { ...strategy, firstRow: (strategy.firstRow ?? 0) + at } : strategy;
    const tell = onToken && ((token: WrittenToken) => onToken({ ...token, row: token.row + at }));
    const options = { strategy: first, maxLength: stored - 1, constraint, onToken: tell, signal };
    texts.push(...(await write(model, options)));
  }
  return texts;
}

/** Texts as their field stores them, [n, stored]: tokens, an end, padding. */
export function storedTexts({ stored }: Field, texts: readonly Written[]): Int32Array {
  const column = new Int32Array(texts.length * stored);
  for (const [row, { tokens }] of texts.entries()) {
    column.set(tokens, row * stored);
    column[row * stored + tokens.length] = END;
  }
  return column;
}

/** Texts as people read them. */
export function readTexts({ schema }: Field, texts: readonly Written[]): string[] {
  const tokenizer = tokenizerOf(schema as TextSchema);
  return texts.map(({ tokens }) => tokenizer.decode(tokens));
}
