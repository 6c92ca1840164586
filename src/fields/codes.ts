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
  /** Places of amounts that a net sees beside the codes. */
  readonly amounts: readonly number[];
  /** Places of amounts that a net may see instead of codes, in standard deviations. */
  readonly standard: readonly number[];
}
/** What a net sees of numbers: the code and an amount, or the number alone. */
export type NumberInputs = "codes" | "standard";

/** The same of several fields whose values lie side by side. */
export interface CodeLayout extends SegmentLayout<CodeSegment & { readonly field: number }> {
  readonly amounts: readonly Placed[];
  readonly standard: readonly Placed[];
}
interface Placed {
  readonly field: number;
  readonly at: number;
}

/** Where codes and amounts of these fields are, in their values side by side. */
export function codeLayout(fields: readonly Field[]): CodeLayout {
  const segments: CodeLayout["segments"][number][] = [];
  const amounts: Placed[] = [];
  const standard: Placed[] = [];
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
    for (const at of own.standard) standard.push({ field, at: at + values });
    values += size;
  }
  return { segments, codes, values, amounts, standard };
}

/**
 * 1 for each code that is there and 0 for the others, and the amounts, [N, codes + amounts]; zeros where a field is hidden or
 * not kept. What a linear layer makes of that is a sum of one learned vector per code: embeddings. With `standard` inputs
 * numbers have no codes but their standard deviations, and whether they are there at all.
 */
export function codeFeatures(
  values: Tensor,
  fields: readonly Field[],
  keep: Tensor | null,
  inputs: NumberInputs = "codes",
): Tensor {
  const layout = codeLayout(fields);
  const segments = layout.segments.filter(({ position }) => inputs === "codes" || position === null);
  const amounts = inputs === "codes" ? layout.amounts : layout.standard;
  const parts: Tensor[] = [];
  if (segments.length > 0) {
    const own = columnsAt(
      values,
      segments.map(({ at }) => at),
    );
    const seen = masked(own.add(0.5).step(), keep, segments);
    const starts = segments.map((_, i) => segments.slice(0, i).reduce((total, { count }) => total + count, 0));
    const codes = segments.reduce((total, { count }) => total + count, 0);
    const index = own.maximum(0).add(constant(starts)).cast("int32");
    parts.push(constant(0).broadcastTo([values.shape[0], codes]).scatterAdd(index, seen, 1));
  }
  if (amounts.length > 0) {
    // Shown where the field's first code is neither hidden nor, as the last one is, missing.
    const firsts = amounts.map(({ field }) => layout.segments.find((segment) => segment.field === field)!);
    const code = columnsAt(
      values,
      firsts.map(({ at }) => at),
    );
    const isThere = code
      .add(0.5)
      .step()
      .mul(
        constant(firsts.map(({ count }) => count - 1.5))
          .sub(code)
          .step(),
      );
    const shown = masked(isThere, keep, amounts);
    const seen = columnsAt(
      values,
      amounts.map(({ at }) => at),
    );
    parts.push((inputs === "standard" ? squashed(seen) : seen).mul(shown));
    if (inputs === "standard") parts.push(shown);
  }
  return parts.length === 1 ? parts[0] : concat(parts, 1);
}

/** Standard deviations beyond which amounts are shown by their logarithm: nets see nothing there in training. */
const PLAIN = 3;

function squashed(x: Tensor): Tensor {
  const excess = x.abs().sub(PLAIN).relu();
  return x.clip(-PLAIN, PLAIN).add(x.sign().mul(excess.add(1).log()));
}

/** 0 where a field is not kept. */
function masked(x: Tensor, keep: Tensor | null, of: readonly { readonly field: number }[]): Tensor {
  return keep
    ? x.mul(
        columnsAt(
          keep,
          of.map(({ field }) => field),
        ),
      )
    : x;
}
