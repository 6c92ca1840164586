/** Records as points: the coordinates of all their fields side by side. */

import type { Columns } from "../../data/dataset.js";
import type { Field } from "../../fields/list.js";

/** Numbers per record; null where a field has none. */
export function coordinateWidth(fields: readonly Field[]): number | null {
  let width = 0;
  for (const { kind, schema } of fields) {
    if (!kind.coordinates) return null;
    width += kind.coordinates.width(schema);
  }
  return width;
}

/** [count, width] */
export function coordinatesOf(fields: readonly Field[], columns: Columns, count: number): Float32Array {
  const width = coordinateWidth(fields)!;
  const out = new Float32Array(count * width);
  let start = 0;
  for (const { name, kind, schema } of fields) {
    kind.coordinates!.put(columns[name], schema, out, start, width);
    start += kind.coordinates!.width(schema);
  }
  return out;
}
