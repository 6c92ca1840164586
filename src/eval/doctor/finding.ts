/** What a doctor's finding is, and what it is found from. */

import type { ModelConfig } from "../../model/config.js";
import type { Weight } from "../../model/runner.js";
import type { EpochRecord } from "../history.js";

export interface Finding {
  /** Stable, kebab-case: "posterior-collapse". */
  readonly code: string;
  readonly severity: "notice" | "warning" | "fault";
  /** What is wrong, in a sentence. */
  readonly problem: string;
  /** What was seen, with a number. */
  readonly evidence: string;
  /** What would be healthy, with a number. */
  readonly reference: string;
  /** What to do, with the command. */
  readonly remedy: string;
}

/** What is known of a patient. The model folder alone gives config, weights and history. */
export interface Patient {
  /** How to call it in a command. */
  readonly path: string;
  readonly config: ModelConfig;
  readonly weights: ReadonlyMap<string, Weight>;
  /** Empty where the folder holds no metrics.jsonl. */
  readonly history: readonly EpochRecord[];
}

/** One thing the doctor looks for; a file each, and a line in the list. */
export interface Check {
  readonly name: string;
  readonly summary: string;
  /** Null: nothing found, or it cannot be told. */
  look(patient: Patient): Finding | null;
}
