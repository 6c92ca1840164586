/** Puts what is explained of records in several calls together, each with some of the particles. */

import type { FieldKind } from "../fields/field.js";
import type { Field } from "../fields/list.js";
import type { Explained } from "../model/runner.js";
import { logMeanExp } from "./importance.js";

type Means = Pick<Explained, "surprise" | "means">;

/** Takes calls one after the other. */
export interface ParticleMeans {
  add(explained: Explained, particles: number): void;
  result(): Means;
}

/** Means of the first `count` of `batch` records by the calls' shares of all importance weights. */
export function particleMeans(fields: readonly Field[], count: number, batch: number): ParticleMeans {
  // Sums of weights times means, of weights, and the largest log-weight so far, which all are relative to.
  const sums = { surprise: new Map<string, Float64Array>(), means: new Map<string, Float64Array>() };
  const weights = new Float64Array(count);
  const largest = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  return {
    add({ logWeights, ...means }: Explained, particles: number): void {
      for (let i = 0; i < count; i++) {
        const own = Float64Array.from({ length: particles }, (_, k) => logWeights[k * batch + i]);
        const logWeight = logMeanExp(own) + Math.log(particles);
        const top = Math.max(largest[i], logWeight);
        const [fade, weight] = [Math.exp(largest[i] - top), Math.exp(logWeight - top)];
        largest[i] = top;
        weights[i] = weights[i] * fade + weight;
        for (const kind of ["surprise", "means"] as const) {
          for (const { name, kind: fieldKind } of fields) {
            const added = means[kind][name];
            if (!added) continue;
            const size = added.length / batch;
            let sum = sums[kind].get(name);
            if (!sum) {
              sum = new Float64Array(count * size);
              sums[kind].set(name, sum);
            }
            for (let at = i * size; at < (i + 1) * size; at++) {
              if (!isCode(kind, fieldKind)) sum[at] = sum[at] * fade + weight * added[at];
              else if (weight >= weights[i] / 2) sum[at] = added[at]; // of the call with most of the weight
            }
          }
        }
      }
    },
    result() {
      const meansOf = (kind: "surprise" | "means") =>
        Object.fromEntries(
          fields.flatMap(({ name, kind: fieldKind }) => {
            const sum = sums[kind].get(name);
            if (!sum) return [];
            const share = (at: number) =>
              isCode(kind, fieldKind) ? 1 : weights[Math.floor((at * count) / sum.length)];
            return [[name, Float32Array.from(sum, (value, at) => value / share(at))]];
          }),
        );
      return { surprise: meansOf("surprise"), means: meansOf("means") };
    },
  };
}

/** The same where there is one call. */
export function lastCall(count: number, batch: number): ParticleMeans {
  let last: Means = { surprise: {}, means: {} };
  const first = (values: Float32Array) =>
    count === batch ? values : values.subarray(0, (values.length / batch) * count);
  return {
    add(explained) {
      last = explained;
    },
    result: () => ({ surprise: mapped(last.surprise, first), means: mapped(last.means, first) }),
  };
}

/** Codes and tokens have no means. */
function isCode(what: "surprise" | "means", { codes, ragged }: FieldKind): boolean {
  return what === "means" && (codes !== undefined || ragged !== undefined);
}

function mapped<T>(byField: Readonly<Record<string, T>>, change: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(byField).map(([name, value]) => [name, change(value)]));
}
