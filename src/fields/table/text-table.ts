/** Texts as a table of one column. */

import { sampleIndices } from "../../data/split.js";
import type { BadCell, RawTable } from "../../data/table/raw.js";
import { unknown, VaekitError } from "../../errors.js";
import { hashBytes } from "../../random.js";
import { convertCells } from "./convert.js";

/** The column's name. */
export const TEXT_COLUMN = "text";

/** Texts that can be gone through as often as one likes. */
export interface Texts {
  readonly name: string;
  readonly count: number;
  /** Changes when the texts change. */
  readonly fingerprint: string;
  readonly notices?: readonly string[];
  /** All of them in their order, some at a time. */
  batches(): Iterable<readonly string[]> | AsyncIterable<readonly string[]>;
}

/** The table whose rows are the texts. E_UNKNOWN for a conversion of another column. */
export function textTable({ name, count, fingerprint, notices = [], batches }: Texts): RawTable {
  return {
    name,
    columns: [{ name: TEXT_COLUMN, type: "text" }],
    count,
    fingerprint,
    notices,
    async sample(limit, seed) {
      const wanted = sampleIndices(count, limit, seed);
      const cells: string[] = [];
      let start = 0;
      for await (const texts of batches()) {
        for (; wanted[cells.length] < start + texts.length; ) cells.push(ownCopy(texts[wanted[cells.length] - start]));
        if (cells.length === wanted.length) break;
        start += texts.length;
      }
      return [cells];
    },
    async *read(conversions) {
      for (const { column } of conversions) if (column !== TEXT_COLUMN) throw unknown("column", column, [TEXT_COLUMN]);
      let start = 0;
      for await (const texts of batches()) {
        const bad: BadCell[] = [];
        const columns = conversions.map((conversion) => convertCells(texts, conversion, start, bad));
        yield { start, count: texts.length, columns, bad };
        start += texts.length;
      }
    },
    async close() {},
  };
}

/** A line cut out of a long text keeps all of that text in memory (V8); this one does not. */
function ownCopy(text: string): string {
  return ` ${text}`.slice(1);
}

const BATCH = 10_000;
const NAME = "texts in memory";

export function memoryTexts(texts: readonly string[]): RawTable {
  const strange = texts.findIndex((text) => typeof text !== "string");
  if (strange >= 0)
    throw new VaekitError("E_DATA", `${NAME}: number ${strange} is ${typeof texts[strange]}, expected a string`);
  function* batches() {
    for (let start = 0; start < texts.length; start += BATCH) yield texts.slice(start, start + BATCH);
  }
  const digest = (values: unknown) => hashBytes(new TextEncoder().encode(JSON.stringify(values)));
  const fingerprint = digest(Array.from(batches(), digest)).join("-");
  return textTable({ name: NAME, count: texts.length, fingerprint, batches });
}
