/** The list of field kinds. */

import type { FieldSchema, Schema } from "../data/dataset.js";
import { registry } from "../registry.js";
import { booleanField } from "./boolean.js";
import { category } from "./category.js";
import { date } from "./date.js";
import type { FieldKind } from "./field.js";
import { image } from "./image.js";
import { number } from "./number.js";
import { textField } from "./text.js";

export const fieldKinds = registry<FieldKind>("field kind", [
  image,
  number,
  category,
  booleanField,
  date,
  textField,
] as unknown as FieldKind[]);

/** One field of a schema with its kind's answers. */
export interface Field<Schema extends FieldSchema = FieldSchema> {
  readonly name: string;
  readonly kind: FieldKind;
  readonly schema: Schema;
  readonly shape: readonly number[];
  /** Values per record, in the model. */
  readonly size: number;
  /** Values per record, as they are stored. */
  readonly stored: number;
  /** Of a text the dimensions of its program inputs: steps of a batch, and tokens that are there. */
  readonly ragged: { readonly length: string; readonly present: string } | null;
}

/** The fields of a schema, checked. E_CONFIG or E_UNKNOWN for one that makes no sense. */
export function fieldsOf(schema: Schema): Field[] {
  return Object.entries(schema.fields).map(([name, raw], i) => {
    const kind = fieldKinds.get(raw.kind);
    const parsed = kind.parse(raw);
    const shape = kind.shape(parsed);
    const size = shape.reduce((a, b) => a * b, 1);
    const ragged = kind.ragged ? { length: `T${i}`, present: `N${i}` } : null;
    return { name, kind, schema: parsed, shape, size, stored: kind.stored(parsed), ragged };
  });
}
