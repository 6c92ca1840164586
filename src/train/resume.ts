/** Whether a run may go on from a checkpoint under the options given now. */

import type { Schema } from "../data/dataset.js";
import { VaekitError } from "../errors.js";
import { briefFields } from "../fields/brief.js";
import { ModelConfig } from "../model/config.js";
import { TrainingOptions } from "./options.js";

/**
 * The checkpoint's configuration, with the patience and privacy given now, and the epochs where the schedule does not depend on
 * them. E_DATA when the data has changed since, E_OPTION for any other option that differs.
 */
export function resumedConfig(then: ModelConfig, wanted: ModelConfig): ModelConfig {
  const now = ModelConfig.parse(wanted); // keys in the order in which a checkpoint has them
  if (then.data.fingerprint !== now.data.fingerprint)
    throw new VaekitError(
      "E_DATA",
      `${now.data.name}: the data is not what the run was started with (${then.data.name})`,
      "Give the same data, or start anew without --resume.",
    );
  const before = TrainingOptions.parse(then.training);
  const given = TrainingOptions.parse(now.training);
  const free = new Set<string>(["patience", "private", ...(before.schedule === "constant" ? ["epochs"] : [])]);
  for (const key of Object.keys({ ...before, ...given }) as (keyof TrainingOptions)[])
    if (!free.has(key)) same(key, before[key], given[key]);
  same("schema", inShort(then.schema), inShort(now.schema));
  for (const key of ["schema", "latent", "net", "posterior", "prior", "likelihoods", "objective"] as const)
    same(key, then[key], now[key]);
  same("init", then.init?.fingerprint, now.init?.fingerprint);
  const training = {
    ...then.training,
    patience: given.patience,
    private: then.training.private === undefined && !given.private ? undefined : given.private,
    epochs: free.has("epochs") ? given.epochs : before.epochs,
  };
  // No patience is no key: the model's files are those of a run that was never interrupted.
  const set = Object.entries(training).filter(([, value]) => value !== undefined);
  return { ...then, training: { ...Object.fromEntries(set), seed: before.seed } };
}

/** What differs in most schemas shows before a vocabulary does. */
function inShort(schema: Schema): Schema {
  return { ...schema, fields: briefFields(schema) };
}

function same(key: string, before: unknown, given: unknown): void {
  const [a, b] = [JSON.stringify(before), JSON.stringify(given)];
  if (a === b) return;
  const shown = (text: string | undefined): string => text ?? "none";
  throw new VaekitError(
    "E_OPTION",
    `cannot change ${key} of a run that is resumed: it was started with ${shown(a)}, got ${shown(b)}`,
    "Repeat the options of the first command, or start anew without --resume.",
  );
}
