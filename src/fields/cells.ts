/** What the kinds of table columns share: codes as they enter the model, labels in their order, sentences about profiles. */

import type { Column, FieldSchema } from "../data/dataset.js";
import { VaekitError } from "../errors.js";
import { codeFeatures } from "./codes.js";
import type { Choice, FieldKind, FieldProfile, PartChoice, RecordFacts, TrainingAdvice } from "./field.js";

/** Records of a table are rows. */
export const ROW = "row";
/** What suits a table as a whole; found by experiment (docs/tables.md). */
interface TableAdvice extends TrainingAdvice {
  readonly net: PartChoice;
  readonly latent: number;
  readonly why: string;
}

const mixed: TableAdvice = {
  net: { name: "mlp", hidden: [128, 128], hide: 0.1 },
  latent: 12,
  batchSize: 500,
  steps: 2600,
  fewest: 600,
  learningRate: 1e-2,
  clip: 5,
  warmup: 0.3,
  beta: 0.8,
  why: "columns of labels, or of numbers that come again and again",
};
const numeric: TableAdvice = {
  net: { name: "mlp", hidden: [64, 64], numbers: "standard", hide: 0.1 },
  latent: 8,
  batchSize: 128,
  steps: 2000,
  fewest: 600,
  learningRate: 4e-3,
  clip: 50,
  warmup: 0.2,
  beta: 1,
  why: "nearly all columns are numbers, many of them continuous",
};

/** Among anomalies few steps: rows that come again and again would be learned by heart. */
const numericWithAnomalies: TableAdvice = {
  ...numeric,
  net: { name: "mlp", hidden: [64, 64], numbers: "standard", hide: 0.5 },
  steps: 600,
  fewest: 150,
  why: "nearly all columns are numbers, some rows may be anomalies",
};

/** The likelihood of measurements. */
export const NORMAL_COLUMNS = "normal-columns";
/** A table of measurements has so many columns of amounts, */
const AMOUNTS = 0.8;
/** and so many of these are continuous: */
const CONTINUOUS = 1 / 3;
/** no value of theirs has this share, as 0 often has. */
const ONE_VALUE = 0.5;

/**
 * Whether a table is one of measurements, which a normal distribution suits; or that was asked for. Among anomalies it suits
 * amounts that are mostly one value as well, since it can forgive.
 */
export function isNumeric({ fields, contamination, likelihood }: RecordFacts): boolean {
  if (likelihood !== null) return likelihood === NORMAL_COLUMNS;
  const columns = fields.flatMap(({ kind, schema }) => kind.codes?.(schema).segments.slice(0, 1) ?? []);
  const amounts = columns.filter(isOrdered);
  if (amounts.length < AMOUNTS * columns.length) return false;
  const continuous = amounts.filter(({ shares }) => Math.max(...shares) < ONE_VALUE);
  return contamination > 0 || continuous.length >= CONTINUOUS * amounts.length;
}

const isOrdered = ({ ordered }: { readonly ordered: boolean }): boolean => ordered;

function adviceFor(records: RecordFacts): TableAdvice {
  if (!isNumeric(records)) return mixed;
  return records.contamination > 0 ? numericWithAnomalies : numeric;
}

/** What is the same for all kinds of columns. */
export const columnKind = {
  form: ROW,
  stored: () => 1,
  features: codeFeatures as FieldKind["features"],
  chooseLikelihood: (): Choice<PartChoice> => ({ value: "categorical", why: "labels, and numbers in bins" }),
  chooseNet(_profile: FieldProfile, _schema: FieldSchema, records: RecordFacts): Choice<PartChoice> {
    const { net, why } = adviceFor(records);
    return { value: net, why };
  },
  chooseLatent(_profile: FieldProfile, _schema: FieldSchema, records: RecordFacts): Choice<number> {
    const { latent, why } = adviceFor(records);
    return { value: latent, why };
  },
  training: adviceFor,
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

/** E_CONFIG unless `ok`. */
export function expectSchema(ok: boolean, kind: string, expected: string): asserts ok {
  if (!ok) throw new VaekitError("E_CONFIG", `schema of a ${kind} field: expected ${expected}`);
}

/** @example several(1, "label") // "1 label" */
export function several(count: number, what: string): string {
  return `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;
}
