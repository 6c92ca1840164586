/** Columns of numbers: normal, with a mean and a deviation from the decoder. */

import * as z from "zod";
import { type NumberColumn, normalColumns, normalColumnUnits } from "../../dist/normal-columns.js";
import { padded } from "../../dist/segments.js";
import type { NumberSchema } from "../../fields/number.js";
import { CODE, STANDARD, standardCode } from "../../fields/number-codec.js";
import type { JointLikelihood, Member } from "../parts.js";

const options = z.strictObject({
  degrees: z
    .int()
    .positive()
    .optional()
    .describe("degrees of freedom of a Student-t in the normal's place, whose tails forgive strange rows"),
  floor: z.number().positive().default(0.1).describe("smallest deviation of a number, in those of its column"),
});

/** Heteroscedastic: how far off a number may be depends on the record (Nix & Weigend 1994). Suits detection; tails are thin. */
export const normalColumnsLikelihood: JointLikelihood<z.infer<typeof options>> = {
  name: "normal-columns",
  summary: "numbers of a table, normal with a deviation by the decoder",
  options,
  fieldKinds: ["number"],
  isDensity: true,
  discretised: false,
  joint: {
    output(members) {
      const width = padded(members.length);
      const bias = new Float32Array(normalColumnUnits(members.length));
      for (const [i, { field }] of members.entries()) {
        const { shares } = field.schema as NumberSchema;
        const missing = shares[shares.length - 1];
        bias[2 * width + i] = Math.log(missing / (1 - missing));
      }
      return { units: bias.length, bias };
    },
    build(_ctx, members, out) {
      const values = members.reduce((total, { field }) => total + field.size, 0);
      const [{ options }] = members;
      const shape = { floor: options.floor, degrees: options.degrees ?? Number.POSITIVE_INFINITY };
      return normalColumns(out, columnsOf(members), values, shape);
    },
    elements: (members) => members.map(() => 1),
  },
};

function columnsOf(members: readonly Member<object>[]): NumberColumn[] {
  let start = 0;
  return members.map(({ field }) => {
    const schema = field.schema as NumberSchema;
    const missing = schema.shares.length - 1;
    const places = { at: start + STANDARD, code: start + CODE };
    start += field.size;
    return { ...places, missing, made: standardCode(schema), deviation: schema.deviation };
  });
}
