/** Columns of a table: a softmax over the labels of each, or over the bins of its numbers. */

import * as z from "zod";
import { padded, segments } from "../../dist/segments.js";
import { codeLayout } from "../../fields/codes.js";
import type { JointLikelihood } from "../parts.js";

const options = z.strictObject({});

/**
 * log p(x|z) = sum over columns of log p(code | z) + log p(value | code): of labels the first alone, of numbers with the
 * density within a bin, which is fixed (so that nats are those of the numbers themselves).
 */
export const categoricalLikelihood: JointLikelihood<z.infer<typeof options>> = {
  name: "categorical",
  summary: "labels, and numbers in bins, by a softmax each",
  options,
  fieldKinds: ["number", "category", "boolean", "date"],
  isDensity: true,
  discretised: false,
  joint: {
    output(members) {
      const layout = codeLayout(members.map(({ field }) => field));
      const bias = new Float32Array(padded(layout.codes));
      for (const { start, shares } of layout.segments) bias.set(centredLogs(shares), start);
      return { units: bias.length, bias };
    },
    build: (_ctx, members, out) => segments(out, codeLayout(members.map(({ field }) => field))),
    elements: (members) => members.map(({ field }) => field.kind.codes!(field.schema).segments.length),
  },
};

/** Logarithms around their middle, so that they lie where logits have room on both sides. */
function centredLogs(shares: readonly number[]): number[] {
  const logs = shares.map(Math.log);
  const middle = (Math.max(...logs) + Math.min(...logs)) / 2;
  return logs.map((log) => log - middle);
}
