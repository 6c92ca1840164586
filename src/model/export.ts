/** Encoder and decoder as ONNX models that carry their weights: what other languages run. */

import { decompose } from "../graph/decompose.js";
import { toOnnx } from "../graph/onnx.js";
import { simplify } from "../graph/simplify.js";
import type { Tensor } from "../graph/tensor.js";
import { compose } from "./compose.js";
import type { ModelConfig } from "./config.js";
import { decodeProgram, encodeProgram, type TracedProgram } from "./programs.js";
import type { Weight } from "./runner.js";

export interface ExportedModels {
  /** Input per field ([B, H, W, C] float 0..1 for pictures), outputs `mu` and `logvar` [B, latent]. */
  readonly encoder: Uint8Array;
  /** Input `z` [B, latent], an output per field. */
  readonly decoder: Uint8Array;
}

export function exportOnnx(config: ModelConfig, weights: ReadonlyMap<string, Weight>): ExportedModels {
  const model = compose(config);
  return {
    encoder: write("encoder", encodeProgram(model), weights),
    decoder: write("decoder", decodeProgram(model), weights),
  };
}

function write(name: string, { program }: TracedProgram, weights: ReadonlyMap<string, Weight>): Uint8Array {
  const names = Object.keys(program.outputs);
  const outputs = simplify(decompose(simplify(Object.values(program.outputs)), "cpu"));
  const inputs: Record<string, Tensor> = {};
  const bound = new Map<Tensor, Float32Array>();
  for (const [key, { spec, tensor }] of program.inputs) {
    if (spec.role === "parameter") bound.set(tensor, weights.get(key)!.values);
    else inputs[key] = tensor;
  }
  return toOnnx(inputs, Object.fromEntries(names.map((key, i) => [key, outputs[i]])), { name, weights: bound });
}
