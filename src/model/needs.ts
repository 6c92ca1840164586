/** Which parts a configuration needs, and whether they are there. */

import { VaekitError } from "../errors.js";
import { fieldKinds } from "../fields/list.js";
import type { ModelConfig } from "./config.js";
import { likelihoods, nets, objectives, posteriors, priors, samplers } from "./list.js";
import { partsOf } from "./nets/joint.js";

/** E_MODEL names a part of `config` that nobody registered: someone's own, of which a model folder holds no code. */
export function expectParts(config: ModelConfig, at: string): void {
  const needed = [
    { parts: nets, names: [config.net, ...partsOf(config.net).map(({ net }) => net)].map(({ name }) => name) },
    { parts: posteriors, names: [config.posterior.name] },
    { parts: priors, names: [config.prior.name] },
    { parts: likelihoods, names: Object.values(config.likelihoods).map(({ name }) => name) },
    { parts: objectives, names: [config.objective.name] },
    { parts: samplers, names: [config.sampler.name] },
    { parts: fieldKinds, names: Object.values(config.schema.fields).map(({ kind }) => kind) },
  ];
  for (const { parts, names } of needed) {
    const missing = names.find((name) => !parts.has(name));
    if (missing === undefined) continue;
    throw new VaekitError(
      "E_MODEL",
      `${at}: this model needs the ${parts.kind} "${missing}", which is not part of vaekit`,
      "Register it first: import the module that defines it (on the command line: --import MODULE).",
    );
  }
}
