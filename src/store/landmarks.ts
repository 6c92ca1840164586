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
  readonly scaling: Float32Array;
  readonly squashed: boolean;
  readonly distance: Scale;
  readonly nats: Scale;
  readonly weight: number;
}

const FORMAT = "vaekit-landmarks";

export function landmarksBytes({ values, count, width, scaling, ...facts }: StoredLandmarks): Uint8Array {
  const tensors = new Map([
    ["points", { shape: [count, width], values }],
    ["scaling", { shape: [width], values: scaling }],
  ]);
  return writeSafetensors(tensors, { format: FORMAT, facts: JSON.stringify(facts) });
}

/** E_MODEL, naming the file, where it is damaged. */
export function parseLandmarks(bytes: Uint8Array, at: string): StoredLandmarks {
  try {
    const { tensors, metadata } = parseSafetensors(bytes, at);
    const [points, scaling] = [tensors.get("points")!, tensors.get("scaling")!];
    const facts = JSON.parse(metadata.facts) as Pick<
      StoredLandmarks,
      "rounds" | "squashed" | "distance" | "nats" | "weight"
    >;
    const [count, width] = points.shape;
    const numbers = [
      facts.distance.mean,
      facts.distance.deviation,
      facts.nats.mean,
      facts.nats.deviation,
      facts.weight,
    ];
    const isWhole = facts.rounds >= 1 && count % facts.rounds === 0 && numbers.every(Number.isFinite);
    const areFloats = points.values instanceof Float32Array && scaling.values instanceof Float32Array;
    if (!isWhole || !areFloats || scaling.shape[0] !== width) throw new Error("tensors and facts do not fit");
    const { rounds, squashed, distance, nats, weight } = facts;
    const values = points.values as Float32Array;
    const scaled = scaling.values as Float32Array;
    return { values, count, width, scaling: scaled, rounds, squashed, distance, nats, weight };
  } catch (cause) {
    const hint = "Copy the model folder again, or train the model anew.";
    throw new VaekitError("E_MODEL", `${at}: no landmarks: truncated or damaged`, hint, { cause });
  }
}
