/** Values that are one of so many: which of a field's numbers is the code, how often each occurs, and how a net sees them. */

import { columnsAt, type Segment, type SegmentLayout } from "../dist/segments.js";
import { concat, constant, type Tensor } from "../graph/ops.js";
import type { Field } from "./list.js";

/** What a field's values choose between. */
export interface CodeSegment extends Segment {
  /** Share of the training records per code, none of them 0. */
  readonly shares: readonly number[];
}
export interface Codes {
  readonly segments: readonly CodeSegment[];
  /** Places of amounts that a net also sees as they are. */
  readonly amounts: readonly number[];
}

/** The same of several fields whose values lie side by side. */
export interface CodeLayout extends SegmentLayout<CodeSegment & { readonly field: number }> {
  readonly amounts: readonly { readonly field: number; readonly at: number }[];
}

/** Where codes and amounts of these fields are, in their values side by side. */
export function codeLayout(fields: readonly Field[]): CodeLayout {
  const segments: CodeLayout["segments"][number][] = [];
  const amounts: { field: number; at: number }[] = [];
  let codes = 0;
  let values = 0;
  const moved = (place: number | null) => (place === null ? null : place + values);
  for (const [field, { kind, schema, size }] of fields.entries()) {
    const own = kind.codes!(schema);
    for (const segment of own.segments) {
      const { at, within, position, count } = segment;
      const places = { at: at + values, within: moved(within), position: moved(position) };
      segments.push({ ...segment, ...places, field, start: codes });
      codes += count;
    }
    for (const at of own.amounts) amounts.push({ field, at: at + values });
    values += size;
  }
  return { segments, codes, values, amounts };
}

/**
 * 1 for each code that is there and 0 for the others, and the amounts, [N, codes + amounts]; zeros where a field is hidden or
 * not kept. What a linear layer makes of that is a sum of one learned vector per code: embeddings.
 */
export function codeFeatures(values: Tensor, fields: readonly Field[], keep: Tensor | null): Tensor {
  const { segments, codes, amounts } = codeLayout(fields);
  const own = columnsAt(
    values,
    segments.map(({ at }) => at),
  );
  const isThere = own.add(0.5).step();
  const kept = (of: readonly { readonly field: number }[]): Tensor | null =>
    keep &&
    columnsAt(
      keep,
      of.map(({ field }) => field),
    );
  const seen = masked(isThere, kept(segments));
  const index = own
    .maximum(0)
    .add(constant(segments.map(({ start }) => start)))
    .cast("int32");
  const hot = constant(0).broadcastTo([values.shape[0], codes]).scatterAdd(index, seen, 1);
  if (amounts.length === 0) return hot;
  const first = amounts.map(({ field }) => segments.findIndex((segment) => segment.field === field));
  const shown = masked(columnsAt(isThere, first), kept(amounts));
  const seenAmounts = columnsAt(
    values,
    amounts.map(({ at }) => at),
  );
  return concat([hot, seenAmounts.mul(shown)], 1);
}

function masked(x: Tensor, mask: Tensor | null): Tensor {
  return mask ? x.mul(mask) : x;
}
