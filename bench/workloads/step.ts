/** One training step, ours and PyTorch's in turns: the same nets, batch 128, the same number of threads. */

import type { Contender } from "../harness/alternate.js";
import { alternate, type Comparison } from "../harness/alternate.js";
import { NO_PYTHON, peerSteps } from "../harness/peer.js";
import type { Cell, Context, Result, Workload } from "../harness/workload.js";
import { ourSteps, type StepModel } from "../ours.js";

const BATCH = 128;
const OURS = "vaekit";
const VARIANTS = { "PyTorch, Adam": "eager", "PyTorch, fused Adam": "fused" } as const;
/** Steps in a block, so that a block lasts about half a second. */
const STEPS: Readonly<Record<StepModel, number>> = { mlp: 60, conv: 12, residual: 4 };
const MODELS = Object.keys(STEPS) as StepModel[];
const QUICK = { rounds: 2, steps: 3, warmup: 2 };

async function compare(model: StepModel, { root, python, threads, quick }: Context): Promise<Comparison> {
  const shape = { model, batch: BATCH, threads };
  const contenders: Record<string, Contender> = { [OURS]: await ourSteps(shape) };
  try {
    for (const [name, variant] of python ? Object.entries(VARIANTS) : [])
      contenders[name] = await peerSteps({ root, python: python!, ...shape, variant });
  } catch (error) {
    await Promise.allSettled(Object.values(contenders).map((contender) => contender.close()));
    throw error;
  }
  return alternate(contenders, quick ? QUICK : { steps: STEPS[model] });
}

async function run(context: Context): Promise<Result> {
  const rows: Record<string, Cell>[] = [];
  const details: Record<string, Comparison["blocks"]> = {};
  for (const model of MODELS) {
    const { ms, ratio, blocks } = await compare(model, context);
    details[model] = blocks;
    for (const name of Object.keys(ms)) {
      // The harness gives theirs over ours; a step of ours that takes less than theirs is below 1 the other way round.
      const { median, low, high } = ratio[name]!;
      const share = name === OURS ? null : { median: 1 / median, low: 1 / high, high: 1 / low };
      rows.push({ model, program: name, ms: ms[name]!, share });
      context.log(`${model}, ${name}: ${ms[name]!.median.toFixed(2)} ms`);
    }
  }
  return {
    protocol:
      `One training step of a VAE with latent 20 on 28x28 pictures, batch ${BATCH}, Adam at 1e-3, ${context.threads} ` +
      `threads each: mlp 784-400, conv 32-64 (k4 s2), residual 32-64 with group norm (bench/peers/models.py). Ours is the ` +
      `trainer's step: pictures gathered from bytes, noise, forward, backward, loss and gradient norm read, update; ` +
      `PyTorch's batches lie ready as floats. Blocks of steps take turns so that both meet the same machine; ms is the ` +
      `median over blocks of a block's median step (range). Ours / theirs: per round; below 1 ours is faster.`,
    columns: [
      { key: "model", title: "net" },
      { key: "program", title: "program" },
      { key: "ms", title: "ms a step" },
      { key: "share", title: "ours / theirs" },
    ],
    rows,
    notes: context.python ? [] : [NO_PYTHON],
    details,
  };
}

export const workload: Workload = {
  name: "step",
  summary: "one training step of three nets, beside PyTorch",
  run,
};
