/** Starts training from the weights of another model. */

import { VaekitError } from "../errors.js";
import type { ModelConfig } from "../model/config.js";
import type { Weight } from "../model/runner.js";
import type { Bank } from "../runtime/engine.js";

/** A model to start from. */
export interface Init {
  readonly config: ModelConfig;
  readonly weights: ReadonlyMap<string, Weight>;
  /** Where it came from, for the configuration of the new model. */
  readonly origin: { readonly path: string; readonly fingerprint: string };
}

/** The prior is fitted anew to the codes of the new data. */
const OWN_SCOPE = "prior.";
const HINT = "Leave out the options of the model's parts, so that they come from it, or start without it.";

/** Writes the weights of `init` over a new model's starting values. E_SHAPE names the first parameter that does not fit. */
export async function startFrom(bank: Bank, { weights, origin: { path } }: Init): Promise<void> {
  for (const { name, shape } of bank.entries) {
    const weight = weights.get(name);
    if (weight && weight.shape.join() === shape.join()) continue;
    const got = weight ? `is [${weight.shape.join(", ")}] in` : "is missing in";
    throw new VaekitError("E_SHAPE", `parameter "${name}" ${got} ${path}, expected [${shape.join(", ")}]`, HINT);
  }
  const known = new Set(bank.entries.map(({ name }) => name));
  const extra = [...weights.keys()].find((name) => !known.has(name) && !name.startsWith(OWN_SCOPE));
  if (extra)
    throw new VaekitError("E_SHAPE", `parameter "${extra}" of ${path} belongs to no part of the new model`, HINT);
  for (const { name } of bank.entries) await bank.write(name, "value", weights.get(name)!.values);
}
