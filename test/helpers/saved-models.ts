/** A small model to save and load in tests. */

import type { ModelConfig } from "../../src/model/config.js";
import type { Weight } from "../../src/model/runner.js";
import type { SavedModel } from "../../src/store/model-files.js";

export function sampleConfig(changes: Partial<ModelConfig> = {}): ModelConfig {
  return {
    format: "vaekit",
    formatVersion: 1,
    vaekitVersion: "0.1.0",
    schema: { fields: { image: { kind: "image", height: 4, width: 3, channels: 1 } } },
    latent: 2,
    net: { name: "mlp", hidden: [8] },
    posterior: { name: "normal" },
    prior: { name: "standard-normal" },
    likelihoods: { image: { name: "bernoulli" } },
    objective: { name: "elbo", beta: 1 },
    sampler: { name: "prior" },
    facts: { count: 100, mean: { image: [0.1, 0.25] } },
    training: { seed: 7, epochs: 3 },
    data: { name: "mnist", fingerprint: "abc", count: 100, labels: ["0", "1"] },
    choices: { net: "mlp: pictures of 4x3 are too small to halve" },
    metrics: {},
    ...changes,
  };
}

/** A whole model; another `fill` is another model. */
export function sampleModel(fill = 1, changes: Partial<SavedModel> = {}): SavedModel {
  const weights = new Map<string, Weight>([
    ["encoder.hidden1.weight", { shape: [3, 2], values: Float32Array.from({ length: 6 }, (_, i) => fill + i / 7) }],
    ["likelihood.image.logvar", { shape: [1], values: Float32Array.of(-fill) }],
  ]);
  return {
    config: sampleConfig({ metrics: { negativeElbo: 100 + fill } }),
    weights,
    onnx: { encoder: new Uint8Array([1, 2, fill]), decoder: new Uint8Array([3, 4, fill]) },
    ...changes,
  };
}
