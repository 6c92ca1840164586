/** Finds out what the columns of a table are: the kind of each field, and which columns are none. */

import type { FieldSchema, OpenOptions, Schema, TableColumn } from "../../data/dataset.js";
import type { RawColumn } from "../../data/table/raw.js";
import { unknown, VaekitError } from "../../errors.js";
import type { CellSample, Detected } from "../cell.js";
import { fieldKinds } from "../list.js";
import { personalData } from "./personal.js";
import { blanksBefore, cellSample, commonestBlank, MISSING } from "./sample.js";

/** Rows that are looked at. */
export const LOOKED_AT = 100_000;
/** Likelihoods cost codes times columns: with more of these, steps take seconds and rows gigabytes. */
const MAX_FIELDS = 2000;

export interface Described {
  readonly schema: Schema;
  /** What a person should know. */
  readonly notices: readonly string[];
}

/**
 * The schema of a table from some of its rows, a column of cells after the other. E_COLUMN for a label, key or column to
 * drop that is not there; E_DATA where no column is left to model.
 */
export function describeTable(
  name: string,
  columns: readonly RawColumn[],
  cells: readonly (readonly (string | null)[])[],
  options: OpenOptions,
): Described {
  expectColumns(name, columns, [options.label, options.key, ...(options.drop ?? [])]);
  // A text that is asked for is all that stands there: "NA" is a text.
  const missing = new Set(options.missing ?? (options.column === undefined ? MISSING : [""]));
  const fields: Record<string, FieldSchema> = {};
  const found: TableColumn[] = [];
  const notices: string[] = [];
  for (const [i, column] of columns.entries()) {
    const sample = cellSample(column, cells[i], missing);
    const role = roleOf(sample, options);
    const before = blanksBefore(cells[i]);
    const blank = commonestBlank(cells[i], missing);
    const facts = { name: column.name, type: column.type, ...(before && { before }), ...(blank && { blank }) };
    const { schema, ...told } = role;
    found.push({ ...facts, ...told });
    if (schema) fields[column.name] = schema;
    const personal = personalData(sample);
    if (personal)
      notices.push(
        `column "${column.name}" looks like ${personal}${schema ? "; leave it out with --drop unless it has to be learned" : ""}`,
      );
  }
  const count = Object.keys(fields).length;
  if (count > MAX_FIELDS)
    throw new VaekitError(
      "E_DATA",
      `${name}: ${count.toLocaleString("en")} columns to model, expected at most ${MAX_FIELDS.toLocaleString("en")}`,
      "Leave some out with --drop.",
    );
  if (count === 0)
    throw new VaekitError(
      "E_DATA",
      `${name}: no column to model`,
      found.map(({ name, role, why }) => `${name}: ${role} (${why})`).join("; "),
    );
  return { schema: { fields, table: { columns: found, missing: [...missing] } }, notices };
}

type Role = Pick<TableColumn, "role" | "why" | "value"> & { readonly schema?: FieldSchema };

function roleOf(sample: CellSample, { column, label, key, drop = [] }: OpenOptions): Role {
  const { name, counts, present, cells } = sample;
  if (name === label) return { role: "label", why: "asked for" };
  if (name === key) return { role: "key", why: "asked for" };
  if (drop.includes(name)) return { role: "left out", why: "asked for" };
  if (name === column && present > 0) return { role: "field", why: "text: asked for", schema: { kind: "text" } };
  if (present === 0) return { role: "constant", why: "nothing in any cell", value: null };
  if (counts.size === 1 && present === cells.length) {
    const [value] = counts.keys();
    return { role: "constant", why: `always ${value}`, value };
  }
  const best = bestKind(sample);
  const identifier = identifierReason(sample);
  if (identifier) return { role: "key", why: identifier };
  if (!best) return { role: "left out", why: `text: ${counts.size.toLocaleString("en")} different values` };
  const share = (100 * (cells.length - present)) / cells.length;
  const holes = share > 0 ? `, ${share < 0.1 ? "< 0.1" : share.toFixed(1)} % missing` : "";
  return { role: "field", why: `${best.schema.kind}: ${best.why}${holes}`, schema: best.schema };
}

function bestKind(sample: CellSample): Detected | null {
  let best: Detected | null = null;
  for (const kind of fieldKinds.names()) {
    const detected = fieldKinds.get(kind).cell?.detect(sample);
    if (detected && detected.fit > (best?.fit ?? 0)) best = detected;
  }
  return best;
}

const IDENTIFIER_NAME = /(^|[_\s-])(id|uuid|guid|key|index|rowid|row_id|no|nr)$|[a-z](Id|ID|Key)$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const WHOLE = /^\d+$/;
/** So few rows may differ in any column. */
const FEW_ROWS = 20;

/** Why a column names its rows; null: it does not. */
function identifierReason({ name, counts, present, cells }: CellSample): string | null {
  if (present < FEW_ROWS || counts.size < present) return null;
  const texts = [...counts.keys()];
  if (texts.every((text) => UUID.test(text))) return "a UUID in every cell";
  if (!texts.every((text) => WHOLE.test(text))) return null;
  const ascending = cells.every((cell, i) => i === 0 || Number(cell) > Number(cells[i - 1]));
  if (ascending) return "whole numbers that only rise";
  return IDENTIFIER_NAME.test(name) ? "whole numbers, each once, and its name" : null;
}

/** E_COLUMN for a name that no column has. */
export function expectColumns(
  table: string,
  columns: readonly { readonly name: string }[],
  wanted: readonly (string | undefined)[],
): void {
  const names = columns.map(({ name }) => name);
  for (const name of wanted) {
    if (name === undefined || names.includes(name)) continue;
    const { message, hint } = unknown("column", name, names);
    throw new VaekitError("E_COLUMN", `${table}: ${message}`, hint);
  }
}
