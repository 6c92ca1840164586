/** Pictures with their class as a field beside them. */

import { VaekitError } from "../errors.js";
import { type Column, type Dataset, type FieldSchema, HIDDEN_CODE, type Schema } from "./dataset.js";
import { sharesOf } from "./shares.js";

/** The field's name. */
export const LABEL = "label";

/**
 * The data set with the fields that are asked for: its own, and `label` where it has labels. E_COLUMN for a field that it does not
 * have, E_OPTION where nothing else than labels is left, or for a table.
 */
export function withFields(dataset: Dataset, wanted: readonly string[]): Dataset {
  const { name, schema, labels } = dataset;
  if (schema.table)
    throw new VaekitError(
      "E_OPTION",
      `invalid fields: ${name} is a table, whose columns are its fields`,
      "Leave columns out with --drop.",
    );
  const own = Object.keys(schema.fields);
  const known = labels ? [...own, LABEL] : own;
  const strange = wanted.find((field) => !known.includes(field));
  if (strange !== undefined)
    throw new VaekitError("E_COLUMN", `${name}: no field "${strange}"; it has ${known.join(", ")}`);
  const missing = own.find((field) => !wanted.includes(field));
  if (missing !== undefined)
    throw new VaekitError("E_OPTION", `invalid fields: got ${wanted.join(", ")}, expected ${missing} among them`);
  return wanted.includes(LABEL) ? withLabelField(dataset) : dataset;
}

/** With labels as the codes of `field`, a category; by default of one made for them. Of a data set without labels they are hidden. */
export function withLabelField(dataset: Dataset, field: FieldSchema = labelField(dataset)): Dataset {
  const { labels } = dataset;
  const places = new Map((field.labels as readonly string[]).map((label, code) => [label, code]));
  const codes = labels?.names.map((label) => places.get(label) ?? places.size) ?? [];
  const codeOf = (index: number): number => (labels ? (codes[labels.indices[index]] ?? MISSING) : HIDDEN_CODE);
  const schema: Schema = { ...dataset.schema, fields: { ...dataset.schema.fields, [LABEL]: field } };
  const beside = (indices: ArrayLike<number>): Column => Int32Array.from(indices, codeOf);
  return {
    ...dataset,
    schema,
    bytes: false,
    id: (index) => dataset.id(index),
    read(indices) {
      const columns = dataset.read(indices);
      const joined = (read: Awaited<typeof columns>) => ({ ...read, [LABEL]: beside(indices) });
      return columns instanceof Promise ? columns.then(joined) : joined(columns);
    },
    close: () => dataset.close(),
  };
}

const MISSING = -1;

/** Labels in their order, and how often each occurs. */
function labelField({ labels }: Dataset): FieldSchema {
  const { names, indices } = labels!;
  const counts = names.map(() => 0);
  let missing = 0;
  for (const index of indices) {
    if (index < 0) missing++;
    else counts[index]++;
  }
  return { kind: "category", labels: [...names], shares: sharesOf([...counts, 0, missing]) };
}
