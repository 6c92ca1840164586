/** A column of labels. One that was not seen in training is "other", and as rare as a label can be. */

import { type Column, type FieldSchema, HIDDEN_CODE } from "../data/dataset.js";
import { sharesOf } from "../data/shares.js";
import type { CellKind, CellSample } from "./cell.js";
import { columnKind, columnProfile, expectSchema, several } from "./cells.js";
import type { Codes } from "./codes.js";
import type { FieldKind, Reconstruction, Surprising } from "./field.js";

export interface LabelSchema extends FieldSchema {
  /** The commonest labels, in the order of their codes. */
  readonly labels: readonly string[];
  /** Share of records per label, of all other labels together, and of missing cells. */
  readonly shares: readonly number[];
}

/** Labels that have a code of their own; the rest are "other". */
export const MAX_LABELS = 1000;
/** Labels that lie apart from each other in coordinates; rarer ones share a place. */
const MOST_COORDINATES = 50;
/** Values so often repeated are labels: distinct values are at most this share of the rows. */
const MOST_DISTINCT = 0.5;
/** Rows below which that share says nothing. */
const FEW_ROWS = 50;

export const labelCell: CellKind<LabelSchema, number> = {
  detect(column) {
    const { present, counts } = column;
    if (present === 0 || (present > FEW_ROWS && counts.size > MOST_DISTINCT * present)) return null;
    const schema = labelSchema("category", column);
    const rest = counts.size - schema.labels.length;
    const others = rest > 0 ? `, ${several(rest, "rare one")} taken together` : "";
    return { fit: 0.5, schema, why: `${several(counts.size, "label")}${others}` };
  },
  rule: ({ labels }) => ({ as: "code", labels }),
  store(value, { labels }) {
    if (value === null) return -1;
    const at = labels.indexOf(String(value).trim());
    return at < 0 ? labels.length : at;
  },
  value: (code, { labels }) => labels[code] ?? null,
  text: (code, { labels }) => labels[code] ?? null,
  type: () => "text",
  describe: ({ labels }) => several(labels.length, "label"),
};

export const category: FieldKind<LabelSchema> = {
  ...columnKind,
  name: "category",
  cell: labelCell,
  parse: parseLabels,
  shape: () => [1],
  encode: encodeCodes,
  decode: decodeCodes,
  codes: labelCodes,
  coordinates: {
    width: ({ labels }) => Math.min(labels.length, MOST_COORDINATES) + 1,
    range: () => 1,
    put(column, { labels }, out, start, stride) {
      const last = Math.min(labels.length, MOST_COORDINATES);
      for (let row = 0; row < column.length; row++) {
        const code = column[row];
        out[row * stride + start + (code < 0 || code > last ? last : code)] = Math.SQRT1_2; // two labels lie 1 apart
      }
    },
  },
  profile: columnProfile,
  reconstruction: accuracy,
  explain: explainLabel,
};

/** Labels by how often they occur, then by their text, and the shares. */
export function labelSchema(kind: string, { counts, cells, present }: CellSample): LabelSchema {
  const kept = [...counts].slice(0, MAX_LABELS);
  const own = kept.map(([, count]) => count);
  const others = present - own.reduce((a, b) => a + b, 0);
  return { kind, labels: kept.map(([label]) => label), shares: sharesOf([...own, others, cells.length - present]) };
}

export function parseLabels(schema: FieldSchema): LabelSchema {
  const { labels, shares, kind } = schema;
  const ok = Array.isArray(labels) && labels.every((label) => typeof label === "string");
  expectSchema(ok, kind, "labels: a list of texts");
  const fits = Array.isArray(shares) && shares.length === labels.length + 2 && shares.every((share) => share > 0);
  expectSchema(fits, kind, `shares: ${labels.length + 2} numbers above 0, of the labels, others, and missing cells`);
  return schema as LabelSchema;
}

/** Codes of labels, of "other", of missing; -1 for hidden. */
export function encodeCodes(column: Column, { labels }: LabelSchema, out?: Float32Array): Float32Array {
  const values = out?.length === column.length ? out : new Float32Array(column.length);
  const missing = labels.length + 1;
  for (let i = 0; i < column.length; i++) {
    const code = column[i];
    values[i] = code >= 0 ? code : code === HIDDEN_CODE ? -1 : missing;
  }
  return values;
}

export function decodeCodes(values: Float32Array, { labels }: LabelSchema, out?: Column): Column {
  const codes = out ?? new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) codes[i] = values[i] > labels.length ? -1 : values[i];
  return codes;
}

export function labelCodes({ shares }: LabelSchema): Codes {
  return {
    segments: [{ at: 0, count: shares.length, shares, ordered: false, within: null, position: null }],
    amounts: [],
    standard: [],
  };
}

/** How often the expected label is the right one. */
export function accuracy(): Reconstruction {
  let right = 0;
  let total = 0;
  return {
    add(values, expected) {
      for (let i = 0; i < values.length; i++) if (values[i] === expected[i]) right++;
      total += values.length;
    },
    result: () => ({ accuracy: right / total }),
  };
}

export function explainLabel({ surprise, values, mean }: Surprising, schema: LabelSchema) {
  return [{ part: "", nats: surprise[0], got: nameOf(values[0], schema), expected: nameOf(mean[0], schema) }];
}

function nameOf(code: number, { labels }: LabelSchema): string {
  return labels[code] ?? (code === labels.length ? "a label not seen in training" : "nothing");
}
