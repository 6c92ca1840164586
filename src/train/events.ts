/** What training tells while it runs; the same events feed the terminal, metrics.jsonl and callers. */

import type { EpochRecord, Terms } from "../eval/history.js";

export type { Terms };

export type TrainEvent =
  /** What will be trained: shapes, parameters, what "auto" chose and why. */
  | {
      readonly event: "start";
      readonly parameters: number;
      readonly records: number;
      readonly validation: number;
      readonly steps: number;
      readonly epochs: number;
      readonly choices: Readonly<Record<string, string>>;
      readonly resumedAtStep: number;
    }
  | { readonly event: "first-step"; readonly seconds: number }
  /** At most a few a second. */
  | {
      readonly event: "progress";
      readonly epoch: number;
      readonly step: number;
      readonly steps: number;
      readonly recordsPerSecond: number;
      readonly secondsLeft: number;
      readonly terms: Terms;
    }
  | ({ readonly event: "epoch" } & EpochRecord)
  | { readonly event: "notice"; readonly message: string }
  | { readonly event: "checkpoint"; readonly step: number }
  | { readonly event: "recovered"; readonly step: number; readonly tensor: string; readonly learningRate: number }
  /** "finished", "patience" (early stop) or "interrupted" (aborted; a checkpoint holds the state). */
  | {
      readonly event: "end";
      readonly reason: "finished" | "patience" | "interrupted";
      readonly epoch: number;
      readonly step: number;
      readonly seconds: number;
      readonly bestEpoch: number;
      readonly metrics: Readonly<Record<string, unknown>>;
    };

/** The epochs among events of any kind, such as the lines of a metrics.jsonl. */
export function epochsOf(events: readonly { readonly event: string }[]): EpochRecord[] {
  return events.filter((event): event is Extract<TrainEvent, { event: "epoch" }> => event.event === "epoch");
}
