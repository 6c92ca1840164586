/** What training leaves in a model folder beside the model: each thing is made by one file of this folder. */

import type { Dataset } from "../../data/dataset.js";
import { pictureBytes } from "../../data/sinks/bytes.js";
import type { EpochRecord } from "../../eval/history.js";
import type { Host, PictureLayout, Pictures } from "../../host.js";
import type { ModelConfig } from "../../model/config.js";
import type { Runner, Weight } from "../../model/runner.js";
import type { Engine } from "../../runtime/engine.js";

export { pictureBytes };

export interface ResultContext {
  /** With `latents` filled in. */
  readonly config: ModelConfig;
  readonly weights: ReadonlyMap<string, Weight>;
  readonly runner: Runner;
  /** Records kept aside; all where there are none. */
  readonly data: Dataset;
  /** Records that the model was trained on. */
  readonly training: Dataset;
  /** Whether `data` was kept aside, so that the model has not learned from it. */
  readonly isAside: boolean;
  /** Posterior of (at most `MEASURED` of) these records, in the order of `measured`. */
  readonly measured: Uint32Array;
  readonly mu: Float32Array;
  readonly logvar: Float32Array;
  readonly history: readonly EpochRecord[];
  readonly seed: number;
  /** Where the model was trained. */
  readonly engine: Engine;
  /** How commands call the model. */
  readonly path: string;
  /** No pictures of records may be left anywhere. */
  readonly isPrivate: boolean;
  readonly host: Host;
  /** What the results before this one in the list made, by file name. */
  readonly files: Readonly<Record<string, Uint8Array | string>>;
}

export interface Result {
  readonly name: string;
  /** The form of records that it is made of. Default: any. */
  readonly form?: string;
  /** Files by name for the model folder; none where the host cannot write them. */
  make(context: ResultContext): Promise<Readonly<Record<string, Uint8Array | string>>>;
}

/** One picture file as a result. */
export async function pictureFile(
  name: string,
  pictures: Pictures,
  layout: PictureLayout,
  host: Host,
): Promise<Record<string, Uint8Array>> {
  const bytes = await pictureBytes(name, pictures, layout, host);
  return bytes ? { [name]: bytes } : {};
}
