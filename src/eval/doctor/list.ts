/** The list of the doctor's checks. A new one is a file and a line here; users add theirs with `register`. */

import { registry } from "../../registry.js";
import { collapse } from "./collapse.js";
import type { Check, Finding, Patient } from "./finding.js";

export const checks = registry<Check>("check", [collapse]);

const ORDER = ["fault", "warning", "notice"] as const satisfies readonly Finding["severity"][];

/** All findings, the gravest first. */
export function examine(patient: Patient): Finding[] {
  return checks
    .names()
    .flatMap((name) => checks.get(name).look(patient) ?? [])
    .sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}
