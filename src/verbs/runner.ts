/** Opens a model folder for the time of one call, and data in the shape that the model takes. */

import type { Dataset, OpenOptions } from "../data/dataset.js";
import type { ModelConfig } from "../model/config.js";
import type { Runner } from "../model/runner.js";
import type { Engine } from "../runtime/engine.js";
import type { LoadedModel } from "../store/folder.js";
import type { VerbContext } from "./verb.js";

export interface ModelOptions {
  readonly model: string;
  readonly device: string;
  readonly threads?: number;
  /** Default: the model's own. */
  readonly prior?: "model" | "standard-normal";
}

/** What a model is opened with, and what its folder holds beside it. */
export interface Opened {
  readonly engine: Engine;
  /** Scores of records kept aside in training; null where there were none. */
  readonly calibration: LoadedModel["calibration"];
  readonly landmarks: LoadedModel["landmarks"];
}

/** Loads the model, lets `use` work with it on its engine, and frees what it held. Errors as `loadModel`; E_DEVICE. */
export async function withRunner<Result>(
  { model, device, threads, prior }: ModelOptions,
  { host, report }: VerbContext,
  use: (runner: Runner, opened: Opened) => Promise<Result>,
): Promise<Result> {
  const [{ loadModel }, { openRunner }, { withStandardPrior }] = await Promise.all([
    import("../store/folder.js"),
    import("../model/open.js"),
    import("../model/standard-prior.js"),
  ]);
  const loaded = await loadModel(model, host);
  const { config, weights } = prior === "standard-normal" ? withStandardPrior(loaded.config, loaded.weights) : loaded;
  const onNotice = (message: string) => report({ event: "notice", message });
  const engine = await host.engine(device, { threads, onNotice });
  try {
    const runner = await openRunner(config, weights, engine);
    try {
      return await use(runner, { engine, calibration: loaded.calibration, landmarks: loaded.landmarks });
    } finally {
      await runner.dispose();
    }
  } finally {
    await engine.dispose();
  }
}

/** How data is read for a model. */
export type DataOptions = Pick<OpenOptions, "limit" | "seed" | "label" | "key" | "filter" | "onError" | "records">;

/** Opens data as the model takes it, lets `use` work with it, and closes it. */
export async function withData<Result>(
  address: string,
  config: ModelConfig,
  { limit, seed, ...table }: DataOptions,
  { host, signal, report }: VerbContext,
  use: (dataset: Dataset) => Promise<Result>,
): Promise<Result> {
  const [{ openDataset }, { formOf }] = await Promise.all([import("../data/open.js"), import("./forms/list.js")]);
  const onNotice = oncePerText((message) => report({ event: "notice", message }));
  const options = { ...formOf(config).opening(config), ...table, limit, seed, signal, onNotice };
  const dataset = await openDataset(address, options, host);
  try {
    dataset.notices.forEach(onNotice);
    return await use(await formOf(config).fitting(dataset, config));
  } finally {
    await dataset.close();
  }
}

/** Tells a text the first time it comes. */
export function oncePerText(tell: (text: string) => void): (text: string) => void {
  const told = new Set<string>();
  return (text) => {
    if (!told.has(text)) tell(text);
    told.add(text);
  };
}
