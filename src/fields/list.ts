/** The list of field kinds. */

import type { FieldSchema, Schema } from "../data/dataset.js";
import { registry } from "../registry.js";
import type { FieldKind } from "./field.js";
import { image } from "./image.js";

export const fieldKinds = registry<FieldKind>("field kind", [image as FieldKind]);

/** One field of a schema with its kind's answers. */
export interface Field {
  readonly name: string;
  readonly kind: FieldKind;
  readonly schema: FieldSchema;
  readonly shape: readonly number[];
  /** Values per record. */
  readonly size: number;
}

/** The fields of a schema, checked. E_CONFIG or E_UNKNOWN for one that makes no sense. */
export function fieldsOf(schema: Schema): Field[] {
  return Object.entries(schema.fields).map(([name, raw]) => {
    const kind = fieldKinds.get(raw.kind);
    const parsed = kind.parse(raw);
    const shape = kind.shape(parsed);
    return { name, kind, schema: parsed, shape, size: shape.reduce((a, b) => a * b, 1) };
  });
}
