/** A model's decoder as a language model: what is held for each text under way, and the two programs that move it on. */

import type { Executable, Feeds, Values } from "../runtime/engine.js";
import type { TokenModel } from "../text/writing/token-model.js";
import { CHOSEN, GROWN, LOG_PROB, LOGITS, NEXT, ROW, STATE, TOKEN, TOKEN_TEMPERATURE, UNIFORM } from "./writing.js";

export interface TokenWriterOptions {
  readonly begin: Executable;
  readonly step: Executable;
  /** A step with the choice of the token made. */
  readonly choose: (by: "likeliest" | "chance") => Promise<Executable>;
  /** Numbers per text and step of what grows, by name. */
  readonly grows: Readonly<Record<string, number>>;
  readonly vocabulary: number;
  /** What the texts are written from, a row each. */
  readonly feeds: Feeds;
  readonly count: number;
}

/** Steps that what grows has room for at first. */
const FIRST_ROOM = 32;

/** Writes `count` texts. What grows lies step after step in arrays that are doubled when they are full. */
export function tokenWriter({ begin, step, choose, grows, vocabulary, feeds, count }: TokenWriterOptions): TokenModel {
  let rows = count;
  let steps = 0;
  let room = FIRST_ROOM;
  let held: Record<string, Float32Array> = {};
  let grown: Record<string, Float32Array> = {};
  const widths = Object.entries(grows);

  function withRoom(): void {
    if (steps <= room && Object.keys(grown).length === widths.length) return;
    if (steps > room) room *= 2;
    grown = Object.fromEntries(
      widths.map(([name, width]) => {
        const larger = new Float32Array(room * rows * width);
        if (grown[name]) larger.set(grown[name].subarray(0, (steps - 1) * rows * width));
        return [name, larger];
      }),
    );
  }
  /** Runs a step; what it answers beside what is held. */
  async function run(executable: Executable, tokens: Int32Array, more: Feeds = {}): Promise<Record<string, Values>> {
    steps++;
    withRoom();
    const soFar = widths.map(([name, width]) => [GROWN + name, grown[name].subarray(0, steps * rows * width)]);
    const given = { ...held, ...Object.fromEntries(soFar), [TOKEN]: tokens, ...more };
    const answer: Record<string, Values> = {};
    for (const [name, values] of Object.entries(await executable.run(given, { B: rows, S: steps }))) {
      if (name.startsWith(NEXT)) held[STATE + name.slice(NEXT.length)] = values as Float32Array;
      else if (name.startsWith(ROW))
        grown[name.slice(ROW.length)].set(values as Float32Array, (steps - 1) * values.length);
      else answer[name] = values;
    }
    return answer;
  }
  return {
    vocabulary,
    get rows() {
      return rows;
    },
    async start() {
      rows = count;
      [steps, grown] = [0, {}];
      held = (await begin.run(feeds, { B: count })) as Record<string, Float32Array>;
    },
    next: async (tokens) => (await run(step, tokens))[LOGITS] as Float32Array,
    async choose(tokens, how) {
      const isDraw = how !== "likeliest";
      const executable = await choose(isDraw ? "chance" : "likeliest");
      const more: Feeds = isDraw
        ? { [UNIFORM]: how.uniforms, [TOKEN_TEMPERATURE]: Float32Array.of(how.tokenTemperature) }
        : {};
      const answer = await run(executable, tokens, more);
      return { tokens: answer[CHOSEN] as Int32Array, logProbs: answer[LOG_PROB] as Float32Array };
    },
    select(parents) {
      for (const [name, values] of Object.entries(held)) held[name] = chosenRows(values, rows, parents);
      for (const [name, width] of widths) {
        const kept = new Float32Array(room * parents.length * width);
        for (let at = 0; at < steps; at++) {
          const all = grown[name].subarray(at * rows * width, (at + 1) * rows * width);
          kept.set(chosenRows(all, rows, parents), at * parents.length * width);
        }
        grown[name] = kept;
      }
      rows = parents.length;
    },
  };
}

/** Rows of values [count, ..] by number. */
function chosenRows(values: Float32Array, count: number, chosen: Int32Array): Float32Array {
  const width = values.length / count;
  const out = new Float32Array(chosen.length * width);
  for (let row = 0; row < chosen.length; row++)
    out.set(values.subarray(chosen[row] * width, (chosen[row] + 1) * width), row * width);
  return out;
}
