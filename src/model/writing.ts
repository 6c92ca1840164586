/** The two programs that write texts: what is held at first, and one step. */

import { constant, input, type Tensor } from "../graph/ops.js";
import { program } from "../graph/program.js";
import type { Shape } from "../graph/tensor.js";
import { recordingContext } from "../nn/ctx.js";
import { PADDING, START } from "../text/tokenizer.js";
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
/** What a token is drawn by, and what log-probabilities are divided by before. */
export const UNIFORM = "uniform";
export const TOKEN_TEMPERATURE = "tokenTemperature";
export const CHOSEN = "chosen";
export const LOG_PROB = "logProb";
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
  return stepProgram(model, field, "write", (logits) => ({ [LOGITS]: logits }));
}

/**
 * The same with the choice made: instead of logits the token `chosen` [B] and its `logProb` [B], nats, as the model has it. It is
 * the likeliest, or drawn by a `uniform` number [B] from what the temperature leaves of the distribution.
 */
export function chooseProgram(model: Model, field: string, by: "likeliest" | "chance"): TracedProgram {
  return stepProgram(model, field, `write-${by}`, (logits) => {
    const chosen = by === "likeliest" ? writable(logits).argmax(-1) : drawn(logits);
    return { [CHOSEN]: chosen, [LOG_PROB]: logits.crossEntropyWithLogits(chosen).neg() };
  });
}

/** Logits without the tokens that are never written. */
function writable(logits: Tensor): Tensor {
  const count = logits.shape[1] as number;
  const isNever = Float32Array.from({ length: count }, (_, token) =>
    token === PADDING || token === START ? NEVER : 0,
  );
  return logits.add(constant(isNever, [count]));
}
const NEVER = -1e9;

/** The first token up to which more than the share `uniform` of the probability lies. */
function drawn(logits: Tensor): Tensor {
  const temperature = input(TOKEN_TEMPERATURE, [], { role: "scalar" });
  const below = writable(logits).div(temperature).softmax(-1).cumsum(-1);
  const count = logits.shape[1] as number;
  // What float32 makes of the sum may be a little less than 1.
  const reached = below.slice(1, count - 1).mul(input(UNIFORM, [BATCH, 1], { role: "noise" }));
  const passed = below.lessEqual(reached).cast("float32").sum(-1);
  return passed.minimum(count - 1).cast("int32");
}

function stepProgram(
  model: Model,
  field: string,
  name: string,
  choose: (logits: Tensor) => Record<string, Tensor>,
): TracedProgram {
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
  const made = { ...choose(logits), ...named(NEXT, state), ...named(ROW, rows) };
  return { recording, program: program(name, made) };
}

function named(prefix: string, values: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]));
}
