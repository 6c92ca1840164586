/** Runs a training to its end and collects what it told. */

import type { Dataset } from "../../src/data/dataset.js";
import type { ModelConfig } from "../../src/model/config.js";
import type { TrainEvent } from "../../src/train/events.js";
import { type TrainContext, type Trained, train } from "../../src/train/trainer.js";

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

/** The epoch events of a run. */
export function epochsOf(events: readonly TrainEvent[]): Extract<TrainEvent, { event: "epoch" }>[] {
  return events.filter((event) => event.event === "epoch");
}
