/** Values of several fields as rows: of a whole table as one input, so that a thousand columns are fed as quickly as one. */

import type { Field } from "../fields/list.js";
import { concat, input, type Tensor } from "../graph/ops.js";
import type { Dim } from "../graph/tensor.js";
import { rowsOf } from "../nn/rows.js";
import type { Values } from "./parts.js";

/** The input that all fields of a packed record are parts of, [B, sum of sizes]. */
export const RECORD = "record";

interface Packed {
  readonly all: Tensor;
  readonly starts: ReadonlyMap<string, number>;
}
const packedRecords = new WeakMap<Values, Packed>();

/** Whether programs take the records of these fields as one input: of tables, which may have many. */
export function arePacked(fields: readonly Field[]): boolean {
  return fields.length > 1 && fields.every(({ kind }) => kind.codes !== undefined);
}

/** The fields as parts of one input. */
export function packedRecord(fields: readonly Field[], batch: Dim): Values {
  let width = 0;
  const starts = new Map<string, number>();
  for (const { name, size } of fields) {
    starts.set(name, width);
    width += size;
  }
  const all = input(RECORD, [batch, width]);
  const parts = fields.map(({ name, size, shape }) => {
    const start = starts.get(name)!;
    return [name, all.slice(1, start, start + size).reshape([batch, ...shape])];
  });
  const record = Object.fromEntries(parts) as Values;
  packedRecords.set(record, { all, starts });
  return record;
}

/** Values of these fields side by side, [B, sum of sizes]. */
export function valuesOf(record: Values, fields: readonly Field[]): Tensor {
  const packed = packedRecords.get(record);
  if (packed) return partOf(packed, fields);
  const parts = fields.map(({ name }) => rowsOf(record[name]));
  return parts.length === 1 ? parts[0] : concat(parts, 1);
}

/** As few slices as there are runs of neighbours. */
function partOf({ all, starts }: Packed, fields: readonly Field[]): Tensor {
  const runs: { start: number; end: number }[] = [];
  for (const { name, size } of fields) {
    const start = starts.get(name)!;
    const last = runs.at(-1);
    if (last?.end === start) last.end += size;
    else runs.push({ start, end: start + size });
  }
  const parts = runs.map(({ start, end }) => all.slice(1, start, end));
  return parts.length === 1 ? parts[0] : concat(parts, 1);
}
