/** Says what a model is and how it came to be. */

import * as z from "zod";
import { briefFields } from "../fields/brief.js";
import type { ModelConfig, PartConfig } from "../model/config.js";
import type { Weight } from "../model/runner.js";
import { figuresText, valueText } from "./figures.js";
import { model } from "./options.js";
import { verb } from "./verb.js";

export const info = verb({
  name: "info",
  summary: "Say what a model is and how it was trained",
  input: z.strictObject({ model }),
  cli: { positional: ["model"], example: "vaekit info models/mnist", streams: false },
  async run({ model }, { host }) {
    const { loadModel } = await import("../store/folder.js");
    const { config, weights } = await loadModel(model, host);
    const facts = modelInfo(config, weights);
    const { schema } = config;
    const brief = { ...facts, config: { ...config, schema: { ...schema, fields: briefFields(schema) } } };
    return { json: { path: model, ...brief }, text: infoText(model, brief) };
  },
});

/** A model's configuration with what follows from its weights. */
export interface ModelInfo {
  readonly parameters: number;
  readonly config: ModelConfig;
}

export function modelInfo(config: ModelConfig, weights: ReadonlyMap<string, Weight>): ModelInfo {
  let parameters = 0;
  for (const { values } of weights.values()) parameters += values.length;
  return { parameters, config };
}

function infoText(path: string, { config, parameters }: ModelInfo): string {
  const { data, init, training, likelihoods, net, posterior, prior, objective, latent } = config;
  const fields = Object.entries(config.schema.fields).map(([name, { kind, ...facts }]) => {
    return [`field ${name}`, `${kind} ${valueText(facts)}, ${partText(likelihoods[name])}`];
  });
  const choices = Object.entries(config.choices).map(([option, why]) => [`auto ${option}`, why]);
  return figuresText({
    model: path,
    data: `${data.name}, ${valueText(data.count)} records${data.labels ? `, labels ${data.labels.join(" ")}` : ""}`,
    ...Object.fromEntries(fields),
    latent,
    parameters,
    net: partText(net),
    posterior: partText(posterior),
    prior: partText(prior),
    objective: partText(objective),
    ...(init && { "started from": init.path }),
    training,
    ...Object.fromEntries(choices),
    ...config.metrics,
    "made by": `vaekit ${config.vaekitVersion}`,
  });
}

/** @example partText({ name: "elbo", beta: 4 }) // "elbo, beta 4" */
function partText({ name, ...options }: PartConfig): string {
  return [name, valueText(options)].filter(Boolean).join(", ");
}
