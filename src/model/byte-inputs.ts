/** Programs fed with records as they are stored, where these are bytes: a quarter of the floats, and converted on all cores. */

import type { Columns } from "../data/dataset.js";
import { isCpu } from "../graph/op.js";
import { input, type Tensor } from "../graph/ops.js";
import { type InputSpec, program } from "../graph/program.js";
import { rewrite } from "../graph/walk.js";
import type { Engine } from "../runtime/engine.js";
import type { Model } from "./compose.js";
import type { TracedProgram } from "./programs.js";

/** Whether this engine takes the model's records as bytes, where they are that. */
export function takesBytes({ target }: Pick<Engine, "target">, { fields }: Model): boolean {
  return isCpu(target) && fields.every(({ kind }) => kind.fromBytes);
}

/** Whether all fields of these records are bytes. */
export function areBytes({ fields }: Model, columns: Columns): boolean {
  return fields.every(({ name }) => columns[name] instanceof Uint8Array);
}

/** The same program, whose fields are inputs of bytes. */
export function withBytes({ recording, program: traced }: TracedProgram, { fields }: Model): TracedProgram {
  const kinds = new Map(fields.map(({ name, kind }) => [name, kind]));
  const [outputs, gradients] = [Object.keys(traced.outputs), Object.keys(traced.gradients)];
  const tensors = [...Object.values(traced.outputs), ...Object.values(traced.gradients)];
  const changed = rewrite(tensors, ({ op, attributes }) => {
    const { name, shape, role } = attributes as InputSpec;
    const fromBytes = op.name === "input" && role === "data" ? kinds.get(name)?.fromBytes : undefined;
    return fromBytes ? [fromBytes(input(name, shape, { dtype: "uint8" }).cast("float32"))] : null;
  });
  const part = (names: readonly string[], from: number): Record<string, Tensor> =>
    Object.fromEntries(names.map((name, i) => [name, changed[from + i]]));
  return { recording, program: program(traced.name, part(outputs, 0), part(gradients, outputs.length)) };
}
