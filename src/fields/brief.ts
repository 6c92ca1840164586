/** Schemas for people: a vocabulary is told in a few words. */

import type { FieldSchema, Schema } from "../data/dataset.js";
import { fieldKinds } from "./list.js";

/** The fields of a valid schema, without what is too long to read. */
export function briefFields({ fields }: Schema): Record<string, FieldSchema> {
  const entries = Object.entries(fields).map(([name, schema]) => {
    const { apart } = fieldKinds.get(schema.kind);
    return [name, apart ? { ...schema, [apart.key]: apart.brief(schema) } : schema];
  });
  return Object.fromEntries(entries);
}
