/** The files of an export, by name. */

import { VaekitError } from "../../errors.js";
import { writeSafetensors } from "../../files/safetensors.js";
import type { Host } from "../../host.js";
import { compose } from "../../model/compose.js";
import type { ModelConfig } from "../../model/config.js";
import { exportUses } from "../../model/export.js";
import type { Weight } from "../../model/runner.js";
import { isText } from "../../model/texts.js";
import { apartFiles } from "../../store/apart.js";
import { initialWeights, portableStep } from "../../train/portable-step.js";
import { exportReadme } from "./readme.js";
import { TRAIN_SCRIPT } from "./train-script.js";

/**
 * Every use of the model, and a vocabulary where it has one; with `trainStep` also the step, a script that trains with it, and
 * weights to start from. E_CONFIG for the step of a model that reads texts.
 */
export async function exportFiles(
  config: ModelConfig,
  weights: ReadonlyMap<string, Weight>,
  { trainStep }: { readonly trainStep: boolean },
  host: Pick<Host, "digest">,
): Promise<Map<string, Uint8Array | string>> {
  const model = compose(config);
  if (trainStep && model.fields.some(isText))
    throw new VaekitError(
      "E_CONFIG",
      "the training step of a model that reads texts cannot be exported",
      "Export it without --train-step; vaekit fit trains it, with --init from a model that is there.",
    );
  const models = Object.entries(exportUses(config, weights));
  const files = new Map<string, Uint8Array | string>(models.map(([name, bytes]) => [`${name}.onnx`, bytes]));
  for (const [name, text] of (await apartFiles(config.schema.fields, host)).files) files.set(name, text);
  if (trainStep) {
    files.set("train_step.onnx", portableStep(config).onnx);
    files.set("weights.safetensors", writeSafetensors(weights));
    files.set("initial.safetensors", writeSafetensors(initialWeights(config)));
    files.set("train.py", TRAIN_SCRIPT);
  }
  files.set("README.md", exportReadme({ model, trainStep }));
  return files;
}
