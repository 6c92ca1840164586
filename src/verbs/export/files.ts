/** The files of an export, by name. */

import { writeSafetensors } from "../../files/safetensors.js";
import { compose } from "../../model/compose.js";
import type { ModelConfig } from "../../model/config.js";
import { exportUses } from "../../model/export.js";
import { latentSize } from "../../model/programs.js";
import type { Weight } from "../../model/runner.js";
import { initialWeights, portableStep } from "../../train/portable-step.js";
import { exportReadme } from "./readme.js";
import { TRAIN_SCRIPT } from "./train-script.js";

/** Every use of the model; with `trainStep` also the step, a script that trains with it, and weights to start from. */
export function exportFiles(
  config: ModelConfig,
  weights: ReadonlyMap<string, Weight>,
  { trainStep }: { readonly trainStep: boolean },
): Map<string, Uint8Array | string> {
  const models = Object.entries(exportUses(config, weights));
  const files = new Map<string, Uint8Array | string>(models.map(([name, bytes]) => [`${name}.onnx`, bytes]));
  if (trainStep) {
    files.set("train_step.onnx", portableStep(config).onnx);
    files.set("weights.safetensors", writeSafetensors(weights));
    files.set("initial.safetensors", writeSafetensors(initialWeights(config)));
    files.set("train.py", TRAIN_SCRIPT);
  }
  files.set("README.md", exportReadme({ config, latent: latentSize(compose(config)), trainStep }));
  return files;
}
