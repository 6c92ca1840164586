/** How many tokens records have: what nats per token and perplexity are told by. */

import type { Columns } from "../data/dataset.js";
import type { Field } from "../fields/list.js";

/** Tokens of records that are texts alone, ends counted; null where there is more in a record. */
export function textTokens(columns: Columns, fields: readonly Field[]): Int32Array | null {
  if (!fields.every(({ ragged }) => ragged)) return null;
  const lengths = fields.map(({ name, kind, schema }) => kind.ragged!.lengths(columns[name], schema));
  return lengths.reduce((sums, own) => sums.map((sum, i) => sum + own[i]));
}
