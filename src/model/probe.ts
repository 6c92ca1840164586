/** A program that looks inside a model: which units are ever active, what is left to explain, how wide p(x|z) is. */

import { constant, type Tensor } from "../graph/ops.js";
import { program } from "../graph/program.js";
import type { Node } from "../graph/tensor.js";
import { topological } from "../graph/walk.js";
import { recordingContext } from "../nn/ctx.js";
import type { Model } from "./compose.js";
import { BATCH, recordOf, sideBySide, type TracedProgram } from "./programs.js";
import type { Probed } from "./runner.js";
import { valuesOf } from "./values.js";

const LAYER = "layer/";
const RESIDUAL = "residual/";
const VARIANCE = "variance/";
const AT_LEAST = "least/";
const AT_MOST = "most/";
const NATS = "nats/";
/** Parameters this near to a bound rest on it: float32 may differ in its last digit. */
const AT_BOUND = 1e-3;

/** A pass with one draw of z per record. The ReLU layers are found in the graph, so that nets of any make are seen. */
export function probeProgram(model: Model): TracedProgram {
  const { ctx, recording } = recordingContext("use", model.config.facts);
  const record = recordOf(model, BATCH);
  const { groups, likelihoods } = model.trace(ctx, record);
  const outputs: Record<string, Tensor> = sideBySide(groups);
  for (const { name, fields, part, elements } of model.groups) {
    const { dist } = likelihoods[name];
    if (dist.space !== "euclidean") {
      // Codes have no residuals, but a cost each.
      if (dist.elements === "none") continue;
      const costs = dist.elements(valuesOf(record, fields)).neg();
      let start = 0;
      for (const [i, field] of fields.entries()) {
        const own = field.ragged ? costs : costs.slice(1, start, start + elements[i]);
        outputs[NATS + field.name] = own.sum(-1);
        start += elements[i];
      }
      continue;
    }
    const wide = (x: Tensor): Tensor => x.broadcastTo(dist.mean.shape);
    outputs[RESIDUAL + name] = valuesOf(record, fields).sub(dist.mean).square().mean(-1);
    const { spread } = part;
    const parameter = spread && dist.parameters[spread.parameter];
    if (!spread || !parameter) continue;
    outputs[VARIANCE + name] = wide(spread.variance(parameter)).mean(-1);
    outputs[AT_LEAST + name] = wide(
      constant(spread.least + AT_BOUND)
        .sub(parameter)
        .step(),
    ).mean(-1);
    outputs[AT_MOST + name] = Number.isFinite(spread.most)
      ? wide(parameter.sub(spread.most - AT_BOUND).step()).mean(-1)
      : outputs[VARIANCE + name].mul(0);
  }
  const ends = [
    ...Object.values(likelihoods).map(({ logProb }) => logProb),
    ...groups.flatMap(({ z, logq }) => [z, logq]),
  ];
  for (const [name, active] of reluLayers(ends))
    outputs[LAYER + name] = active.max(Array.from({ length: active.rank - 1 }, (_, axis) => axis));
  return { recording, program: program("probe", outputs) };
}

/** The program's outputs by what they are of. */
export function probedOf(results: Readonly<Record<string, Float32Array>>): Probed {
  const under = (prefix: string) =>
    Object.entries(results).flatMap(([key, values]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), values] as const] : [],
    );
  return {
    mu: results.mu,
    logvar: results.logvar,
    layers: Object.fromEntries(under(LAYER)),
    nats: Object.fromEntries(under(NATS)),
    fields: Object.fromEntries(
      under(RESIDUAL).map(([name, residual]) => {
        const variance = results[VARIANCE + name];
        const spread = variance
          ? { variance, atLeast: results[AT_LEAST + name], atMost: results[AT_MOST + name] }
          : null;
        return [name, { residual, spread }];
      }),
    ),
  };
}

/** Outputs of ReLUs by the name of the layer whose parameters stand before them. One without any is no layer. */
function reluLayers(ends: readonly Tensor[]): Map<string, Tensor> {
  const layers = new Map<string, Tensor>();
  for (const { op, inputs, outputs } of topological(ends)) {
    if (op.name !== "relu") continue;
    const name = layerBefore(inputs[0].node);
    if (!name) continue;
    let full = name;
    for (let i = 2; layers.has(full); i++) full = `${name} ${i}`;
    layers.set(full, outputs[0]);
  }
  return layers;
}

/** Nodes between an activation and its layer's parameters, such as reshaping and the sum with the bias. */
const NEAR = 6;

/** @example "encoder.hidden1" of relu(matmul(x, encoder.hidden1.weight) + encoder.hidden1.bias) */
function layerBefore(node: Node): string | null {
  let front = [node];
  for (let step = 0; step < NEAR; step++) {
    for (const { op, attributes } of front) {
      const { role, name } = attributes as { role?: string; name?: string };
      if (op.name === "input" && role === "parameter") return name!.slice(0, name!.lastIndexOf("."));
    }
    front = front.flatMap(({ inputs }) => inputs.map((input) => input.node));
  }
  return null;
}
