/** Writes a model as ONNX files for other languages; with the training step, they can train it too. */

import * as z from "zod";
import { VaekitError } from "../errors.js";
import type { Host } from "../host.js";
import type { ModelConfig } from "../model/config.js";
import type { Weight } from "../model/runner.js";
import { inspectFolder } from "../store/layout.js";
import { EXPORT_TITLE } from "./export/readme.js";
import { model, out } from "./options.js";
import { verb } from "./verb.js";

export const exportOptions = z.strictObject({
  trainStep: z
    .boolean()
    .default(false)
    .describe("also the training step as one file, with a Python script that trains with it"),
});

export const exportVerb = verb({
  name: "export",
  summary: "Write a model as ONNX files for other languages, the training step too",
  input: z.strictObject({
    model,
    out: out("DIR", "folder for encoder.onnx, decoder.onnx, sampler.onnx, score.onnx and a README"),
    ...exportOptions.shape,
  }),
  cli: {
    positional: ["model"],
    example: "vaekit export models/mnist --out onnx --train-step",
    streams: false,
  },
  async run({ model, out, ...options }, context) {
    const { loadModel } = await import("../store/folder.js");
    await checkFolder(out, context.host);
    const { config, weights } = await loadModel(model, context.host);
    const files = await exportModel(config, weights, out, options, context.host);
    context.report({ event: "wrote", path: out, what: files.join(", ") });
    return { json: { path: out, files }, text: "" };
  },
});

/**
 * Writes the folder `path`; the names of its files. E_OUT where it holds something that is no export: then nothing has
 * changed.
 */
export async function exportModel(
  config: ModelConfig,
  weights: ReadonlyMap<string, Weight>,
  path: string,
  options: z.output<typeof exportOptions>,
  host: Host,
): Promise<string[]> {
  const { exportFiles } = await import("./export/files.js");
  await checkFolder(path, host);
  const files = await exportFiles(config, weights, options, host);
  for (const [name, content] of files) await host.files.write(host.files.join(path, name), content);
  return [...files.keys()];
}

/** E_OUT unless there is nothing at `path`, or an empty folder, or an earlier export. */
async function checkFolder(path: string, { files }: Host): Promise<void> {
  const kind = await inspectFolder(path, files);
  if (kind === "missing" || kind === "empty") return;
  const problem = kind === "file" ? "a file, expected a folder" : "holds something that is no export";
  if (kind === "foreign") {
    const readme = files.join(path, "README.md");
    const text = (await files.stat(readme)) ? new TextDecoder().decode(await files.read(readme)) : "";
    if (text.startsWith(EXPORT_TITLE)) return;
  }
  throw new VaekitError("E_OUT", `${path}: ${problem}; nothing was changed`, "Choose a new or empty folder.");
}
