/** The list of the doctor's checks. A new one is a file and a line here; users add theirs with `register`. */

import { fieldsOf } from "../../fields/list.js";
import { registry } from "../../registry.js";
import { aggregatePosterior } from "./aggregate-posterior.js";
import { collapse } from "./collapse.js";
import { collapseForeseen } from "./collapse-foreseen.js";
import { deadUnits } from "./dead-units.js";
import { dominatingColumn } from "./dominating-column.js";
import { duplicates } from "./duplicates.js";
import { factsOf, MISSING } from "./facts.js";
import type { Check, Facts, Finding, Patient } from "./finding.js";
import { identifierColumn } from "./identifier-column.js";
import { ignoredLatents } from "./ignored-latents.js";
import { labelsNeverDrawn } from "./labels-never-drawn.js";
import { overfitting } from "./overfitting.js";
import { repeatedRows } from "./repeated-rows.js";
import { sigmaBound } from "./sigma-bound.js";
import { sigmaOff } from "./sigma-off.js";
import { squeezedPosterior } from "./squeezed-posterior.js";
import { tooFewEpochs } from "./too-few-epochs.js";
import { warmup } from "./warmup.js";
import { weakKl } from "./weak-kl.js";
import { wrongLikelihood } from "./wrong-likelihood.js";

/**
 * The checks by name. Yours is asked as soon as it is registered, by the command and in reports too.
 * @example
 * checks.register(check({
 *   name: "long-epochs", summary: "epochs of more than an hour", needs: ["epochs"],
 *   look: ({ path }, { epochs }) => epochs.every(({ seconds }) => seconds < 3600) ? null : {
 *     code: "long-epochs", severity: "notice", problem: "Epochs take more than an hour.",
 *     evidence: `${Math.max(...epochs.map(({ seconds }) => seconds))} s`, reference: "3600 s", remedy: "vaekit fit ..." },
 * }));
 */
export const checks = registry<Check>("check", [
  collapse,
  collapseForeseen,
  ignoredLatents,
  squeezedPosterior,
  deadUnits,
  warmup,
  weakKl,
  sigmaBound,
  sigmaOff,
  wrongLikelihood,
  overfitting,
  tooFewEpochs,
  duplicates,
  aggregatePosterior,
  identifierColumn,
  dominatingColumn,
  labelsNeverDrawn,
  repeatedRows,
]);

/** What came of all checks. */
export interface Diagnosis {
  /** The gravest first. */
  readonly findings: readonly Finding[];
  /** Checks that found nothing, by name. */
  readonly passed: readonly string[];
  /** Checks that could not be done, and what they lack. */
  readonly notExamined: readonly { readonly check: string; readonly why: string }[];
}

const ORDER = ["fault", "warning", "notice"] as const satisfies readonly Finding["severity"][];

export function diagnose(patient: Patient): Diagnosis {
  const facts = factsOf(patient);
  const findings: Finding[] = [];
  const passed: string[] = [];
  const notExamined: { check: string; why: string }[] = [];
  for (const check of checksFor(patient)) {
    const { name } = check;
    const lacking = check.needs.find((need) => facts[need] === null);
    if (lacking) {
      notExamined.push({ check: name, why: MISSING[lacking] });
      continue;
    }
    const finding = check.look(patient, facts as Facts);
    if (finding) findings.push(finding);
    else passed.push(name);
  }
  findings.sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
  return { findings, passed, notExamined };
}

/** All findings, the gravest first. */
export function examine(patient: Patient): Finding[] {
  return [...diagnose(patient).findings];
}

/** What can be told of a model before it is trained. */
export function foresee(patient: Patient): Finding[] {
  const facts = factsOf(patient);
  return checksFor(patient).flatMap((check) => {
    if (!check.foresees || check.needs.some((need) => facts[need] === null)) return [];
    return check.look(patient, facts as Facts) ?? [];
  });
}

/** Those that are about records of this model's form. */
function checksFor({ config }: Patient): Check[] {
  const forms = new Set(fieldsOf(config.schema).map(({ kind }) => kind.form));
  return checks
    .names()
    .map((name) => checks.get(name))
    .filter(({ form }) => form === undefined || forms.has(form));
}

/** Whether a gate should stay closed: anything above a notice. */
export function isGrave({ severity }: Finding): boolean {
  return severity !== "notice";
}
