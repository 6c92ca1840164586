/** Columns of numbers: normal, with a mean and a deviation from the decoder. */

import * as z from "zod";
import { type NumberColumn, normalColumns, normalColumnUnits } from "../../dist/normal-columns.js";
import { padded } from "../../dist/segments.js";
import type { NumberSchema } from "../../fields/number.js";
import { CODE, STANDARD, standardCode } from "../../fields/number-codec.js";
import type { JointLikelihood, Member } from "../parts.js";

const options = z.strictObject({});

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
      return normalColumns(out, columnsOf(members), values);
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
