/** Texts in memory as a data set. */

import type { Dataset, OpenOptions } from "../../data/dataset.js";
import { tableDataset } from "./dataset.js";
import { memoryTexts, TEXT_COLUMN } from "./text-table.js";

/**
 * Texts as a data set whose records have one field, "text". E_DATA for none, and for what is no string.
 *
 * @example const data = await openTexts(["One sentence.", "And another."]);
 */
export async function openTexts(texts: readonly string[], options: OpenOptions = {}): Promise<Dataset> {
  return tableDataset(memoryTexts(texts), { ...options, column: TEXT_COLUMN });
}
