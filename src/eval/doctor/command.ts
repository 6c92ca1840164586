/** Commands for remedies: the training of a patient again, with something changed. */

import type { ModelConfig } from "../../model/config.js";
import type { Patient } from "./finding.js";

export type Flags = Readonly<Record<string, string | number | true | null>>;

/** What `fit` does without being told; a test holds this to its options. Flags that say the same are left out. */
export const STANDARD: Readonly<Record<string, unknown>> = {
  batchSize: 128,
  optimizer: "adam",
  schedule: "onecycle",
  valid: 0.05,
  binarize: false,
  ema: 0,
  accumulate: 1,
  flip: false,
  shift: 0,
  private: false,
  warmup: 0,
  pretrain: 0,
  cycles: 1,
  lagging: 0,
  seed: 0,
  beta: 1,
  freeBits: 0,
  contamination: 0,
  trim: 0,
};
/** Options that another flag stands for, or that are shown apart. */
const APART: readonly string[] = ["epochs", "keepPrior", "init"];
/** Options whose flag is not their name in kebab-case. */
const FLAG_NAMES: Readonly<Record<string, string>> = { batchSize: "batch" };

/**
 * The command that trains this model anew beside the old one with `changes` by flag (null: without that flag).
 * @example fitCommand(patient, { epochs: 40 }) // "vaekit fit mnist --out models/mine-2 --epochs 40"
 */
export function fitCommand({ path, config }: Pick<Patient, "path" | "config">, changes: Flags): string {
  const flags: Flags = { ...flagsOf(config), ...changes };
  const words = Object.entries(flags).flatMap(([flag, value]) => {
    if (value === null) return [];
    return value === true ? [`--${flag}`] : [`--${flag} ${quoted(String(value))}`];
  });
  return [`vaekit fit ${quoted(config.data.name)} --out ${quoted(`${path.replace(/[/\\]+$/, "")}-2`)}`, ...words].join(
    " ",
  );
}

/** How the model was asked for: parts that were not left to vaekit, and options of training that are not the usual ones. */
function flagsOf(config: ModelConfig): Flags {
  const { schema, given, latent, net, prior, likelihoods, objective, training, choices } = config;
  const options = Object.entries({ ...training, beta: objective.beta, freeBits: objective.freeBits }).filter(
    ([key, value]) =>
      !APART.includes(key) &&
      !choices[FLAG_NAMES[key] ?? key] &&
      value !== undefined &&
      STANDARD[key] !== value &&
      typeof value !== "object",
  );
  const [likelihood] = Object.values(likelihoods);
  const fields = Object.keys(schema.fields);
  return {
    fields: schema.table || fields.length === 1 ? null : fields.join(","),
    given: given?.join(",") ?? null,
    drop: dropped({ schema }),
    label: schema.table?.columns.find(({ role }) => role === "label")?.name ?? null,
    epochs: choices.epochs ? null : Number(training.epochs ?? 0) || null,
    latent: choices.latent ? null : latent,
    net: choices.net ? null : net.name,
    hidden: typeof net.hidden === "number" && !choices.net ? net.hidden : null,
    "word-dropout": Number(net.wordDropout ?? 0) || null,
    prior: choices.prior || prior.name === "standard-normal" ? null : prior.name,
    likelihood: choices.likelihood || !likelihood ? null : likelihood.name,
    ...Object.fromEntries(
      options.map(([key, value]) => [FLAG_NAMES[key] ?? kebab(key), value === true ? true : String(value)]),
    ),
  };
}

/** Columns that were left out, and those of `more`, as --drop takes them; null for none. */
export function dropped({ schema }: Pick<ModelConfig, "schema">, more: readonly string[] = []): string | null {
  const left = schema.table?.columns.filter(({ role }) => role === "left out").map(({ name }) => name) ?? [];
  return [...left, ...more].join(",") || null;
}

function kebab(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** A word as shells take it, quoted where it needs to be. */
export function quoted(word: string): string {
  return /^[\w./#:@%+=,\\-]+$/.test(word) ? word : `"${word.replace(/(["$`])/g, "\\$1")}"`;
}
