/** Records as points: the coordinates of all their fields side by side. */

import type { Columns } from "../../data/dataset.js";
import type { Field } from "../../fields/list.js";

/** Sums along rows of whole packets do not depend on where the rows lie in memory. */
const PACKET = 4;

/** Numbers per record, the last ones 0 to make whole packets; null where a field has none. */
export function coordinateWidth(fields: readonly Field[]): number | null {
  let width = 0;
  for (const { kind, schema } of fields) {
    if (!kind.coordinates) return null;
    width += kind.coordinates.width(schema);
  }
  return Math.ceil(width / PACKET) * PACKET;
}

/** What each coordinate is multiplied with so that the distance of its farthest values is 1, [width]. */
export function rangeScaling(fields: readonly Field[]): Float32Array {
  const own = fields.flatMap(({ kind, schema }) => {
    const { width, range } = kind.coordinates!;
    return new Array<number>(width(schema)).fill(range(schema));
  });
  const scaling = new Float32Array(coordinateWidth(fields)!);
  scaling.set(own);
  return scaling;
}

/** Beyond so many standard deviations a distance grows as its logarithm, where it is squashed. */
const PLAIN = 3;

/** [count, width] in standard deviations; `squashed`: outliers of a single column count for less. */
export function coordinatesOf(
  fields: readonly Field[],
  columns: Columns,
  count: number,
  squashed: boolean,
): Float32Array {
  const width = coordinateWidth(fields)!;
  const out = new Float32Array(count * width);
  let start = 0;
  for (const { name, kind, schema } of fields) {
    kind.coordinates!.put(columns[name], schema, out, start, width);
    start += kind.coordinates!.width(schema);
  }
  if (!squashed) return out;
  return out.map((x) => (Math.abs(x) <= PLAIN ? x : Math.sign(x) * (PLAIN + Math.log1p(Math.abs(x) - PLAIN))));
}
