/** landmarks.safetensors: the points that a model measures distances from. */

import { VaekitError } from "../errors.js";
import { parseSafetensors, writeSafetensors } from "../files/safetensors.js";

/** As they lie in the file: see eval/landmarks. */
export interface StoredLandmarks {
  readonly values: Float32Array;
  readonly count: number;
  readonly width: number;
  readonly rounds: number;
  readonly distance: { readonly mean: number; readonly deviation: number };
  readonly nats: { readonly mean: number; readonly deviation: number };
}

const POINTS = "points";
const FORMAT = "vaekit-landmarks";

export function landmarksBytes({ values, count, width, rounds, distance, nats }: StoredLandmarks): Uint8Array {
  const facts = JSON.stringify({ rounds, distance, nats });
  return writeSafetensors(new Map([[POINTS, { shape: [count, width], values }]]), { format: FORMAT, facts });
}

/** E_MODEL, naming the file, where it is damaged. */
export function parseLandmarks(bytes: Uint8Array, at: string): StoredLandmarks {
  try {
    const { tensors, metadata } = parseSafetensors(bytes, at);
    const points = tensors.get(POINTS)!;
    const facts = JSON.parse(metadata.facts) as Omit<StoredLandmarks, "values" | "count" | "width">;
    const [count, width] = points.shape;
    if (!(points.values instanceof Float32Array) || !(facts.rounds >= 1) || count % facts.rounds !== 0)
      throw new Error(at);
    return { ...facts, values: points.values, count, width };
  } catch (cause) {
    throw new VaekitError("E_MODEL", `${at}: no landmarks: truncated or damaged`, "Copy the model folder again.", {
      cause,
    });
  }
}
