/** Says what training would build, and what a run would cost, from a few steps that are thrown away. */

import { openDataset } from "../data/open.js";
import { splitIndices } from "../data/split.js";
import { briefFields } from "../fields/brief.js";
import { takesBytes } from "../model/byte-inputs.js";
import { compose } from "../model/compose.js";
import type { ModelConfig } from "../model/config.js";
import { BETA } from "../model/objectives/elbo.js";
import { beforePrior } from "../model/standard-prior.js";
import { Philox } from "../random.js";
import { checkOut } from "../store/work-folder.js";
import { STREAM, TrainingOptions } from "../train/options.js";
import { plan } from "../train/plan.js";
import { modelProblem } from "../train/problem.js";
import { openStepper, type Stepper } from "../train/stepper.js";
import { startFrom } from "../train/warm-start.js";
import { figuresText } from "./figures.js";
import type { FitInput } from "./fit-options.js";
import { oncePerText } from "./runner.js";
import { tableOpening } from "./table-options.js";
import type { VerbContext, VerbResult } from "./verb.js";
import { loadInit, openingOf } from "./warm-start.js";

/** Steps that are timed, after those in which memory is first touched. */
const WARM_STEPS = 3;
const TIMED_STEPS = 8;

/** What a run would be. */
export interface Trial {
  readonly config: ModelConfig;
  readonly records: number;
  readonly validation: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly secondsPerStep: number;
  readonly parameters: number;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
}

/** Plans as `fit` does, runs a few steps and writes nothing. The errors of planning are those of `fit`. */
export async function tryOut(input: FitInput, { host, signal, report }: VerbContext): Promise<Trial> {
  const { limit, seed, device, threads } = input;
  const init = input.init === undefined ? undefined : await loadInit(input.init, host);
  const onNotice = oncePerText((message) => report({ event: "notice", message }));
  const table = await tableOpening(input, host);
  const options = { ...openingOf(input, init), ...table, fields: input.fields, limit, seed, signal, onNotice };
  const data = await openDataset(input.data, options, host);
  try {
    data.notices.forEach(onNotice);
    const config = await plan(data, input, init);
    const { train, valid } = splitIndices(data.count, input.valid, seed);
    const { batchSize: wanted, epochs } = TrainingOptions.parse(config.training);
    const batchSize = Math.min(wanted, train.length);
    const engine = await host.engine(device, { threads, onNotice });
    const model = compose(beforePrior(config));
    const bytes = data.bytes === true && takesBytes(engine, model);
    const problem = modelProblem(model, data, train, { ...input, bytes });
    const perUpdate = batchSize * input.accumulate;
    const passes = { accumulate: input.accumulate, average: input.ema > 0 };
    const stepper = await openStepper(problem, engine, batchSize, seed, STREAM.initial, passes);
    try {
      if (init) await startFrom(stepper.bank, init);
      return {
        config,
        records: train.length,
        validation: valid.length,
        epochs,
        stepsPerEpoch: Math.ceil(train.length / perUpdate),
        secondsPerStep: await timeSteps(stepper, train.length, perUpdate, input, signal),
        parameters: stepper.parameterCount,
        shapes: Object.fromEntries(stepper.bank.entries.map(({ name, shape }) => [name, shape])),
      };
    } finally {
      await stepper.dispose();
      await engine.dispose();
    }
  } finally {
    await data.close();
  }
}

/** The answer to `--dry-run`. */
export async function dryRun(input: FitInput, context: VerbContext): Promise<VerbResult> {
  await checkOut(input.out, context.host);
  const { config, shapes, stepsPerEpoch, secondsPerStep, ...trial } = await tryOut(input, context);
  const steps = stepsPerEpoch * trial.epochs;
  const { memory } = context.host;
  const facts = {
    ...partsOf(config),
    ...trial,
    steps,
    secondsPerStep: Number(secondsPerStep.toPrecision(3)),
    seconds: Math.ceil(secondsPerStep * steps),
    megabytes: memory ? Math.ceil(memory() / 2 ** 20) : null,
  };
  const shapeTexts = Object.entries(shapes).map(([name, shape]) => [name, `[${shape.join(", ")}]`]);
  return {
    json: { event: "plan", ...facts, choices: config.choices, shapes },
    text: [facts, config.choices, Object.fromEntries(shapeTexts)].map(figuresText).join("\n\n"),
  };
}

/** Seconds of the median step. */
async function timeSteps(
  stepper: Stepper,
  count: number,
  batchSize: number,
  { seed, beta }: FitInput,
  signal: AbortSignal,
): Promise<number> {
  const random = new Philox(seed, STREAM.noise);
  const records = Uint32Array.from({ length: batchSize }, (_, i) => i % count);
  const times: number[] = [];
  for (let step = 0; step < WARM_STEPS + TIMED_STEPS; step++) {
    signal.throwIfAborted();
    const started = performance.now();
    await stepper.run(records, random, { [BETA]: beta ?? 1 });
    times.push((performance.now() - started) / 1000);
  }
  const timed = times.slice(WARM_STEPS).sort((a, b) => a - b);
  return timed[Math.floor(timed.length / 2)];
}

function partsOf({ net, latent, likelihoods, schema }: ModelConfig): Record<string, unknown> {
  const fields = Object.entries(briefFields(schema)).map(([name, { kind, ...facts }]) => {
    const text = Object.entries(facts).map(([fact, value]) => `${fact} ${String(value)}`);
    return [name, `${kind} ${text.join(", ")}, ${likelihoods[name].name}`];
  });
  return { ...Object.fromEntries(fields), net: net.name, latent };
}
