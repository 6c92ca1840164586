/** Rows drawn from a model, all at once: for figures about them. */

import { comparable, joinedRows, type Rows } from "../../eval/tables/rows.js";
import { fieldsOf } from "../../fields/list.js";
import type { Runner } from "../../model/runner.js";
import { drawRows } from "./draw.js";

/** `count` rows at temperature 1, those that `sample` writes with this seed, but for their texts. */
export async function drawnRows(
  runner: Runner,
  { count, seed, signal }: { readonly count: number; readonly seed: number; readonly signal?: AbortSignal },
): Promise<Rows> {
  const blocks = [];
  for await (const block of drawRows(runner, { count, seed, temperature: 1, writing: null, signal }))
    blocks.push(block);
  return joinedRows(comparable(fieldsOf(runner.config.schema)), blocks);
}

/** @example drawnText(runner, 1000, 0) // "1,000 rows drawn by sampler ancestral from prior standard-normal, temperature 1, seed 0" */
export function drawnText({ config }: Runner, count: number, seed: number): string {
  const { sampler, prior } = config;
  return `${count.toLocaleString("en")} rows drawn by sampler ${sampler.name} from prior ${prior.name}, temperature 1, seed ${seed}`;
}
