/** The model that a training starts from, and the shape of pictures that it takes. */

import type { OpenOptions } from "../data/dataset.js";
import { image } from "../fields/image.js";
import { fieldsOf } from "../fields/list.js";
import type { Host } from "../host.js";
import type { ModelConfig } from "../model/config.js";
import type { Weight } from "../model/runner.js";
import { loadModel } from "../store/folder.js";
import { weightsDigest } from "../store/model-files.js";
import type { Init } from "../train/warm-start.js";

/** Errors as `loadModel`. */
export async function loadInit(path: string, host: Host): Promise<Init> {
  const { config, weights } = await loadModel(path, host);
  return initOf(config, weights, path, host);
}

/** `fingerprint` is the checksum of the weights as a model folder has them. */
export async function initOf(
  config: ModelConfig,
  weights: ReadonlyMap<string, Weight>,
  path: string,
  host: Host,
): Promise<Init> {
  return { config, weights, origin: { path, fingerprint: await weightsDigest(weights, host) } };
}

/** How to open pictures for a training: where nothing is asked for, as the model has them that it starts from. */
export function openingOf(
  { size, channels }: Pick<OpenOptions, "size" | "channels">,
  init: Init | undefined,
): Pick<OpenOptions, "size" | "channels"> {
  const field = init && fieldsOf(init.config.schema).find(({ kind }) => kind.name === image.name);
  if (!field) return { size, channels };
  const [height, width, depth] = field.shape;
  return {
    size: size === "auto" ? [height, width] : size,
    channels: channels === "auto" ? (depth as 1 | 3) : channels,
  };
}
