/** How a text is written, as two ONNX models of which one begins, and the other is run again and again on what came out of it. */

import { distinctFileName } from "../files/file-name.js";
import { constant, type Tensor } from "../graph/ops.js";
import { program } from "../graph/program.js";
import { stepNumbers } from "../nn/tokens.js";
import type { Model } from "./compose.js";
import { BATCH, type TracedProgram } from "./programs.js";
import { beginProgram, FIXED, GROWN, LOGITS, NEXT, ROW, STATE, writeProgram } from "./writing.js";

/** A text field, and the names of the models that write it. */
export interface WriterFiles {
  readonly field: string;
  readonly begin: string;
  readonly step: string;
}

/** `decoder_begin` and `decoder` where a text is all that a model makes; else the text's name is behind. */
export function writerFiles({ groups }: Pick<Model, "groups">): WriterFiles[] {
  const taken: string[] = [];
  return groups
    .filter((group) => group.isText)
    .map(({ name: field }) => {
      if (groups.length === 1) return { field, begin: "decoder_begin", step: "decoder" };
      const name = distinctFileName(field, taken);
      taken.push(name);
      return { field, begin: `decoder_begin_${name}`, step: `decoder_${name}` };
    });
}

/** What stays, what goes in, and what came out to go in next. */
const KEPT = "fixed.";
const PAST = "past.";
const PRESENT = "present.";

/** What an input of the step is called outside. */
export function stepInput(name: string): string {
  return name.replace(FIXED, KEPT).replace(STATE, PAST).replace(GROWN, PAST);
}

/** From `z` [B, latent]: `fixed.*`, and `past.*` for the first step. Of what grows that is one row, for the step to fill in. */
export function beginModel(model: Model, field: string): TracedProgram {
  const { program: begin, recording } = beginProgram(model, field);
  const held = Object.entries(begin.outputs).map(([name, value]) => [stepInput(name), value]);
  const grown = Object.entries(model.writing[field].grows).map(([name, width]) => [
    PAST + name,
    constant(0).broadcastTo([1, BATCH, width]),
  ]);
  return { recording, program: program("decoder_begin", Object.fromEntries([...held, ...grown])) };
}

/** From `token` [B], `fixed.*` and `past.*`: `logits` [B, V] of the next token, and `present.*`, the next step's `past.*`. */
export function stepModel(model: Model, field: string): TracedProgram {
  const { program: step, recording } = writeProgram(model, field);
  const outputs = Object.entries(step.outputs).map(([name, value]) => {
    if (name === LOGITS) return [name, value];
    if (name.startsWith(NEXT)) return [name.replace(NEXT, PRESENT), value];
    return [name.replace(ROW, PRESENT), withRow(step.inputs.get(name.replace(ROW, GROWN))!.tensor, value)];
  });
  return { recording, program: program("decoder", Object.fromEntries(outputs)) };
}

/** Rows [S, B, W] of which the last is filled in with `row` [B, W], and an empty one. */
function withRow(rows: Tensor, row: Tensor): Tensor {
  const step = stepNumbers(rows.shape[0]).expandDims(2);
  const filled = step.equal(step.max(0, true)).where(row.expandDims(0), rows);
  return filled.append(constant(0).broadcastTo([1, ...row.shape]));
}
