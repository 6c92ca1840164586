/** Values of the fields that a conditional model is given: as a condition fixes them, else drawn by how often they occur. */

import type { Column, Columns } from "../../data/dataset.js";
import { type Field, fieldsOf } from "../../fields/list.js";
import type { ModelConfig } from "../../model/config.js";
import type { Philox } from "../../random.js";

/** `count` rows of the given fields; `fixed` are values by the number of their field among all. */
export function givenColumns(
  { schema, given = [] }: Pick<ModelConfig, "schema" | "given">,
  fixed: ReadonlyMap<number, number>,
  count: number,
  random: Philox,
): Columns {
  const fields = fieldsOf(schema);
  return Object.fromEntries(
    given.map((name) => {
      const number = fields.findIndex((field) => field.name === name);
      const value = fixed.get(number);
      const column = drawn(fields[number], count, random);
      return [name, value === undefined ? column : column.fill(value)];
    }),
  );
}

/** Values of one field by the shares of its codes, places within them uniform. */
function drawn({ kind, schema, size }: Field, count: number, random: Philox): Column {
  const values = new Float32Array(count * size);
  for (const { at, shares, position } of kind.codes!(schema).segments) {
    const [which, where] = [0, 1].map(() => random.uniforms(new Float32Array(count)));
    for (let row = 0; row < count; row++) {
      let left = which[row];
      let code = 0;
      while (code < shares.length - 1 && left >= shares[code]) left -= shares[code++];
      values[row * size + at] = code;
      if (position !== null) values[row * size + position] = where[row];
    }
  }
  return kind.decode(values, schema);
}
