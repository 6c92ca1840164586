/** What a model does as ONNX models that carry their weights: what other languages run. */

import { decompose } from "../graph/decompose.js";
import { toOnnx } from "../graph/onnx.js";
import { program } from "../graph/program.js";
import { simplify } from "../graph/simplify.js";
import type { Tensor } from "../graph/tensor.js";
import type { Recording } from "../nn/ctx.js";
import { compose, type Model } from "./compose.js";
import type { ModelConfig } from "./config.js";
import { BATCH, decodeProgram, drawProgram, encodeProgram, scoreProgram, type TracedProgram } from "./programs.js";
import type { Weight } from "./runner.js";

/** The two models of a model folder; both take a batch of any size. */
export interface ExportedModels {
  /** Input per field ([B, H, W, C] float 0..1 for pictures), outputs `mu` and `logvar` [B, latent]. */
  readonly encoder: Uint8Array;
  /** Input `z` [B, latent], an output per field. */
  readonly decoder: Uint8Array;
}

/** All that a trained model can be asked, one ONNX model each. */
export interface ExportedUses extends ExportedModels {
  /** Inputs `eps` [B, latent] of N(0, 1) and the scalar `temperature`; output `z` [B, latent], for the decoder. */
  readonly sampler: Uint8Array;
  /**
   * Input per field and `eps` [B, latent] of N(0, 1); outputs in nats, [B]: `reconstruction` = -log p(x|z), `kl`, and
   * `log_weights` = log p(x, z) - log q(z|x). The mean of reconstruction + kl is the negative ELBO.
   */
  readonly score: Uint8Array;
}

export function exportOnnx(config: ModelConfig, weights: ReadonlyMap<string, Weight>): ExportedModels {
  const model = byField(config);
  return {
    encoder: write("encoder", encodeProgram(model), weights),
    decoder: write("decoder", decodeProgram(model), weights),
  };
}

export function exportUses(config: ModelConfig, weights: ReadonlyMap<string, Weight>): ExportedUses {
  const model = byField(config);
  return {
    ...exportOnnx(config, weights),
    sampler: write("sampler", drawProgram(model), weights),
    score: write("score", flatScore(model), weights),
  };
}

/** For other programs each field is an input with its own name. */
function byField(config: ModelConfig): Model {
  return { ...compose(config), packed: false };
}

/** Terms of one draw per record, [B] each. */
function flatScore(model: Model): TracedProgram {
  const { program: traced, recording } = scoreProgram(model, 1);
  const { reconstruction, kl, logWeights } = traced.outputs;
  const outputs = { reconstruction: reconstruction.reshape([BATCH]), kl, log_weights: logWeights.reshape([BATCH]) };
  return { recording, program: program("score", outputs) };
}

/** What noise is called outside: a sole one `eps`, several by their full names (`posterior.top.eps`). */
export function noiseNames({ noises }: Recording): Map<string, string> {
  return new Map([...noises.keys()].map((name) => [name, noises.size === 1 ? "eps" : name]));
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
    else inputs[outside.get(key) ?? key] = tensor;
  }
  return toOnnx(inputs, Object.fromEntries(names.map((key, i) => [key, outputs[i]])), { name, weights: bound });
}
