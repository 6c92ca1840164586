/** How long it takes until a program of a model can run: traced, lowered, and opened as a session. */

import type { Model } from "../../src/model/compose.js";
import { compose } from "../../src/model/compose.js";
import type { PartConfig } from "../../src/model/config.js";
import {
  decodeProgram,
  drawProgram,
  encodeProgram,
  explainProgram,
  parametersOf,
  scoreProgram,
  stepProgram,
  type TracedProgram,
} from "../../src/model/programs.js";
import { ortNode } from "../../src/node/ort-node.js";
import { open } from "../../src/node.js";
import { plan } from "../../src/train/plan.js";
import { type Spread, spread } from "./spread.js";

const BATCH = 128;
const DRAWS = 4;

const PROGRAMS: Readonly<Record<string, (model: Model) => TracedProgram>> = {
  step: (model) => stepProgram(model, BATCH),
  encode: encodeProgram,
  decode: decodeProgram,
  draw: drawProgram,
  score: (model) => scoreProgram(model, DRAWS),
  explain: (model) => explainProgram(model, DRAWS),
};

/** Seconds by program of a net for MNIST, in this process; once before, so that the libraries are loaded. */
export async function sessionTimes(net: PartConfig, threads: number, repeats: number): Promise<Record<string, Spread>> {
  const engine = await ortNode({ threads });
  const data = await open("mnist");
  const model = compose(await plan(data, { net, latent: 20, prior: "standard-normal" }));
  await data.close();
  const bank = engine.bank([...parametersOf(model)].map(([name, { shape }]) => ({ name, shape })));
  const times: Record<string, Spread> = {};
  for (const [name, trace] of Object.entries(PROGRAMS)) {
    const seconds: number[] = [];
    for (let repeat = -1; repeat < repeats; repeat++) {
      const start = performance.now();
      const executable = await engine.compile(trace(model).program, bank);
      if (repeat >= 0) seconds.push((performance.now() - start) / 1000);
      await executable.dispose();
    }
    times[name] = spread(seconds);
  }
  bank.dispose();
  await engine.dispose();
  return times;
}
