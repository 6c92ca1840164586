/** Small model configurations and in-memory data sets for tests. */

import type { Column, Dataset } from "../../src/data/dataset.js";
import { FORMAT_VERSION, type ModelConfig } from "../../src/model/config.js";

/** A configuration of these parts for pictures of `shape`; everything else at its default. */
export function configOf(shape: readonly number[], changes: Partial<ModelConfig> = {}): ModelConfig {
  const [height, width, channels] = shape;
  return {
    format: "vaekit",
    formatVersion: FORMAT_VERSION,
    vaekitVersion: "0.0.0",
    schema: { fields: { image: { kind: "image", height, width, channels } } },
    latent: 4,
    net: { name: "mlp", hidden: 16 },
    posterior: { name: "normal" },
    prior: { name: "standard-normal" },
    likelihoods: { image: { name: "bernoulli" } },
    objective: { name: "elbo" },
    sampler: { name: "prior" },
    facts: { count: 100, mean: {} },
    training: { seed: 0 },
    data: { name: "test", fingerprint: "test", count: 100, labels: null },
    choices: {},
    metrics: {},
    ...changes,
  };
}

/** Pictures [n, H, W, C] in memory. */
export function memoryDataset(pixels: Column, shape: readonly number[]): Dataset {
  const [height, width, channels] = shape;
  const size = height * width * channels;
  return {
    name: "memory",
    count: pixels.length / size,
    schema: { fields: { image: { kind: "image", height, width, channels } } },
    labels: null,
    fingerprint: "memory",
    notices: [],
    id: String,
    read(indices) {
      const image =
        pixels instanceof Uint8Array ? new Uint8Array(indices.length * size) : new Float32Array(indices.length * size);
      for (let row = 0; row < indices.length; row++)
        image.set(pixels.subarray(indices[row] * size, (indices[row] + 1) * size), row * size);
      return { image };
    },
    close: async () => {},
  };
}
