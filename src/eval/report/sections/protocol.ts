/** What the model is made of and why, what it was trained on, and how. */

import type { PartConfig } from "../../../model/config.js";
import type { ReportFacts } from "../facts.js";
import { html } from "../html.js";
import { counted, duration, small, whole } from "../numbers.js";
import type { Section } from "./section.js";

export const protocol: Section = {
  id: "protocol",
  title: "Model and protocol",
  render(facts) {
    return html`<dl class="facts">${[...parts(facts), ...data(facts), ...run(facts)].map(
      ([name, value, why]) => html`<dt>${name}</dt><dd>${value}${why && html`<small>${why}</small>`}</dd>
`,
    )}</dl>`;
  },
};

type Row = readonly [name: string, value: string, why: string | null];

function parts({ config, parameters }: ReportFacts): Row[] {
  const likelihoods = likelihoodRows(config);
  return [
    ["Net", partText(config.net), why(config.choices, "net")],
    ["Latent dimensions", whole(config.latent), why(config.choices, "latent")],
    ["Posterior", partText(config.posterior), null],
    ["Prior", partText(config.prior), null],
    ...likelihoods,
    ["Objective", partText(config.objective), null],
    ["Sampler", partText(config.sampler), null],
    ["Parameters", whole(parameters), null],
  ];
}

/** Up to so many fields are named; more share a row by their likelihood. */
const MOST_NAMED = 3;

function likelihoodRows({ likelihoods, choices }: ReportFacts["config"]): Row[] {
  const fields = Object.entries(likelihoods).map(([field, part]) => ({ field, text: partText(part) }));
  const because = why(choices, "likelihood");
  if (fields.length <= MOST_NAMED) return fields.map(({ field, text }) => [`Likelihood of ${field}`, text, because]);
  return [...new Set(fields.map(({ text }) => text))].map((text) => {
    const count = fields.filter((field) => field.text === text).length;
    return [`Likelihood of ${counted(count, "column")}`, text, because];
  });
}

function data({ config, what }: ReportFacts): Row[] {
  const { name, count, fingerprint, labels } = config.data;
  const classes =
    labels && labels.length > 0 ? `, ${counted(labels.length, "class")}`.replace(/classs$/, "classes") : "";
  return [
    ["Data", name, `${counted(count, "record")}: ${what}${classes}`],
    ["Fingerprint", fingerprint, null],
  ];
}

function run({ config, history, run }: ReportFacts): Row[] {
  const { private: _, ...options } = config.training;
  const rows: Row[] = [["Training", settings(options), null]];
  if (history.length > 0) {
    const seconds = history.reduce((sum, epoch) => sum + epoch.seconds, 0);
    const records = trainedRecords(config) * history.length;
    rows.push([
      "Timing",
      `${counted(history.length, "epoch")} in ${duration(seconds)}: ${duration(seconds / history.length)} per epoch, ${whole(records / seconds)} records per second`,
      `${counted(history.at(-1)!.step, "step")}, validation included`,
    ]);
  }
  if (run) rows.push(["Computed on", `${run.device}, ${counted(run.threads, "thread")}`, null]);
  rows.push(["Trained by", `vaekit ${config.vaekitVersion}`, null]);
  return rows;
}

/** Records in an epoch: those that were not kept aside. */
function trainedRecords({ data, training }: ReportFacts["config"]): number {
  return Math.round(data.count * (1 - (typeof training.valid === "number" ? training.valid : 0)));
}

/** Why "auto" chose what it chose: its sentence without the choice itself. */
function why(choices: Readonly<Record<string, string>>, key: string): string | null {
  return key in choices ? `chosen because: ${choices[key].replace(/^.*?: /, "")}` : null;
}

function partText({ name, ...options }: PartConfig): string {
  return [name, settings(options)].filter(Boolean).join(", ");
}

/** @example words("batchSize") // "batch size" */
function words(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function settings(options: object): string {
  return Object.entries(options)
    .map(
      ([name, value]) =>
        `${words(name)} ${typeof value === "number" ? (Number.isInteger(value) ? value : small(value)) : typeof value === "string" ? value : JSON.stringify(value)}`,
    )
    .join(", ");
}
