/** A model whose likelihood is known in closed form, as a runner without an engine. */

import type { Column, Dataset } from "../../src/data/dataset.js";
import type { Runner } from "../../src/model/runner.js";
import { Philox } from "../../src/random.js";
import { sampleConfig } from "./saved-models.js";

const LOG_2PI = Math.log(2 * Math.PI);
export const normalLogDensity = (x: number, mean: number, variance: number) =>
  -0.5 * (LOG_2PI + Math.log(variance) + (x - mean) ** 2 / variance);

/** "Pictures" of one pixel, normal around 0.5. */
export function onePixelDataset(count: number, values?: Column): Dataset {
  const column = values ?? new Philox(3).normals(new Float32Array(count)).map((value) => 0.5 + value * 0.3);
  const size = column.length / count;
  return {
    name: "toy#test",
    count,
    schema: { fields: { image: { kind: "image", height: 1, width: size, channels: 1 } } },
    labels: null,
    fingerprint: "f",
    notices: [],
    id: String,
    read: (indices) => {
      const rows = Array.from(indices, (at) => [...column.subarray(at * size, (at + 1) * size)]).flat();
      return { image: column instanceof Uint8Array ? Uint8Array.from(rows) : Float32Array.from(rows) };
    },
    close: async () => {},
  };
}

// z ~ N(0, 1) and x | z ~ N(w z + b, s2), so that p(x) = N(b, w2 + s2). q is off the true posterior by design.
export const LINEAR = { w: 0.4, b: 0.45, s2: 0.02, qVariance: 0.2 };
const { w: W, b: B, s2: S2, qVariance: Q_VARIANCE } = LINEAR;
export const qMean = (x: number) => ((x - B) * W) / (W * W + S2) + 0.1;

interface Seen {
  batches: number[];
  rows: number[];
}

/** Two latents: the second is not used. */
export function linearRunner({
  size = 1,
  likelihood = "normal",
  binarize = false,
  latent = 2,
} = {}): Runner & { seen: Seen } {
  const seen: Seen = { batches: [], rows: [] };
  const first = (columns: Readonly<Record<string, Column>>, i: number) =>
    columns.image[i * size] / (columns.image instanceof Uint8Array ? 255 : 1);
  return {
    seen,
    latent,
    config: sampleConfig({
      latent,
      schema: { fields: { image: { kind: "image", height: 1, width: size, channels: 1 } } },
      likelihoods: { image: { name: likelihood } },
      training: { seed: 0, binarize },
    }),
    async encode(columns, count) {
      seen.batches.push(count);
      const mu = new Float32Array(count * latent);
      for (let i = 0; i < count; i++) mu[i * latent] = qMean(first(columns, i));
      return { mu, logvar: new Float32Array(count * latent) };
    },
    async decode(z, count) {
      return { image: Float32Array.from({ length: count * size }, (_, i) => W * z[Math.floor(i / size) * latent] + B) };
    },
    draw: () => Promise.reject(new Error("not used")),
    drawRecords: () => Promise.reject(new Error("not used")),
    writer: () => Promise.reject(new Error("not used")),
    async score(columns, count, particles, noise) {
      seen.rows.push(count * particles);
      const reconstruction = new Float32Array(particles * count);
      const logWeights = new Float32Array(particles * count);
      const kl = new Float32Array(count);
      for (let i = 0; i < count; i++) {
        const x = first(columns, i);
        const mean = qMean(x);
        kl[i] = 0.5 * (Q_VARIANCE + mean ** 2 - 1 - Math.log(Q_VARIANCE));
        for (let k = 0; k < particles; k++) {
          const row = k * count + i;
          const z = mean + Math.sqrt(Q_VARIANCE) * noise[row * latent];
          const logp = normalLogDensity(x, W * z + B, S2);
          reconstruction[row] = -logp;
          logWeights[row] = logp + normalLogDensity(z, 0, 1) - normalLogDensity(z, mean, Q_VARIANCE);
        }
      }
      return { reconstruction, kl, logWeights };
    },
    async explain(columns, count, particles, noise) {
      const { logWeights } = await this.score(columns, count, particles, noise);
      const surprise = new Float32Array(count * size);
      const means = new Float32Array(count * size);
      for (let i = 0; i < count; i++) {
        const x = first(columns, i);
        const rows = Array.from({ length: particles }, (_, k) => k * count + i);
        const weights = rows.map((row) => Math.exp(logWeights[row]));
        const total = weights.reduce((a, b) => a + b, 0);
        rows.forEach((row, k) => {
          const expected = W * (qMean(x) + Math.sqrt(Q_VARIANCE) * noise[row * latent]) + B;
          surprise[i * size] += ((weights[k] / total) * (x - expected) ** 2) / (2 * S2);
          means[i * size] += (weights[k] / total) * expected;
        });
      }
      return { logWeights, surprise: { image: surprise }, means: { image: means } };
    },
    noiseSize: latent,
    probe: () => Promise.reject(new Error("not used")),
    weights: async () => new Map(),
    dispose: async () => {},
  };
}
