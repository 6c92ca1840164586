/** landmarks.safetensors: the points that a model measures distances from. */

import { VaekitError } from "../errors.js";
import { parseSafetensors, writeSafetensors } from "../files/safetensors.js";

interface Scale {
  readonly mean: number;
  readonly deviation: number;
}
/** As they lie in the file: what they mean is said in eval/landmarks. */
export interface StoredLandmarks {
  readonly values: Float32Array;
  readonly count: number;
  readonly width: number;
  readonly rounds: number;
  readonly scalings: Float32Array;
  readonly squashed: boolean;
  readonly distances: readonly Scale[];
  readonly nats: Scale;
}

const FORMAT = "vaekit-landmarks";

export function landmarksBytes({ values, count, width, scalings, ...facts }: StoredLandmarks): Uint8Array {
  const tensors = new Map([
    ["points", { shape: [count, width], values }],
    ["scalings", { shape: [scalings.length / width, width], values: scalings }],
  ]);
  return writeSafetensors(tensors, { format: FORMAT, facts: JSON.stringify(facts) });
}

/** E_MODEL, naming the file, where it is damaged. */
export function parseLandmarks(bytes: Uint8Array, at: string): StoredLandmarks {
  try {
    const { tensors, metadata } = parseSafetensors(bytes, at);
    const [points, ways] = [tensors.get("points")!, tensors.get("scalings")!];
    const facts = JSON.parse(metadata.facts) as Pick<StoredLandmarks, "rounds" | "squashed" | "distances" | "nats">;
    const [count, width] = points.shape;
    const isWhole = facts.rounds >= 1 && count % facts.rounds === 0 && facts.distances.length === ways.shape[0];
    const areFloats = points.values instanceof Float32Array && ways.values instanceof Float32Array;
    if (!isWhole || !areFloats || ways.shape[1] !== width) throw new Error("tensors and facts do not fit");
    const { rounds, squashed, distances, nats } = facts;
    const values = points.values as Float32Array;
    return { values, count, width, scalings: ways.values as Float32Array, rounds, squashed, distances, nats };
  } catch (cause) {
    const hint = "Copy the model folder again, or train the model anew.";
    throw new VaekitError("E_MODEL", `${at}: no landmarks: truncated or damaged`, hint, { cause });
  }
}
