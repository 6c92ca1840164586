/** What records are to people and files, pictures or rows: how they are opened for a model, drawn, and written. */

import type { Dataset, OpenOptions } from "../../data/dataset.js";
import type { ModelConfig } from "../../model/config.js";
import type { Runner } from "../../model/runner.js";
import type { VerbContext } from "../verb.js";

/** How records are drawn; what a form has no use for it refuses. */
export interface SampleRequest {
  readonly out: string;
  readonly count: number;
  readonly seed: number;
  readonly temperature: number;
  /** Only rows for which this condition holds. */
  readonly where?: string;
  /** Make cells that a spreadsheet would compute into text. */
  readonly escapeFormulas: boolean;
}

export interface Form {
  readonly name: string;
  /** How data is opened so that the model can take it. */
  opening(config: ModelConfig): OpenOptions;
  /** The data set as the model takes it. E_SHAPE or E_COLUMN where it cannot be. */
  fitting(dataset: Dataset, config: ModelConfig): Dataset | Promise<Dataset>;
  /** Draws records into a file. E_OUT for a format that such records cannot be written in. */
  sample(runner: Runner, request: SampleRequest, context: VerbContext): Promise<{ readonly count: number }>;
}
