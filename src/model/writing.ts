/** The two programs that write texts: what is held at first, and one step. */

import { input, type Tensor } from "../graph/ops.js";
import { program } from "../graph/program.js";
import type { Shape } from "../graph/tensor.js";
import { recordingContext } from "../nn/ctx.js";
import type { Model } from "./compose.js";
import type { Held } from "./parts.js";
import { BATCH, givenOf, latentsOf, type TracedProgram } from "./programs.js";

/** Prefixes of inputs: what stays, what is replaced at each step, and what grows by a row. */
export const FIXED = "fixed/";
export const STATE = "state/";
export const GROWN = "grown/";
/** Prefixes of outputs: what the state is next, and the rows that are added. */
export const NEXT = "next/";
export const ROW = "row/";
export const TOKEN = "token";
export const LOGITS = "logits";
/** The named dimension of what grows: steps so far, with the one under way. */
export const STEPS = "S";

/** Of the text `field`: from z [B, latent] what is held while it is written, an output each. */
export function beginProgram(model: Model, field: string): TracedProgram {
  const { ctx, recording } = recordingContext("use", model.config.facts);
  const z = Object.values(latentsOf(model));
  const { fixed, state } = model.writing[field].begin(ctx, z[0], givenOf(model));
  return { recording, program: program("write-begin", { ...named(FIXED, fixed), ...named(STATE, state) }) };
}

/** One step: from what is held and the token before [B], `logits` [B, V] of the next and what is held then. */
export function writeProgram(model: Model, field: string): TracedProgram {
  const { ctx, recording } = recordingContext("use", model.config.facts);
  const { outputs } = beginProgram(model, field).program;
  const given = (prefix: string): Record<string, Tensor> =>
    Object.fromEntries(
      Object.entries(outputs).flatMap(([name, { shape }]) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), input(name, shape)]] : [],
      ),
    );
  const held: Held = { fixed: given(FIXED), state: given(STATE) };
  const { grows, step } = model.writing[field];
  const grown = Object.fromEntries(
    Object.entries(grows).map(([name, width]) => [name, input(GROWN + name, [STEPS, BATCH, width] as Shape)]),
  );
  const { logits, state, rows } = step(ctx, held, grown, input(TOKEN, [BATCH], { dtype: "int32" }));
  const made = { [LOGITS]: logits, ...named(NEXT, state), ...named(ROW, rows) };
  return { recording, program: program("write", made) };
}

function named(prefix: string, values: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]));
}
