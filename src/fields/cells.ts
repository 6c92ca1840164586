/** What the kinds of table columns share: codes as they enter the model, labels in their order, sentences about profiles. */

import type { Column, FieldSchema } from "../data/dataset.js";
import { VaekitError } from "../errors.js";
import { codeFeatures } from "./codes.js";
import type { Choice, FieldKind, FieldProfile, PartChoice } from "./field.js";
import type { Field } from "./list.js";

/** Records of a table are rows. */
export const ROW = "row";
/** A code that never occurred still has the weight of half a record. */
export const UNSEEN_RECORDS = 0.5;

/** Units of each hidden layer, and latents, by how many columns there are: see docs/tables.md. */
const HIDDEN = [128, 128];
const LATENT = 12;
/** Share of the training records of which the encoder sees some columns only: imputing and conditions need that. */
const HIDE = 0.1;

/** What is the same for all kinds of columns. */
export const columnKind = {
  form: ROW,
  stored: () => 1,
  features: codeFeatures as FieldKind["features"],
  chooseLikelihood: (): Choice<string> => ({ value: "categorical", why: "columns of labels and of numbers in bins" }),
  chooseNet: (_profile: FieldProfile, _schema: FieldSchema, fields: readonly Field[]): Choice<PartChoice> => ({
    value: { name: "mlp", hidden: HIDDEN, hide: HIDE },
    why: `${fields.length} column${fields.length === 1 ? "" : "s"}`,
  }),
  chooseLatent: (_profile: FieldProfile, _schema: FieldSchema, fields: readonly Field[]): Choice<number> => ({
    value: LATENT,
    why: `${fields.length} column${fields.length === 1 ? "" : "s"}`,
  }),
  training: { batchSize: 500, steps: Number(globalThis.process?.env.STEPS ?? 4000), warmup: 0.3, beta: 0.7 },
} as const;

/** Profile of a column whose schema knows what is in it. */
export function columnProfile(columns: readonly Column[]): FieldProfile {
  const first = columns[0][0];
  return {
    records: columns.reduce((total, { length }) => total + length, 0),
    mean: [],
    facts: null,
    constant: columns.every((column) => column.every((value: number) => Object.is(value, first))),
  };
}

/** How often each of `count` codes occurs, by the records in all; codes that never occur as if in half a record. */
export function sharesOf(counts: readonly number[]): number[] {
  const weights = counts.map((count) => Math.max(count, UNSEEN_RECORDS));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => Number((weight / total).toPrecision(4)));
}

/** E_CONFIG unless `ok`. */
export function expectSchema(ok: boolean, kind: string, expected: string): asserts ok {
  if (!ok) throw new VaekitError("E_CONFIG", `schema of a ${kind} field: expected ${expected}`);
}

/** @example several(1, "label") // "1 label" */
export function several(count: number, what: string): string {
  return `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;
}
