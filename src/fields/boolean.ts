/** A column of yes and no, in whatever words its source has. */

import { accuracy, category, type LabelSchema, labelCell, labelSchema } from "./category.js";
import type { CellKind } from "./cell.js";
import type { FieldKind } from "./field.js";

/** Words for no and yes, in lower case. */
const WORDS: readonly (readonly [no: string, yes: string])[] = [
  ["false", "true"],
  ["no", "yes"],
  ["f", "t"],
  ["n", "y"],
  ["0", "1"],
  ["off", "on"],
];

function wordsOf(labels: Iterable<string>): readonly [string, string] | undefined {
  const seen = [...labels].map((label) => label.toLowerCase());
  return WORDS.find((words) => seen.every((word) => words.includes(word)));
}

const cell: CellKind<LabelSchema, number> = {
  ...labelCell,
  detect(column) {
    const { counts, type } = column;
    if (type === "number" || type === "integer") return null; // a source that says so means numbers
    if (counts.size !== 2 || !wordsOf(counts.keys())) return null;
    if (new Set([...counts.keys()].map((word) => word.toLowerCase())).size !== 2) return null;
    return { fit: 0.95, schema: labelSchema("boolean", column), why: `only ${[...counts.keys()].join(" and ")}` };
  },
  store(value, schema) {
    if (typeof value !== "boolean") return labelCell.store(value, schema);
    const words = wordsOf(schema.labels);
    return schema.labels.findIndex((label) => label.toLowerCase() === words?.[value ? 1 : 0]);
  },
  value(code, { labels }) {
    const label = labels[code]?.toLowerCase();
    return label === undefined ? null : label === wordsOf(labels)?.[1];
  },
  // 0 and 1, yes and no stay as they are written
  type: ({ labels }) => (wordsOf(labels)?.[1] === "true" ? "boolean" : "text"),
  describe: ({ labels }) => labels.join(" or "),
};

export const booleanField: FieldKind<LabelSchema> = { ...category, name: "boolean", cell, reconstruction: accuracy };
