/** From data and wishes to a configuration: "auto" is decided here, and says why. */

import type { Column, Dataset } from "../data/dataset.js";
import { sampleIndices, splitIndices } from "../data/split.js";
import { shown, VaekitError } from "../errors.js";
import type { Choice, FieldProfile } from "../fields/field.js";
import { type Field, fieldsOf } from "../fields/list.js";
import { choose } from "../model/compose.js";
import { FORMAT_VERSION, MAX_LATENT, type ModelConfig, type PartConfig } from "../model/config.js";
import { likelihoods, nets, objectives, posteriors, priors, samplers } from "../model/list.js";
import type { Part } from "../model/parts.js";
import type { Registry } from "../registry.js";
import { VERSION } from "../version.js";
import { TrainingOptions } from "./options.js";

/** What a user may ask for; what is left out or "auto" is chosen from the data. */
export interface Wishes extends Partial<TrainingOptions> {
  readonly latent?: number | "auto";
  readonly net?: string | PartConfig;
  /** Units of the hidden layers, for nets that have them. */
  readonly hidden?: number | readonly number[];
  readonly likelihood?: string | PartConfig;
  readonly posterior?: string | PartConfig;
  readonly prior?: string | PartConfig;
  readonly objective?: string | PartConfig;
  readonly sampler?: string | PartConfig;
  readonly beta?: number;
  readonly freeBits?: number;
}

/** Enough records to know means and shares of grey. */
const PROFILE_RECORDS = 10_000;
const PROFILE_CHUNK = 1000;
/** Fewer records cannot be split into something to learn from and something else. */
const MIN_RECORDS = 2;

/** E_DATA for data nothing can be learned from, E_UNKNOWN and E_OPTION for wishes that make no sense. */
export async function plan(data: Dataset, wishes: Wishes): Promise<ModelConfig> {
  const training = parseTraining(wishes);
  if (data.count < MIN_RECORDS)
    throw new VaekitError(
      "E_DATA",
      `${data.name}: ${data.count} record, expected at least ${MIN_RECORDS}`,
      "A model learns what records have in common; give it more of them.",
    );
  const fields = fieldsOf(data.schema);
  const profiles = await profileFields(data, fields, training);
  const [field] = fields; // pictures have one field; what is chosen per field is chosen for each
  const profile = profiles[field.name];
  if (fields.every(({ name }) => profiles[name].constant))
    throw new VaekitError(
      "E_DATA",
      `${data.name}: all ${profile.records} records looked at are the same`,
      "There is nothing to learn from records that do not differ.",
    );

  const choices: Record<string, string> = {};
  const decide = <T>(key: string, wish: T | "auto" | undefined, choose: () => Choice<T>): T => {
    if (wish !== undefined && wish !== "auto") return wish;
    const { value, why } = choose();
    choices[key] = `${String(value)}: ${why}`;
    return value;
  };
  const net = partOf(decide<string | PartConfig>("net", wishes.net, () => field.kind.chooseNet(profile, field.schema)));
  if (wishes.hidden !== undefined) {
    if (!hasOption(nets.get(net.name).options, "hidden")) {
      const problem = `invalid hidden: net ${net.name} has no such layer`;
      throw new VaekitError("E_OPTION", problem, "Leave it out, or choose --net mlp.");
    }
    net.hidden = wishes.hidden;
  }
  const latent = decide("latent", wishes.latent, () => field.kind.chooseLatent(profile, field.schema));
  if (!Number.isInteger(latent) || latent < 1 || latent > MAX_LATENT)
    throw new VaekitError(
      "E_OPTION",
      `invalid latent: got ${shown(latent)}, expected auto or a whole number 1..${MAX_LATENT}`,
    );
  const chosen = fields.map(({ name, kind, schema }) => {
    const likelihood = partOf(
      decide<string | PartConfig>("likelihood", wishes.likelihood, () => kind.chooseLikelihood(profiles[name], schema)),
    );
    return [name, complete(likelihoods, likelihood)];
  });
  return {
    format: "vaekit",
    formatVersion: FORMAT_VERSION,
    vaekitVersion: VERSION,
    schema: { fields: { ...data.schema.fields } },
    latent,
    net: complete(nets, net),
    posterior: complete(posteriors, partOf(wishes.posterior ?? "normal")),
    prior: complete(priors, partOf(wishes.prior ?? "standard-normal")),
    likelihoods: Object.fromEntries(chosen),
    objective: complete(objectives, objectiveOf(wishes)),
    sampler: complete(samplers, partOf(wishes.sampler ?? "prior")),
    facts: {
      count: data.count,
      mean: Object.fromEntries(fields.map(({ name }) => [name, rounded(profiles[name].mean)])),
    },
    training,
    data: {
      name: data.name,
      fingerprint: data.fingerprint,
      count: data.count,
      labels: data.labels && [...data.labels.names],
    },
    choices,
    metrics: {},
  };
}

function parseTraining(wishes: Wishes): TrainingOptions {
  const parsed = TrainingOptions.safeParse(wishes);
  if (parsed.success) {
    const { patience, valid } = parsed.data;
    if (patience !== undefined && valid === 0) {
      throw new VaekitError(
        "E_OPTION",
        "invalid patience: there is no validation set to watch",
        "Leave it out, or give --valid 0.05.",
      );
    }
    return parsed.data;
  }
  const [issue] = parsed.error.issues;
  throw new VaekitError("E_OPTION", `invalid ${issue.path.join(".")}: ${issue.message}`);
}

function objectiveOf({ objective = "elbo", beta, freeBits }: Wishes): PartConfig {
  const part = partOf(objective);
  if (beta !== undefined) part.beta = beta;
  if (freeBits !== undefined && freeBits !== 0) part.freeBits = freeBits;
  return part;
}

function partOf(wish: string | PartConfig): PartConfig {
  return typeof wish === "string" ? { name: wish } : { ...wish };
}

/** All options written down, so that a default that changes later does not change this model. */
function complete(parts: Registry<Part<object>>, { name, ...given }: PartConfig): PartConfig {
  return { name, ...choose(parts.get(name), { name, ...given }).options };
}

function hasOption(options: unknown, name: string): boolean {
  return name in ((options as { shape?: object }).shape ?? {});
}

/** Means need not carry more digits than float32 has. */
function rounded(mean: readonly number[]): number[] {
  return mean.map((value) => Number(value.toPrecision(6)));
}

async function profileFields(
  data: Dataset,
  fields: readonly Field[],
  { valid, seed }: TrainingOptions,
): Promise<Record<string, FieldProfile>> {
  const { train } = splitIndices(data.count, valid, seed);
  const sample = sampleIndices(train.length, PROFILE_RECORDS, seed).map((at) => train[at]);
  const columns: Record<string, Column[]> = Object.fromEntries(fields.map(({ name }) => [name, []]));
  for (let at = 0; at < sample.length; at += PROFILE_CHUNK) {
    const read = await data.read(sample.subarray(at, at + PROFILE_CHUNK));
    for (const { name } of fields) columns[name].push(read[name]);
  }
  return Object.fromEntries(fields.map(({ name, kind, schema }) => [name, kind.profile(columns[name], schema)]));
}
