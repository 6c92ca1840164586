/** From data and wishes to a configuration: "auto" is decided here, and says why. */

import type { Column, Dataset } from "../data/dataset.js";
import { sampleIndices, splitIndices } from "../data/split.js";
import { didYouMean, shown, VaekitError } from "../errors.js";
import type { Choice, FieldProfile, RecordFacts, TrainingAdvice } from "../fields/field.js";
import { type Field, fieldsOf } from "../fields/list.js";
import type { FieldFacts } from "../model/checkup.js";
import { choose } from "../model/choose.js";
import { FORMAT_VERSION, MAX_LATENT, type ModelConfig, type PartConfig } from "../model/config.js";
import { likelihoods, objectives, posteriors, priors, samplers } from "../model/list.js";
import type { Part } from "../model/parts.js";
import type { Registry } from "../registry.js";
import { VERSION } from "../version.js";
import { adviceFor, chooseBatchSize, chooseEpochs, choosePretrain, chooseWarmup } from "./length.js";
import { chooseNet, completeNet, isForSome, listed, withOption } from "./net.js";
import { TrainingOptions, type TrainingWishes } from "./options.js";
import type { Init } from "./warm-start.js";

/** What a user may ask for; what is left out or "auto" is chosen from the data. */
export interface Wishes extends TrainingWishes {
  readonly latent?: number | "auto";
  readonly net?: string | PartConfig;
  /** Units of the hidden layers, for nets that have them. */
  readonly hidden?: number | readonly number[];
  /** For nets of texts. */
  readonly dropout?: number;
  readonly wordDropout?: number;
  readonly likelihood?: string | PartConfig;
  readonly posterior?: string | PartConfig;
  /** "auto", the default: a mixture fitted to the codes where it is measurably better than N(0, I). */
  readonly prior?: string | PartConfig;
  /** Components of a mixture prior; "auto" goes by the number of codes. */
  readonly priorComponents?: number | "auto";
  readonly objective?: string | PartConfig;
  readonly sampler?: string | PartConfig;
  /** Fields that the model is given: it learns the others for them, a conditional model. */
  readonly given?: readonly string[];
  readonly beta?: number;
  readonly freeBits?: number;
}

/** Enough records to know means and shares of grey. */
const PROFILE_RECORDS = 10_000;
const PROFILE_CHUNK = 1000;
/** Fewer records cannot be split into something to learn from and something else. */
const MIN_RECORDS = 2;

/** The prior that "auto" fits to the codes once training is over. */
const FITTED_PRIOR = "mixture";
const PRIOR_TO_COME = `${FITTED_PRIOR} or standard-normal: decided after training, by which makes held-out codes likelier`;

/**
 * What is left out or "auto" is as in `init`, where there is one, else chosen from the data. E_DATA for data nothing can be
 * learned from, E_UNKNOWN and E_OPTION for wishes that make no sense.
 */
export async function plan(data: Dataset, wishes: Wishes, init?: Init): Promise<ModelConfig> {
  const choices: Record<string, string> = {};
  const decide: Decide = (key, wish, choose, inherited) => {
    if (wish !== undefined && wish !== "auto") return wish;
    const { value, why } = inherited === undefined ? choose() : { value: inherited, why: `as in ${init?.origin.path}` };
    choices[key] = `${nameOf(value)}: ${why}`;
    return value;
  };
  const fields = fieldsOf(data.schema);
  const training = decideTraining(data, fields, wishes, decide);
  if (data.count < MIN_RECORDS)
    throw new VaekitError(
      "E_DATA",
      `${data.name}: ${data.count} record, expected at least ${MIN_RECORDS}`,
      "A model learns what records have in common; give it more of them.",
    );
  checkAugmentation(fields, training);
  const profiles = await profileFields(data, fields, training);
  if (fields.every(({ name }) => profiles[name].constant))
    throw new VaekitError(
      "E_DATA",
      `${data.name}: all ${profiles[fields[0].name].records} records looked at are the same`,
      "There is nothing to learn from records that do not differ.",
    );

  const before = init?.config;
  const records = recordFacts(fields, training.contamination, wishes);
  let net = decideNet(wishes, decide, records, profiles, before);
  const { hidden, dropout, wordDropout } = wishes;
  for (const [option, value] of Object.entries({ hidden, dropout, wordDropout }))
    if (value !== undefined) net = withOption(net, option, value, NET_HINTS[option]);
  const prior = priorOf(wishes);
  if (isAuto(wishes.prior)) choices.prior = PRIOR_TO_COME;
  const latent = decide("latent", wishes.latent, () => chooseLatent(profiles, records), before?.latent);
  if (!Number.isInteger(latent) || latent < 1 || latent > MAX_LATENT)
    throw new VaekitError(
      "E_OPTION",
      `invalid latent: got ${shown(latent)}, expected auto or a whole number 1..${MAX_LATENT}`,
    );
  const wanted = wishes.likelihood;
  // Of a table, a likelihood that is asked for is that of the columns which it suits.
  const isFor = ({ kind }: Field): boolean =>
    wanted === undefined || wanted === "auto" || likelihoods.get(partOf(wanted).name).fieldKinds.includes(kind.name);
  const suits = fields.filter(isFor);
  const given = wishes.given ?? before?.given;
  if (given) expectGiven(fields, given);
  const chosen = fields
    .filter(({ name }) => !given?.includes(name))
    .map((one) => {
      const { name, kind, schema } = one;
      const likelihood = partOf(
        decide<string | PartConfig>(
          "likelihood", // told once: fields of one record are told apart where they are described
          suits.length === 0 || suits.includes(one) ? wanted : "auto",
          () => kind.chooseLikelihood(profiles[name], schema, records),
          before?.likelihoods[name],
        ),
      );
      return [name, complete(likelihoods, likelihood)] as const;
    });
  const kinds = [...new Set(chosen.map(([, { name }]) => name))];
  const ownFields = (kind: string) => chosen.filter(([, { name }]) => name === kind).map(([field]) => field);
  if (choices.likelihood && kinds.length > 1)
    choices.likelihood = kinds.map((kind) => `${kind} for ${listed(ownFields(kind))}`).join(", ");
  return {
    format: "vaekit",
    formatVersion: FORMAT_VERSION,
    vaekitVersion: VERSION,
    schema: data.schema as ModelConfig["schema"],
    latent,
    ...(given && { given: [...given] }),
    net: completeNet(net),
    posterior: complete(posteriors, partOf(wishes.posterior ?? before?.posterior ?? "normal")),
    prior: complete(priors, prior),
    likelihoods: Object.fromEntries(chosen),
    objective: complete(objectives, objectiveOf(wishes, before, adviceFor(records))),
    sampler: complete(samplers, partOf(wishes.sampler ?? before?.sampler ?? "prior")),
    facts: {
      count: data.count,
      mean: Object.fromEntries(fields.map(({ name }) => [name, rounded(profiles[name].mean)])),
      fields: factsByField(profiles),
    },
    ...(init && { init: init.origin }),
    training: { ...training, keepPrior: training.keepPrior ?? (isAuto(wishes.prior) ? "better" : "always") },
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

function recordFacts(fields: readonly Field[], contamination: number, { likelihood }: Wishes): RecordFacts {
  const isOpen = likelihood === undefined || likelihood === "auto";
  return { fields, contamination, likelihood: isOpen ? null : partOf(likelihood).name };
}

/** What helps where no net has an option that was asked for. */
const NET_HINTS: Readonly<Record<string, string>> = {
  hidden: "Leave it out, or choose --net mlp.",
  dropout: "Nets of texts have.",
  wordDropout: "Nets of texts have.",
};

/** A net that is asked for and suits some fields only stands beside those that the others' kinds choose. */
function decideNet(
  { net }: Wishes,
  decide: Decide,
  records: RecordFacts,
  profiles: Readonly<Record<string, FieldProfile>>,
  before: ModelConfig | undefined,
): PartConfig {
  const asked = net === undefined || net === "auto" ? undefined : partOf(net);
  if (asked && !isForSome(asked, records.fields)) return asked;
  return decide("net", "auto", () => chooseNet(profiles, records, asked), asked ? undefined : before?.net);
}

/** The most that any field asks for: latents are shared. */
function chooseLatent(profiles: Readonly<Record<string, FieldProfile>>, records: RecordFacts): Choice<number> {
  const wanted = records.fields.map(({ name, kind, schema }) => kind.chooseLatent(profiles[name], schema, records));
  return wanted.reduce((most, one) => (one.value > most.value ? one : most));
}

/** A wish, or for "auto" what is inherited, or what `choose` makes of it; told under `key`. */
type Decide = <T>(key: string, wish: T | "auto" | undefined, choose: () => Choice<T>, inherited?: T) => T;

/** How to train, with what was left to the data decided. */
function decideTraining(data: Dataset, fields: readonly Field[], wishes: Wishes, decide: Decide): TrainingOptions {
  const { epochs, batchSize, warmup, pretrain, ...rest } = wishes;
  const given = Object.entries({ epochs, batchSize, warmup, pretrain }).filter(([, wish]) => wish !== "auto");
  const parsed = parseTraining({ ...rest, ...Object.fromEntries(given) });
  const { train } = splitIndices(data.count, parsed.valid, parsed.seed);
  const advice = adviceFor(recordFacts(fields, parsed.contamination, wishes));
  const batch = decide("batch", batchSize, () => chooseBatchSize(train.length, advice));
  const chosen = decide("epochs", epochs, () => chooseEpochs(train.length, batch * parsed.accumulate, advice));
  const isLeft = (wish: unknown): boolean => wish === "auto" || wish === undefined;
  const learningRate = parsed.learningRate ?? (parsed.schedule === "onecycle" ? advice?.learningRate : undefined);
  const clip = parsed.clip ?? advice?.clip;
  return {
    ...parsed,
    ...(learningRate !== undefined && { learningRate }),
    ...(clip !== undefined && { clip }),
    batchSize: batch,
    epochs: chosen,
    pretrain:
      isLeft(pretrain) && advice?.pretrain
        ? decide("pretrain", "auto", () => choosePretrain(chosen, advice.pretrain!))
        : parsed.pretrain,
    warmup: isLeft(warmup) && advice ? decide("warmup", "auto", () => chooseWarmup(chosen, advice)) : parsed.warmup,
  };
}

/** E_COLUMN for a field that is not there, E_OPTION where nothing is left to learn or a field cannot be given. */
function expectGiven(fields: readonly Field[], given: readonly string[]): void {
  const names = fields.map(({ name }) => name);
  for (const name of given) {
    const field = fields.find((one) => one.name === name);
    if (!field) throw new VaekitError("E_COLUMN", `given: no column "${name}" to model`, didYouMean(name, names));
    if (!field.kind.codes) throw new VaekitError("E_OPTION", `invalid given: "${name}" is of kind ${field.kind.name}`);
  }
  if (names.every((name) => given.includes(name)))
    throw new VaekitError("E_OPTION", "invalid given: all columns are given, none is left to learn");
}

/** E_OPTION where no field can be changed as asked. */
function checkAugmentation(fields: readonly Field[], { flip, shift, binarize }: TrainingOptions): void {
  if (binarize && !fields.some(({ kind }) => kind.augmenter))
    throw new VaekitError("E_OPTION", "invalid binarize: no field of the data is pictures");
  if (!flip && shift === 0) return;
  const limits = fields.flatMap(({ kind, schema }) => kind.augmenter?.largestShift(schema) ?? []);
  if (limits.length === 0)
    throw new VaekitError("E_OPTION", `invalid ${flip ? "flip" : "shift"}: no field of the data can be changed so`);
  const most = Math.min(...limits);
  if (shift > most) throw new VaekitError("E_OPTION", `invalid shift: got ${shift}, expected at most ${most} pixels`);
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

const isAuto = (wish: string | PartConfig | undefined): boolean => wish === undefined || wish === "auto";

function priorOf({ prior, priorComponents }: Wishes): PartConfig {
  const part = partOf(isAuto(prior) ? FITTED_PRIOR : prior!);
  if (priorComponents === undefined) return part;
  if (!hasOption(priors.get(part.name).options, "components")) {
    const problem = `invalid prior components: prior ${part.name} has none`;
    throw new VaekitError("E_OPTION", problem, "Leave them out, or choose --prior mixture.");
  }
  return { ...part, components: priorComponents };
}

function objectiveOf(
  { objective, beta, freeBits, contamination }: Wishes,
  before: ModelConfig | undefined,
  advice: TrainingAdvice | undefined,
): PartConfig {
  const isAuto = objective === undefined && before === undefined;
  const part = partOf(objective ?? before?.objective ?? "elbo");
  if (beta !== undefined) part.beta = beta;
  else if (isAuto && advice) part.beta = advice.beta;
  if (freeBits !== undefined) part.freeBits = freeBits;
  else if (isAuto && advice?.freeBits) part.freeBits = advice.freeBits;
  if (contamination) part.trim = contamination;
  return part;
}

function nameOf(value: unknown): string {
  return typeof value === "object" && value !== null && "name" in value ? String(value.name) : String(value);
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

/** What the configuration keeps of profiles. */
export function factsByField(profiles: Readonly<Record<string, FieldProfile>>): Record<string, FieldFacts> {
  return Object.fromEntries(
    Object.entries(profiles).flatMap(([name, { facts }]) => {
      if (!facts) return [];
      const [variance, greyShare, largestEigenvalue] = rounded([
        facts.variance,
        facts.greyShare,
        facts.largestEigenvalue,
      ]);
      return [[name, { variance, greyShare, largestEigenvalue }]];
    }),
  );
}

/** Means need not carry more digits than float32 has. */
function rounded(mean: readonly number[]): number[] {
  return mean.map((value) => Number(value.toPrecision(6)));
}

/** What is in a sample of the records that are trained on. */
export async function profileFields(
  data: Dataset,
  fields: readonly Field[],
  { valid, seed }: Pick<TrainingOptions, "valid" | "seed">,
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
