/** What `fit` does: data and wishes in, a trained model in its folder out; every step of it told as events. */

import type { Dataset } from "../data/dataset.js";
import { openDataset } from "../data/open.js";
import { VaekitError } from "../errors.js";
import type { ModelConfig } from "../model/config.js";
import { exportOnnx } from "../model/export.js";
import type { Weight } from "../model/runner.js";
import { beforePrior } from "../model/standard-prior.js";
import type { Engine } from "../runtime/engine.js";
import { loadModel } from "../store/folder.js";
import { checkOut, isFinished, openWorkFolder, type WorkFolder } from "../store/work-folder.js";
import { epochsOf, type TrainEvent } from "../train/events.js";
import { DivergedError } from "../train/loop.js";
import { plan } from "../train/plan.js";
import { resumedConfig } from "../train/resume.js";
import { parseState } from "../train/state.js";
import { type Trained, train } from "../train/trainer.js";
import type { Init } from "../train/warm-start.js";
import type { FitInput } from "./fit-options.js";
import { makeResults } from "./results/make.js";
import { oncePerText } from "./runner.js";
import { tableOpening } from "./table-options.js";
import type { VerbContext } from "./verb.js";
import { loadInit, openingOf } from "./warm-start.js";

export interface Fitted {
  readonly path: string;
  readonly metrics: Readonly<Record<string, unknown>>;
}

/**
 * Trains and publishes a model at `out`. E_INTERRUPTED when aborted (a checkpoint holds the state), E_DIVERGED when it
 * could not be rescued (the last good model is published where there is one). Nothing is left behind by other errors.
 */
export async function* fitModel(input: FitInput, context: VerbContext): AsyncGenerator<TrainEvent, Fitted> {
  const { host, signal, report } = context;
  const { out, resume } = input;
  if (resume && (await isFinished(out, host))) {
    yield { event: "notice", message: `${out} is finished already: nothing to resume` };
    return { path: out, metrics: (await loadModel(out, host)).config.metrics };
  }
  await checkOut(out, host);
  const { limit, seed } = input;
  const init = input.init === undefined ? undefined : await loadInit(input.init, host);
  // Told at once and not as an event of training: what follows may be a download, or minutes of decoding.
  const onNotice = oncePerText((message) => report({ event: "notice", message }));
  const table = await tableOpening(input, host);
  const options = { ...openingOf(input, init), ...table, fields: input.fields, limit, seed, signal, onNotice };
  const data = await openDataset(input.data, options, host);
  try {
    data.notices.forEach(onNotice);
    const wanted = await plan(data, input, init);
    const work = await openWorkFolder(out, { resume }, host);
    try {
      for (const message of work.notices) yield { event: "notice", message };
      const engine = await host.engine(input.device, { threads: input.threads, onNotice });
      try {
        return yield* run(input, { wanted, init, data, work, engine, context });
      } finally {
        await engine.dispose();
      }
    } finally {
      await work.close();
    }
  } finally {
    await data.close();
  }
}

interface Run {
  readonly wanted: ModelConfig;
  readonly init: Init | undefined;
  readonly data: Dataset;
  readonly work: WorkFolder;
  readonly engine: Engine;
  readonly context: VerbContext;
}

async function* run(
  { out, checkpointEvery }: FitInput,
  { wanted, init, data, work, engine, context }: Run,
): AsyncGenerator<TrainEvent, Fitted> {
  const config = work.resumed ? resumedConfig(work.resumed.config, wanted) : wanted;
  const training = train(config, data, {
    engine,
    init,
    signal: context.signal,
    checkpointSeconds: checkpointEvery,
    resume: work.resumed ? parseState(work.resumed, out) : undefined,
    save: (state) => work.checkpoint({ config, ...state }),
  });
  const publish = async (finished: ModelConfig, weights: ReadonlyMap<string, Weight>): Promise<Fitted> => {
    const history = epochsOf(await work.events());
    const looked = await makeResults(finished, weights, data, history, engine, context.host, out);
    for (const message of looked.notices) context.report({ event: "notice", message });
    await work.finish({ ...looked, weights, onnx: exportOnnx(finished, weights) });
    return { path: out, metrics: finished.metrics };
  };
  let trained: Trained;
  try {
    for (;;) {
      const next = await training.next();
      if (next.done) {
        trained = next.value;
        break;
      }
      await work.log(next.value);
      yield next.value;
    }
  } catch (error) {
    if (error instanceof DivergedError && error.weights) {
      await publish(
        {
          ...beforePrior(config),
          metrics: { diverged: `at step ${error.step}: ${error.tensor}; these are the last good weights` },
        },
        error.weights,
      );
    }
    throw error;
  }
  if (trained.reason === "interrupted")
    throw new VaekitError(
      "E_INTERRUPTED",
      "interrupted; a checkpoint holds what was done",
      "The same command with --resume goes on.",
    );
  return publish(trained.config, trained.weights);
}
