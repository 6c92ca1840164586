/** Our side of a step comparison: a text decoder's graph, with its parameters in the engine's bank. */

import { Philox } from "../../src/random.js";
import type { Engine } from "../../src/runtime/engine.js";
import { randomText, type TextGraph, type TextSize } from "../graphs/text.js";
import { adamStep, type OurStep, timed } from "./step.js";

const BATCHES = 16;

/** Steps on random text made beforehand: forward and backward, loss and gradient norm read, Adam. */
export async function textSteps(engine: Engine, graph: TextGraph, size: TextSize): Promise<OurStep> {
  const random = new Philox(0);
  const { program, recording } = graph;
  const bank = engine.bank([...recording.parameters].map(([name, { shape }]) => ({ name, shape })));
  for (const [name, { shape, initialize }] of recording.parameters)
    await bank.write(name, "value", initialize(shape, random));
  const executable = await engine.compile(program, bank);
  const batches = Array.from({ length: BATCHES }, () => graph.feeds(randomText(size, random)));
  let done = 0;

  async function step(): Promise<void> {
    await executable.run(batches[done % BATCHES]!);
    done++;
    await bank.update(adamStep(done, await bank.gradientNorm()));
  }
  async function close(): Promise<void> {
    await executable.dispose();
    bank.dispose();
  }
  return { contender: timed(step, close), program };
}
