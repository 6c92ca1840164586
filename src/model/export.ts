/** What a model does as ONNX models that carry their weights: what other languages run. */

import { decompose } from "../graph/decompose.js";
import { toOnnx } from "../graph/onnx.js";
import { input } from "../graph/ops.js";
import { program } from "../graph/program.js";
import { simplify } from "../graph/simplify.js";
import type { Tensor } from "../graph/tensor.js";
import type { Recording } from "../nn/ctx.js";
import { compose, type Model } from "./compose.js";
import type { ModelConfig } from "./config.js";
import { beginModel, stepInput, stepModel, writerFiles } from "./export-writing.js";
import type { Values } from "./parts.js";
import {
  BATCH,
  decodeProgram,
  drawProgram,
  encodeProgram,
  recordOf,
  scoreProgram,
  type TracedProgram,
} from "./programs.js";
import type { Weight } from "./runner.js";
import { everyPlace, isText } from "./texts.js";

/** Bytes of ONNX models by name; all take a batch of any size. */
export type ExportedModels = Readonly<Record<string, Uint8Array>>;

/**
 * The models of a model folder. `encoder`: input per field ([B, H, W, C] float 0..1 for pictures, tokens [B, T] int32 with padding
 * behind for texts, `input_ids` where that is all), outputs `mu` and `logvar` [B, latent]. `decoder`: input `z` [B, latent], an
 * output per field but texts. For each text the two that write it (`writerFiles`).
 */
export function exportOnnx(config: ModelConfig, weights: ReadonlyMap<string, Weight>): ExportedModels {
  const model = byField(config);
  const models = [["encoder", encodeProgram(model, plainRecord(model))]] as [string, TracedProgram][];
  if (model.groups.some((group) => !group.isText)) models.push(["decoder", decodeProgram(model)]);
  for (const { field, begin, step } of writerFiles(model))
    models.push([begin, beginModel(model, field)], [step, stepModel(model, field)]);
  return written(models, weights);
}

/**
 * All that a trained model can be asked: beside those of the folder `sampler` and `score`. `sampler`: inputs `eps` of N(0, 1) and the
 * scalar `temperature`, output `z` [B, latent], for the decoder. `score`: input per field and `eps` [B, latent] of N(0, 1);
 * outputs in nats, [B]: `reconstruction` = -log p(x|z), `kl`, and `log_weights` = log p(x, z) - log q(z|x). The mean of
 * reconstruction + kl is the negative ELBO.
 */
export function exportUses(config: ModelConfig, weights: ReadonlyMap<string, Weight>): ExportedModels {
  const model = byField(config);
  const more: [string, TracedProgram][] = [
    ["sampler", drawProgram(model)],
    ["score", flatScore(model)],
  ];
  return { ...exportOnnx(config, weights), ...written(more, weights) };
}

/** What the encoder and the score call a field. */
export function inputName({ fields }: Pick<Model, "fields">, name: string): string {
  return fields.length === 1 && isText(fields[0]) ? INPUT_IDS : name;
}
/** As Hugging Face's models call it. */
const INPUT_IDS = "input_ids";

/** For other programs each field is an input with its own name. */
function byField(config: ModelConfig): Model {
  return { ...compose(config), packed: false };
}

/** Texts as they come out of a tokenizer: which tokens are there, other programs need not say. */
function plainRecord(model: Model): Values {
  const texts = model.fields.filter(isText).map((field) => {
    const tokens = input(inputName(model, field.name), [BATCH, field.ragged!.length], { dtype: "int32" });
    return [field.name, tokens.cast("float32")];
  });
  return { ...recordOf(model, BATCH), ...Object.fromEntries(texts), ...everyPlace(model.fields, BATCH) };
}

/** Terms of one draw per record, [B] each. */
function flatScore(model: Model): TracedProgram {
  const { program: traced, recording } = scoreProgram(model, 1, "use", plainRecord(model));
  const { reconstruction, kl, logWeights } = traced.outputs;
  const outputs = { reconstruction: reconstruction.reshape([BATCH]), kl, log_weights: logWeights.reshape([BATCH]) };
  return { recording, program: program("score", outputs) };
}

/** What noise is called outside: a sole one `eps`, several by their full names (`posterior.top.eps`). */
export function noiseNames({ noises }: Recording): Map<string, string> {
  return new Map([...noises.keys()].map((name) => [name, noises.size === 1 ? "eps" : name]));
}

function written(
  models: readonly (readonly [string, TracedProgram])[],
  weights: ReadonlyMap<string, Weight>,
): ExportedModels {
  return Object.fromEntries(models.map(([name, traced]) => [name, write(name, traced, weights)]));
}

function write(name: string, traced: TracedProgram, weights: ReadonlyMap<string, Weight>): Uint8Array {
  const { program, recording } = traced;
  const names = Object.keys(program.outputs);
  const outputs = simplify(decompose(simplify(Object.values(program.outputs)), "cpu"));
  const outside = noiseNames(recording);
  const inputs: Record<string, Tensor> = {};
  const bound = new Map<Tensor, Float32Array>();
  for (const [key, { spec, tensor }] of program.inputs) {
    if (spec.role === "parameter") bound.set(tensor, weights.get(key)!.values);
    else inputs[outside.get(key) ?? stepInput(key)] = tensor;
  }
  return toOnnx(inputs, Object.fromEntries(names.map((key, i) => [key, outputs[i]])), { name, weights: bound });
}
