/** Runs a training to its end and collects what it told. */

import type { Dataset } from "../../src/data/dataset.js";
import type { ModelConfig } from "../../src/model/config.js";
import { Philox } from "../../src/random.js";
import type { Engine } from "../../src/runtime/engine.js";
import type { TrainEvent } from "../../src/train/events.js";
import { type TrainContext, type Trained, train } from "../../src/train/trainer.js";
import { configOf, memoryDataset } from "./models.js";

export async function trainAll(
  config: ModelConfig,
  data: Dataset,
  context: TrainContext,
): Promise<{ events: TrainEvent[]; trained: Trained }> {
  const run = train(config, data, context);
  const events: TrainEvent[] = [];
  for (;;) {
    const next = await run.next();
    if (next.done) return { events, trained: next.value };
    events.push(next.value);
  }
}

/**
 * Three epochs on 60 pictures of a bar, with all that a bank is asked for (sums of gradients, clipping, decay, a moving
 * average), a last batch that is shorter, and validation: the losses of training and of validation, epoch by epoch.
 */
export async function trainOnBars(engine: Engine): Promise<number[]> {
  const random = new Philox(1);
  const pixels = Uint8Array.from({ length: 60 * 20 }, (_, i) => (i % 20 < 10 ? 200 : 20) + 30 * random.uniform());
  const bank = { accumulate: 2, clip: 5, ema: 0.9, optimizer: "adamw" } as const;
  const config = configOf([5, 4, 1], { training: { seed: 1, epochs: 3, batchSize: 11, valid: 0.2, ...bank } });
  const { events } = await trainAll(config, memoryDataset(pixels, [5, 4, 1]), { engine });
  return epochsOf(events).flatMap(({ train, validation }) => [train.loss, validation!.loss]);
}

/** The epoch events of a run. */
export function epochsOf(events: readonly TrainEvent[]): Extract<TrainEvent, { event: "epoch" }>[] {
  return events.filter((event) => event.event === "epoch");
}
