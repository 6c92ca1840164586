/** What is known of a patient, by what checks need; null where it is not known. */

import type { Facts, Patient } from "./finding.js";

type Known = { readonly [Need in keyof Facts]: Facts[Need] | null };

/** What to say where a fact is missing. */
export const MISSING: Readonly<Record<keyof Facts, string>> = {
  epochs: "the folder has no metrics.jsonl",
  validated: "training kept no records aside, or the folder has no metrics.jsonl",
  latents: "not measured when it was trained: give DATA",
  checkup: "not measured when it was trained: give DATA",
  profile: "not measured when it was trained: give DATA",
  copies: "training kept no records aside, or this is not known: give the DATA it was trained on",
  rows: "not measured when it was trained: give DATA",
  latentUse: "not measured when it was trained: give DATA of two records or more",
};

export function factsOf({ config, history }: Patient): Known {
  const validated = history.filter((epoch): epoch is Facts["validated"][number] => epoch.validation !== null);
  return {
    epochs: history.length > 0 ? history : null,
    validated: validated.length > 0 ? validated : null,
    latents: config.latents ?? null,
    checkup: config.checkup ?? null,
    profile: config.facts.fields ?? null,
    copies: config.checkup?.copies ?? null,
    rows: config.checkup?.rows ?? null,
    latentUse: config.checkup?.latentUse ?? null,
  };
}
