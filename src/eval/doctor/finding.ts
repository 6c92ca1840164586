/** What a doctor's finding is, and what it is found from. */

import type { Checkup, FieldFacts, LatentUse, RowsCheckup } from "../../model/checkup.js";
import type { ModelConfig } from "../../model/config.js";
import type { Weight } from "../../model/runner.js";
import type { EpochRecord } from "../history.js";
import type { LatentStatistics } from "../latents.js";

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
  /** What to do, with the command: what stands from "vaekit" on. */
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

/** What a check may need and a patient may lack. */
export interface Facts {
  /** Every epoch of the training. */
  readonly epochs: readonly EpochRecord[];
  /** The epochs with their validation loss. */
  readonly validated: readonly (EpochRecord & { readonly validation: NonNullable<EpochRecord["validation"]> })[];
  readonly latents: LatentStatistics;
  readonly checkup: Checkup;
  /** Facts about the training data, by field. */
  readonly profile: Readonly<Record<string, FieldFacts>>;
  /** How many records kept aside were trained on too. */
  readonly copies: NonNullable<Checkup["copies"]>;
  /** What is measured of models of tables alone. */
  readonly rows: RowsCheckup;
  /** Of models of texts alone: whether the decoder asks the latents. */
  readonly latentUse: LatentUse;
}

/** One thing the doctor looks for; a file each, and a line in the list. */
export interface Check<Need extends keyof Facts = keyof Facts> {
  readonly name: string;
  /** What a healthy model does not have. */
  readonly summary: string;
  /** The form of records that it is about, as their fields name it: others are not asked for. Default: any. */
  readonly form?: string;
  /** Without one of these it is not examined, and the report says what to give. */
  readonly needs: readonly Need[];
  /** True where it can be told before any training, from `config` and `profile` alone: training says so as it starts. */
  readonly foresees?: boolean;
  /** Null: nothing found. */
  look(patient: Patient, facts: Pick<Facts, Need>): Finding | null;
}

/**
 * Types `look` by what the check needs.
 * @example
 * checks.register(check({ name: "slow", summary: "epochs of an hour", needs: ["epochs"], look: (patient, { epochs }) => ... }))
 */
export function check<const Need extends keyof Facts = never>(definition: Check<Need>): Check {
  return definition as unknown as Check;
}
